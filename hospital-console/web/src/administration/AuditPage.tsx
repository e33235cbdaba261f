import type { AuditEvent } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, StatusChip, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Table, Text, UnstyledButton } from "@mantine/core";
import { IconHistory, IconLockOpen } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { AuditFilters } from "./AuditFilters";
import { actionKey, EMPTY, filterOf, isFiltered, matchesAudit, queryOf } from "./audit";

/** Pages fetched by one press while nothing that matches has turned up. */
const REACH = 10;

/** Who did what when, newest first. The relay filters by person, record, time and broken glass; the rest is filtered over what is loaded, and the page says how far back that is. */
export function AuditPage() {
  const { t } = useTranslation("app");
  const formats = useFormats();
  useTitle(t("administration.audit.title"));
  const [search] = useSearchParams();
  const [filter, setFilter] = useState(() => filterOf(search));
  const [looking, setLooking] = useState(false);
  const asked = queryOf(filter);
  const query = useInfiniteQuery({
    queryKey: [...keys.audit, asked],
    queryFn: ({ pageParam }) => api.administration.audit({ ...asked, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const loaded = query.data?.pages.flatMap((part) => part.items) ?? [];
  const items = loaded.filter((item) => matchesAudit(item, filter));
  const oldest = loaded.at(-1);
  const more = query.hasNextPage;
  const further = async () => {
    setLooking(true);
    const before = items.length;
    for (let pages = 0; pages < REACH; pages += 1) {
      const { data, hasNextPage, isError } = await query.fetchNextPage();
      const all = data?.pages.flatMap((part) => part.items) ?? [];
      const found = all.filter((item) => matchesAudit(item, filter)).length;
      if (isError || !hasNextPage || found > before) break;
    }
    setLooking(false);
  };
  const clear = (
    <Button variant="subtle" size="compact-sm" onClick={() => setFilter(EMPTY)}>
      {t("administration.audit.clear")}
    </Button>
  );
  return (
    <div className={page.page}>
      <PageHeader title={t("administration.audit.title")} note={t("administration.audit.hint")} />
      <AuditFilters
        filter={filter}
        loaded={loaded}
        onChange={(change) => setFilter((old) => ({ ...old, ...change }))}
      />
      {isFiltered(filter) && oldest && (
        <Group mb="sm" gap="sm">
          <Text size="sm" c="dimmed" role="status">
            {t("administration.audit.loaded", {
              shown: items.length,
              loaded: loaded.length,
              time: formats.dateTime(oldest.at),
            })}
          </Text>
          {filter.entityId !== "" && (
            <StatusChip meaning="primary">
              {t("administration.audit.oneRecordOn", { id: filter.entityId.slice(-8) })}
            </StatusChip>
          )}
          {clear}
        </Group>
      )}
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && (
        <EmptyState
          icon={IconHistory}
          title={more ? t("administration.audit.emptySoFar") : t("administration.audit.empty")}
          // Where something was loaded it stands above.
          action={isFiltered(filter) && !oldest && clear}
        />
      )}
      {items.length > 0 && <List items={items} onRecord={(entityId) => setFilter((old) => ({ ...old, entityId }))} />}
      {more && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={looking || query.isFetchingNextPage} onClick={() => void further()}>
            {isFiltered(filter) ? t("administration.audit.further") : t("app.more")}
          </Button>
        </Group>
      )}
    </div>
  );
}

function List({ items, onRecord }: { items: AuditEvent[]; onRecord: (id: string) => void }) {
  const { t, i18n } = useTranslation("app");
  const time = new Intl.DateTimeFormat(i18n.language === "en" ? "en-GB" : "zh-CN", {
    dateStyle: "short",
    timeStyle: "medium",
  });
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="sm" verticalSpacing="xs" miw={640}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th ta="right">{t("administration.audit.seq")}</Table.Th>
            <Table.Th>{t("administration.audit.at")}</Table.Th>
            <Table.Th>{t("administration.audit.actor")}</Table.Th>
            <Table.Th>{t("administration.audit.action")}</Table.Th>
            <Table.Th>{t("administration.audit.filterPurpose")}</Table.Th>
            <Table.Th>{t("administration.audit.entity")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((item) => (
            <Table.Tr key={item.seq}>
              <Table.Td ta="right">{item.seq}</Table.Td>
              <Table.Td>{time.format(new Date(item.at))}</Table.Td>
              <Table.Td title={item.actor}>
                {item.actor_name}{" "}
                <Text span c={item.actor_name ? "dimmed" : undefined} inherit>
                  {t(`shared:role.${item.actor_role}`)}
                </Text>
              </Table.Td>
              <Table.Td>
                {t(`administration.audit.actions.${actionKey(item.action)}`, { defaultValue: item.action })}
              </Table.Td>
              <Table.Td>
                {item.purpose === "BTG" && (
                  <StatusChip meaning="person" icon={IconLockOpen}>
                    {t("administration.audit.btg")}
                  </StatusChip>
                )}
              </Table.Td>
              <Table.Td>
                {t(`administration.audit.entities.${item.entity}`, { defaultValue: item.entity })}{" "}
                <UnstyledButton
                  c="dimmed"
                  fz="sm"
                  title={item.entity_id}
                  aria-label={`${t("administration.audit.oneRecord")}: ${item.entity_id.slice(-8)}`}
                  onClick={() => onRecord(item.entity_id)}
                  style={{ textDecoration: "underline" }}
                >
                  {item.entity_id.slice(-8)}
                </UnstyledButton>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
