import type { Recall, RecallHome } from "@yunzhen/client";
import { StatusChip, useFormats, useUnit } from "@yunzhen/client/ui";
import { Button, Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import page from "../common/Page.module.css";
import classes from "./recalls.module.css";

function Part({ title, empty, children }: { title: string; empty?: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={2} fz={18} mb="xs">
        {title}
      </Title>
      {empty ? (
        <Text c="dimmed">{empty}</Text>
      ) : (
        <div className={`${page.surface} ${classes.frame}`} tabIndex={0} role="group" aria-label={title}>
          {children}
        </div>
      )}
    </section>
  );
}

/** Per home: how much it was given, and what it says it found. */
export function Homes({ recall }: { recall: Recall }) {
  const { t } = useTranslation("app");
  return (
    <Part title={t("recalls.who")} empty={recall.homes.length === 0 ? t("recalls.noHomesHint") : undefined}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={720} aria-label={t("recalls.who")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="30%">{t("recalls.home")}</Table.Th>
            <Table.Th ta="right">{t("recalls.supplied")}</Table.Th>
            <Table.Th>{t("recalls.since")}</Table.Th>
            <Table.Th w="40%">{t("recalls.answer")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {recall.homes.map((home) => (
            <HomeRow key={home.home_id} home={home} recall={recall} />
          ))}
        </Table.Tbody>
      </Table>
    </Part>
  );
}

function HomeRow({ home, recall }: { home: RecallHome; recall: Recall }) {
  const { t } = useTranslation("app");
  const unitWord = useUnit();
  const formats = useFormats();
  const since = recall.holdings
    .filter((held) => held.place === "home" && held.home_id === home.home_id)
    .map((held) => held.since)
    .sort()[0];
  return (
    <Table.Tr data-testid={`home-${home.home_id}`} data-state={home.state}>
      <Table.Td fw={600}>{home.home_name}</Table.Td>
      <Table.Td ta="right">
        {home.supplied} {unitWord(recall.unit)}
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>{since ? formats.dateTime(since) : "–"}</Table.Td>
      <Table.Td>
        {home.state === "asked" ? (
          <>
            <StatusChip meaning="person">{t("recalls.waiting")}</StatusChip>
            <Text size="sm" c="dimmed">
              {t("recalls.waitingSince", { time: formats.dateTime(home.asked_at) })}
            </Text>
          </>
        ) : (
          <StatusChip meaning="done">
            {t("recalls.setApart", { n: home.set_apart })} · {t("recalls.given", { n: home.given })}
          </StatusChip>
        )}
        {home.answered_at && home.answered_by && (
          <Text size="sm" c="dimmed">
            {t("recalls.answeredBy", { name: home.answered_by.name, time: formats.dateTime(home.answered_at) })}
          </Text>
        )}
        {home.counted_again && <Text size="sm">{t("recalls.recounted", { n: home.on_record })}</Text>}
        {home.note && <Text size="sm">{home.note}</Text>}
      </Table.Td>
    </Table.Tr>
  );
}

/** What is in orders and parcels and not in a home. */
export function Elsewhere({ recall }: { recall: Recall }) {
  const { t } = useTranslation("app");
  const unitWord = useUnit();
  const formats = useFormats();
  const held = recall.holdings.filter((one) => one.place !== "home");
  return (
    <Part title={t("recalls.elsewhere")} empty={held.length === 0 ? t("recalls.noElsewhere") : undefined}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={720} aria-label={t("recalls.elsewhere")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("recalls.placeLabel")}</Table.Th>
            <Table.Th>{t("recalls.from")}</Table.Th>
            <Table.Th>{t("recalls.to")}</Table.Th>
            <Table.Th ta="right">{t("recalls.quantity")}</Table.Th>
            <Table.Th>{t("recalls.since")}</Table.Th>
            <Table.Th className={classes.notPrinted}>
              <span className="yz-visually-hidden">{t("app.actions")}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {held.map((one, index) => (
            <Table.Tr key={`${one.place} ${one.since} ${index}`}>
              <Table.Td fw={600}>{t(`recalls.place.${one.place}`)}</Table.Td>
              <Table.Td>{one.pharmacy_name}</Table.Td>
              <Table.Td>{one.home_name}</Table.Td>
              <Table.Td ta="right">
                {one.quantity} {unitWord(recall.unit)}
              </Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>{formats.dateTime(one.since)}</Table.Td>
              <Table.Td ta="right" className={classes.notPrinted}>
                {one.prescription_id && (
                  <Button component={Link} to={`/orders/${one.prescription_id}`} variant="subtle">
                    {t("recalls.toOrder")}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Part>
  );
}

/** What lies, or lay, in pharmacies. */
export function Shelves({ recall }: { recall: Recall }) {
  const { t } = useTranslation("app");
  return (
    <Part title={t("recalls.shelves")} empty={recall.shelves.length === 0 ? t("recalls.noShelves") : undefined}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={640} aria-label={t("recalls.shelves")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("recalls.from")}</Table.Th>
            <Table.Th ta="right">{t("recalls.onHand")}</Table.Th>
            <Table.Th ta="right">{t("recalls.quarantined")}</Table.Th>
            <Table.Th ta="right">{t("recalls.underway")}</Table.Th>
            <Table.Th ta="right">{t("recalls.written")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {recall.shelves.map((shelf) => (
            <Table.Tr key={shelf.pharmacy_id}>
              <Table.Td fw={600}>{shelf.pharmacy_name}</Table.Td>
              {[shelf.on_hand, shelf.quarantined, shelf.underway, shelf.written_off].map((n, index) => (
                <Table.Td key={index} ta="right">
                  {n || "–"}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Part>
  );
}
