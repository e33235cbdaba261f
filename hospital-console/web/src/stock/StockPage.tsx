import { nameIn, type Stock } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, useUnit, useStrength } from "@yunzhen/client/ui";
import { Badge, Button, SegmentedControl, Table, Text } from "@mantine/core";
import { IconFileImport, IconPackageImport, IconPackages } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { SearchField } from "../common/SearchField";
import { BatchSheet } from "./BatchSheet";
import { OpeningSheet } from "./OpeningSheet";
import { ReceiveSheet } from "./ReceiveSheet";
import { dating, daysLeft, filtered, FILTERS, type Filter } from "./shelf";

/** What the pharmacy has, batch by batch: what expires, what runs out, what is set apart. */
export function StockPage() {
  const { t } = useTranslation("app");
  useTitle(t("stock.title"));
  const [filter, setFilter] = useState<Filter>("all");
  const [search, setSearch] = useState("");
  const [receiving, setReceiving] = useState(false);
  const [importing, setImporting] = useState(false);
  const [open, setOpen] = useState<string>();
  const query = useQuery({ queryKey: keys.stock.list, queryFn: () => api.stock.list() });
  const today = new Date().toISOString().slice(0, 10);
  const rows = filtered(query.data?.items ?? [], filter, search, today);
  const opened = query.data?.items.find((one) => one.id === open);
  return (
    <div className={page.page}>
      <PageHeader title={t("stock.title")}>
        <SegmentedControl
          aria-label={t("stock.filter.label")}
          value={filter}
          onChange={(value) => setFilter(value as Filter)}
          data={FILTERS.map((value) => ({ value, label: t(`stock.filter.${value}`) }))}
        />
        <SearchField label={t("stock.search")} value={search} onChange={setSearch} w={220} />
        <Button
          variant="default"
          leftSection={<IconFileImport size={18} aria-hidden />}
          onClick={() => setImporting(true)}
        >
          {t("stock.opening.action")}
        </Button>
        <Button leftSection={<IconPackageImport size={18} aria-hidden />} onClick={() => setReceiving(true)}>
          {t("stock.receive")}
        </Button>
      </PageHeader>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess &&
        (query.data.items.length === 0 ? (
          <EmptyState icon={IconPackages} title={t("stock.empty.title")} hint={t("stock.empty.hint")} />
        ) : rows.length === 0 ? (
          <EmptyState icon={IconPackages} title={t("stock.none.title")} hint={t("stock.none.hint")} />
        ) : (
          <Batches rows={rows} today={today} onOpen={setOpen} />
        ))}
      <OpeningSheet opened={importing} onClose={() => setImporting(false)} today={today} />
      <ReceiveSheet opened={receiving} onClose={() => setReceiving(false)} today={today} />
      {opened && <BatchSheet key={opened.id} batch={opened} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

function Batches({ rows, today, onOpen }: { rows: readonly Stock[]; today: string; onOpen: (id: string) => void }) {
  const { t, i18n } = useTranslation("app");
  const strength = useStrength();
  const unitWord = useUnit();
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={820} highlightOnHover aria-label={t("stock.title")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="34%">{t("stock.drug")}</Table.Th>
            <Table.Th>{t("stock.batch")}</Table.Th>
            <Table.Th>{t("stock.expiry")}</Table.Th>
            <Table.Th ta="right">{t("stock.onHand")}</Table.Th>
            <Table.Th ta="right">{t("stock.underway")}</Table.Th>
            <Table.Th ta="right">{t("stock.quarantined")}</Table.Th>
            <Table.Th ta="right">{t("stock.lasts")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((s) => {
            const mark = s.on_hand > 0 ? dating(s.expiry, today) : undefined;
            return (
              <Table.Tr key={s.id} data-testid={`stock-${s.id}`}>
                <Table.Td>
                  <Text fw={600}>
                    {nameIn(s, i18n.language)} {strength(s.strength)}{" "}
                    {s.cold_chain && <Badge variant="light">{t("stock.cold")}</Badge>}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Button
                    variant="subtle"
                    px={8}
                    aria-label={t("stock.open", { batch: s.batch })}
                    onClick={() => onOpen(s.id)}
                  >
                    {s.batch}
                  </Button>
                </Table.Td>
                <Table.Td style={{ whiteSpace: "nowrap" }}>
                  {s.expiry}
                  {mark && (
                    <Text size="sm" fw={600} c="var(--yz-person-text)">
                      {t(`stock.${mark}`, { days: daysLeft(s.expiry, today) })}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="right" fw={600}>
                  {s.on_hand} {unitWord(s.unit)}
                </Table.Td>
                <Table.Td ta="right">{s.underway || "–"}</Table.Td>
                <Table.Td ta="right">{s.quarantined || "–"}</Table.Td>
                <Table.Td ta="right">
                  {s.lasts_days === undefined ? (
                    <Text size="sm" c="dimmed">
                      {t("stock.paceUnknown")}
                    </Text>
                  ) : (
                    t("stock.lastsDays", { days: s.lasts_days })
                  )}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </div>
  );
}
