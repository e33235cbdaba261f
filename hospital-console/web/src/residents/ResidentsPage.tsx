import type { ResidentSummary } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, useNames } from "@yunzhen/client/ui";
import { Button, Group, Table, Text } from "@mantine/core";
import { IconLockOpen, IconUsers, IconZoomExclamation } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { ActionsHead } from "../common/ActionsHead";
import { keys } from "../common/keys";
import { More } from "../common/More";
import { OutOfRange } from "../common/OutOfRange";
import { PageHeader } from "../common/PageHeader";
import { Person } from "../common/Person";
import page from "../common/Page.module.css";
import { ResidentFilters, useResidentFilter } from "../common/ResidentFilters";
import { AllergyChips } from "./AllergyChips";
import { ScoreChip } from "./EarlyWarningNow";

/** The residents this specialist has to do with: by name, pinyin, bed or the end of the ID number. */
export function ResidentsPage() {
  const { t } = useTranslation("app");
  useTitle(t("residents.list.title"));
  const filter = useResidentFilter();
  const { q, homeId } = filter;
  const query = useInfiniteQuery({
    queryKey: [...keys.residents.search(q), "pages"],
    queryFn: ({ pageParam }) => api.residents.list({ q: q === "" ? undefined : q, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const found = query.data?.pages.flatMap((part) => part.items) ?? [];
  const homes = [...new Map(found.map((r) => [r.home_id, r.home_name]))];
  const items = found.filter((r) => homeId === null || r.home_id === homeId);
  const breakGlass = (
    <Button
      component={Link}
      to="/residents/break-glass"
      variant="default"
      leftSection={<IconLockOpen size={18} aria-hidden />}
    >
      {t("residents.list.breakGlass")}
    </Button>
  );
  return (
    <div className={page.page}>
      <PageHeader title={t("residents.list.title")} note={t("residents.list.lead")}>
        <ResidentFilters
          filter={filter}
          homes={homes.map(([value, label]) => ({ value, label }))}
          words={{
            search: t("residents.list.search"),
            home: t("residents.list.home"),
            everyHome: t("residents.list.everyHome"),
          }}
          autoFocus
        />
        {breakGlass}
      </PageHeader>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && (
        <EmptyState
          icon={q === "" ? IconUsers : IconZoomExclamation}
          title={t(q === "" ? "residents.list.empty" : "residents.list.noMatch")}
          hint={t(q === "" ? "residents.list.emptyHint" : "residents.list.noMatchHint")}
          action={q === "" ? undefined : breakGlass}
        />
      )}
      {items.length > 0 && <List items={items} />}
      <More list={query} />
    </div>
  );
}

function List({ items }: { items: ResidentSummary[] }) {
  const { t } = useTranslation("app");
  const names = useNames();
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={960}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("residents.list.resident")}</Table.Th>
            <Table.Th>{t("residents.allergies")}</Table.Th>
            <Table.Th>{t("residents.problems")}</Table.Th>
            <Table.Th>{t("residents.warning.short")}</Table.Th>
            <Table.Th>{t("residents.lastVitals")}</Table.Th>
            <ActionsHead />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((r) => (
            <Table.Tr key={r.id} data-testid={`resident-${r.id}`}>
              <Table.Td>
                <Person person={r} />
              </Table.Td>
              <Table.Td>
                <Group gap={4}>
                  <AllergyChips of={r} />
                </Group>
              </Table.Td>
              <Table.Td>
                <Text lineClamp={2}>{r.conditions.map(names.diagnosis).join(t("shared:separator"))}</Text>
              </Table.Td>
              <Table.Td>
                <ScoreChip score={r.early_warning} />
              </Table.Td>
              <Table.Td>
                {r.last_observations.length === 0 ? (
                  <Text size="sm" c="dimmed">
                    {t("residents.noVitals.title")}
                  </Text>
                ) : (
                  <OutOfRange values={r.last_observations.filter((o) => r.out_of_range.includes(o.code))} />
                )}
              </Table.Td>
              <Table.Td ta="right">
                <Button
                  component={Link}
                  to={`/residents/${r.id}`}
                  variant="default"
                  aria-label={t("residents.list.openOf", { name: r.name })}
                >
                  {t("residents.list.open")}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
