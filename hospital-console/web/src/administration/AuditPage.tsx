import type { AuditEvent } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, StatusChip, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Table, Text, UnstyledButton } from "@mantine/core";
import { IconHistory, IconLockOpen } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { AuditFilters } from "./AuditFilters";
import { aboutWhom, actionKey, EMPTY, filterOf, hasSubject, isFiltered, queryOf, sameAs } from "./audit";

/** Who did what when, newest first. The relay filters, over the whole log; the page says how far back that is shown. */
export function AuditPage() {
  const { t } = useTranslation("app");
  const formats = useFormats();
  useTitle(t("administration.audit.title"));
  const [search] = useSearchParams();
  const [filter, setFilter] = useState(() => filterOf(search));
  const asked = queryOf(filter);
  const query = useInfiniteQuery({
    queryKey: [...keys.audit, asked],
    queryFn: ({ pageParam }) => api.administration.audit({ ...asked, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const people = useQuery({ queryKey: keys.staff, queryFn: () => api.administration.staff() });
  const staff = new Map(people.data?.items.map((one) => [one.id, one.name]));
  const items = query.data?.pages.flatMap((part) => part.items) ?? [];
  const oldest = items.at(-1);
  const whom = aboutWhom(filter.entityId, staff);
  const more = query.hasNextPage;
  return (
    <div className={page.page}>
      <PageHeader title={t("administration.audit.title")} note={t("administration.audit.hint")} />
      <AuditFilters filter={filter} onChange={(change) => setFilter((old) => ({ ...old, ...change }))} />
      {isFiltered(filter) && (
        <Group mb="sm" gap="sm">
          <Text size="sm" c="dimmed" role="status">
            {oldest && t("administration.audit.loaded", { shown: items.length, time: formats.dateTime(oldest.at) })}
          </Text>
          {filter.entityId !== "" && (
            <StatusChip meaning="primary">
              {whom === null ? t("administration.audit.nobody") : t("administration.audit.oneRecordOn", { id: whom })}
            </StatusChip>
          )}
          <Button variant="subtle" size="compact-sm" onClick={() => setFilter(EMPTY)}>
            {t("administration.audit.clear")}
          </Button>
        </Group>
      )}
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && (
        <EmptyState icon={IconHistory} title={t("administration.audit.empty")} />
      )}
      {items.length > 0 && (
        <List items={items} staff={staff} onRecord={(item) => setFilter((old) => ({ ...old, ...sameAs(item) }))} />
      )}
      {more && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("app.more")}
          </Button>
        </Group>
      )}
    </div>
  );
}

function List({
  items,
  staff,
  onRecord,
}: {
  items: AuditEvent[];
  staff: ReadonlyMap<string, string>;
  onRecord: (item: AuditEvent) => void;
}) {
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
                {item.words && (
                  <Text size="sm" c="dimmed">
                    {t("shared:parcel.filling.pharmacyWrote", { words: item.words })}
                  </Text>
                )}
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
                {hasSubject(item) && (
                  <About
                    id={item.entity_id}
                    whom={aboutWhom(item.entity_id, staff) ?? t("administration.audit.nobody")}
                    onPress={() => onRecord(item)}
                  />
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** Who or what an event is about, pressed for all that is about it. */
function About({ id, whom, onPress }: { id: string; whom: string; onPress: () => void }) {
  const { t } = useTranslation("app");
  return (
    <UnstyledButton
      c="dimmed"
      fz="sm"
      title={id}
      aria-label={`${t("administration.audit.oneRecord")}: ${whom}`}
      onClick={onPress}
      style={{ textDecoration: "underline" }}
    >
      {whom}
    </UnstyledButton>
  );
}
