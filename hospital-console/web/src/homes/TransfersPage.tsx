import type { ResidentIdentity } from "@yunzhen/client";
import { Banner, EmptyState, ProblemAlert, Skeletons } from "@yunzhen/client/ui";
import { Button, Table, Text } from "@mantine/core";
import { IconCircleCheck, IconUsers, IconZoomExclamation } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { ActionsHead } from "../common/ActionsHead";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { ResidentFilters, useResidentFilter } from "../common/ResidentFilters";
import { TransferSheet } from "./TransferSheet";

/** Who lives where, without anything clinical, and moving one resident to another home. */
export function TransfersPage() {
  const { t } = useTranslation("app");
  useTitle(t("homes.transfers.title"));
  const filter = useResidentFilter();
  const { q, homeId } = filter;
  const [moving, setMoving] = useState<ResidentIdentity>();
  const [moved, setMoved] = useState<string>();
  const homes = useQuery({ queryKey: ["homes"], queryFn: () => api.homes.list() });
  const query = useQuery({
    queryKey: ["residents", "identities", q, homeId ?? ""],
    queryFn: () => api.placement.identities({ q: q || undefined, home_id: homeId ?? undefined }),
    placeholderData: keepPreviousData,
  });
  const items = query.data?.items ?? [];
  return (
    <div className={page.page}>
      <PageHeader title={t("homes.transfers.title")} note={t("homes.transfers.lead")}>
        <ResidentFilters
          filter={filter}
          homes={(homes.data?.items ?? []).map((home) => ({ value: home.id, label: home.name }))}
          words={{
            search: t("homes.transfers.search"),
            home: t("homes.transfers.home"),
            everyHome: t("homes.transfers.everyHome"),
          }}
        />
      </PageHeader>
      {moved && (
        <div style={{ marginBottom: 16 }}>
          <Banner meaning="done" icon={IconCircleCheck} role="status">
            {moved}
          </Banner>
        </div>
      )}
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && (
        <EmptyState
          icon={q === "" ? IconUsers : IconZoomExclamation}
          title={t(q === "" ? "homes.transfers.empty" : "homes.transfers.noMatch")}
          hint={t(q === "" ? "homes.transfers.emptyHint" : "homes.transfers.noMatchHint")}
        />
      )}
      {items.length > 0 && <List items={items} onMove={setMoving} />}
      {moving && (
        <TransferSheet resident={moving} onMoved={setMoved} onClose={() => setMoving(undefined)} key={moving.id} />
      )}
    </div>
  );
}

function List({ items, onMove }: { items: ResidentIdentity[]; onMove: (resident: ResidentIdentity) => void }) {
  const { t } = useTranslation("app");
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="md" verticalSpacing="xs" miw={820}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("duplicates.fact.name")}</Table.Th>
            <Table.Th>{t("duplicates.fact.sex")}</Table.Th>
            <Table.Th>{t("duplicates.fact.birth_date")}</Table.Th>
            <Table.Th>{t("duplicates.fact.id_number_masked")}</Table.Th>
            <Table.Th>{t("duplicates.fact.home_name")}</Table.Th>
            <Table.Th>{t("duplicates.fact.bed")}</Table.Th>
            <ActionsHead />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((r) => (
            <Table.Tr key={r.id} data-testid={`identity-${r.id}`}>
              <Table.Td>
                <Text fw={600}>{r.name}</Text>
              </Table.Td>
              <Table.Td>{t(`shared:sex.${r.sex}`)}</Table.Td>
              <Table.Td>{r.birth_date}</Table.Td>
              <Table.Td>{r.id_number_masked}</Table.Td>
              <Table.Td>{r.home_name}</Table.Td>
              <Table.Td>{r.bed}</Table.Td>
              <Table.Td ta="right">
                <Button
                  variant="default"
                  size="compact-md"
                  onClick={() => onMove(r)}
                  aria-label={t("homes.transfer.openOf", { name: r.name, home: r.home_name, bed: r.bed })}
                >
                  {t("homes.transfer.open")}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
