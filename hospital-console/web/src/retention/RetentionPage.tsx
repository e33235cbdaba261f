import type { LegalHold, RetentionClock } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, StatusChip, useFormats } from "@yunzhen/client/ui";
import { Button, Table, Text, Title } from "@mantine/core";
import { IconGavel } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { More } from "../common/More";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { HoldSheet } from "./HoldSheet";
import { LiftSheet } from "./LiftSheet";

/** How long what is kept, and the records that a court or an authority holds. */
export function RetentionPage() {
  const { t } = useTranslation("app");
  useTitle(t("retention.title"));
  const [placing, setPlacing] = useState(false);
  const [lifting, setLifting] = useState<LegalHold>();
  const clocks = useQuery({ queryKey: ["retention"], queryFn: () => api.retention.get() });
  const holds = useInfiniteQuery({
    queryKey: ["legal-holds"],
    queryFn: ({ pageParam }) => api.retention.holds(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const items = holds.data?.pages.flatMap((part) => part.items) ?? [];
  return (
    <div className={page.page}>
      <PageHeader title={t("retention.title")} note={t("retention.lead")}>
        <Button onClick={() => setPlacing(true)}>{t("retention.place")}</Button>
      </PageHeader>
      <Title order={2} size="h4" mb="xs">
        {t("retention.holds")}
      </Title>
      {holds.isPending && <Skeletons shape="rows" />}
      {holds.isError && <ProblemAlert error={holds.error} onRetry={() => void holds.refetch()} />}
      {holds.isSuccess && items.length === 0 && (
        <EmptyState icon={IconGavel} title={t("retention.empty")} hint={t("retention.emptyHint")} />
      )}
      {items.length > 0 && <Holds items={items} onLift={setLifting} />}
      <More list={holds} />
      <Title order={2} size="h4" mt="lg" mb="xs">
        {t("retention.clocks")}
      </Title>
      {clocks.isPending && <Skeletons shape="rows" />}
      {clocks.isError && <ProblemAlert error={clocks.error} onRetry={() => void clocks.refetch()} />}
      {clocks.isSuccess && <Clocks items={clocks.data.clocks} />}
      {placing && <HoldSheet onClose={() => setPlacing(false)} />}
      {lifting && <LiftSheet hold={lifting} onClose={() => setLifting(undefined)} />}
    </div>
  );
}

function Holds({ items, onLift }: { items: LegalHold[]; onLift: (hold: LegalHold) => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const by = (name: string, at: string) => t("retention.by", { name, time: formats.dateTime(at) });
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={760} aria-label={t("retention.holds")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("retention.column.resident")}</Table.Th>
            <Table.Th w="34%">{t("retention.column.reason")}</Table.Th>
            <Table.Th>{t("retention.column.placed")}</Table.Th>
            <Table.Th>{t("retention.column.state")}</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((hold) => (
            <Table.Tr key={hold.id} data-testid={`hold-${hold.id}`}>
              <Table.Td>
                <Text fw={600}>{hold.resident_name}</Text>
                <Text size="sm" c="dimmed">
                  {hold.home_name}
                </Text>
              </Table.Td>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{hold.reason}</Table.Td>
              <Table.Td>{by(hold.placed_by.name, hold.placed_at)}</Table.Td>
              <Table.Td>
                <StatusChip meaning={hold.state === "placed" ? "person" : "waiting"}>
                  {t(`retention.state.${hold.state}`)}
                </StatusChip>
                {hold.released_by && hold.released_at && (
                  <Text size="sm" c="dimmed">
                    {by(hold.released_by.name, hold.released_at)}
                  </Text>
                )}
              </Table.Td>
              <Table.Td ta="right">
                {hold.state === "placed" && (
                  <Button variant="default" onClick={() => onLift(hold)}>
                    {t("retention.release")}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Clocks({ items }: { items: RetentionClock[] }) {
  const { t } = useTranslation("app");
  const length = (months: number) =>
    months % 12 === 0
      ? t("retention.clock.years", { count: months / 12 })
      : t("retention.clock.months", { count: months });
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="md" verticalSpacing="sm" aria-label={t("retention.clocks")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("retention.clock.column.kind")}</Table.Th>
            <Table.Th>{t("retention.clock.column.from")}</Table.Th>
            <Table.Th ta="right">{t("retention.clock.column.keep")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((clock) => (
            <Table.Tr key={clock.kind}>
              <Table.Td fw={600}>{t(`retention.clock.kind.${clock.kind}`)}</Table.Td>
              <Table.Td>{t(`retention.clock.from.${clock.kind}`)}</Table.Td>
              <Table.Td ta="right">{length(clock.months)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
