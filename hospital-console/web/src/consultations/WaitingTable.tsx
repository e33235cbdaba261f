import type { ConsultationSummary } from "@yunzhen/client";
import { Button, Table, Text, VisuallyHidden } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useStaff } from "../app/session";
import { UrgencyChip } from "../common/chips";
import { LinkWords } from "@yunzhen/client/ui";
import { OutOfRange } from "../common/OutOfRange";
import { Person } from "../common/Person";
import { useHeldOrder } from "../common/useHeldOrder";
import { Wait } from "../common/Wait";
import { useBegin } from "./useBegin";
import classes from "./WaitingRoom.module.css";

/** Who waits, in order of need. The order rests while the pointer or the keyboard is in the table. */
export function WaitingTable({ items }: { items: ConsultationSummary[] }) {
  const { t } = useTranslation("app");
  const me = useStaff();
  const [held, setHeld] = useState(false);
  const { rows, arrivals } = useHeldOrder(items, held);
  const begin = useBegin();
  const first = rows.find((row) => !row.gone)?.item.id;

  return (
    <div
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocusCapture={() => setHeld(true)}
      onBlurCapture={() => setHeld(false)}
    >
      {begin.problem}
      {arrivals > 0 && (
        <Button variant="light" fullWidth mb="xs" onClick={() => setHeld(false)}>
          {t("consultations.newArrivals", { count: arrivals })}
        </Button>
      )}
      <div className={classes.scroller}>
        <Table className={classes.table} highlightOnHover horizontalSpacing="sm" miw={820}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("consultations.column.resident")}</Table.Th>
              <Table.Th>{t("consultations.column.reason")}</Table.Th>
              <Table.Th>{t("consultations.column.vitals")}</Table.Th>
              <Table.Th>{t("consultations.column.wait")}</Table.Th>
              <Table.Th>{t("consultations.column.link")}</Table.Th>
              <Table.Th>
                <VisuallyHidden>{t("consultations.column.action")}</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ item, gone }) => (
              <Table.Tr
                key={item.id}
                className={`${item.urgency === "urgent" ? classes.urgent : ""} ${gone ? classes.gone : ""}`}
                data-testid={`waiting-${item.id}`}
              >
                <Table.Td>
                  <Person person={item.resident} mark={<UrgencyChip urgency={item.urgency} />} />
                </Table.Td>
                <Table.Td miw={150} maw={280}>
                  <Text lineClamp={2}>{item.reason}</Text>
                </Table.Td>
                <Table.Td>
                  <OutOfRange values={item.out_of_range} />
                </Table.Td>
                <Table.Td>
                  <Wait since={item.waiting_since ?? item.requested_at} />
                  {item.queue && (
                    <Text size="sm" c="dimmed">
                      {item.queue.expected_wait_minutes == null
                        ? t("consultations.queue.place", { n: item.queue.position })
                        : t("consultations.queue.placeAndWait", {
                            n: item.queue.position,
                            minutes: item.queue.expected_wait_minutes,
                          })}
                    </Text>
                  )}
                  {item.specialist?.id === me.id && (
                    <Text size="sm" c="var(--yz-person-text)">
                      {t("consultations.queue.toYou")}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>
                  <LinkWords level={item.link} words={t(`consultations.link.${item.link}`)} />
                </Table.Td>
                <Table.Td ta="right" className={classes.action}>
                  {gone ? (
                    <Text size="sm">{t("consultations.gone")}</Text>
                  ) : (
                    <Button
                      variant={item.id === first ? "filled" : "default"}
                      aria-label={t("consultations.seeNowOf", { name: item.resident.name })}
                      loading={begin.pendingId === item.id}
                      disabled={begin.pendingId !== undefined && begin.pendingId !== item.id}
                      onClick={() => begin.begin(item)}
                    >
                      {t("consultations.seeNow")}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </div>
  );
}
