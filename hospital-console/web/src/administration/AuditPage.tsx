import type { AuditEvent } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons } from "@yunzhen/client/ui";
import { Button, Group, Select, Table, Text, TextInput } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";

interface Filter {
  entity: string | null;
  actor: string;
  action: string;
  from: string;
  to: string;
}

const EMPTY: Filter = { entity: null, actor: "", action: "", from: "", to: "" };

export function matchesAudit(item: AuditEvent, filter: Filter): boolean {
  const localDay = new Date(item.at).toLocaleDateString("sv-SE");
  return (
    (filter.entity === null || item.entity === filter.entity) &&
    item.actor.toLocaleLowerCase().includes(filter.actor.trim().toLocaleLowerCase()) &&
    item.action.toLocaleLowerCase().includes(filter.action.trim().toLocaleLowerCase()) &&
    (filter.from === "" || localDay >= filter.from) &&
    (filter.to === "" || localDay <= filter.to)
  );
}

/** Who did what when, newest first, with filters over what is loaded. */
export function AuditPage() {
  const { t, i18n } = useTranslation("app");
  useTitle(t("administration.audit.title"));
  const [filter, setFilter] = useState(EMPTY);
  const query = useInfiniteQuery({
    queryKey: keys.audit,
    queryFn: ({ pageParam }) => api.administration.audit(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const loaded = query.data?.pages.flatMap((part) => part.items) ?? [];
  const words = (action: string): string =>
    t(`administration.audit.actions.${action.replaceAll(".", "_")}`, { defaultValue: action });
  const items = loaded.filter((item) => matchesAudit({ ...item, action: words(item.action) }, filter));
  const entities = [...new Set(loaded.map((item) => item.entity))].sort();
  const set = (change: Partial<Filter>) => setFilter((old) => ({ ...old, ...change }));
  const time = new Intl.DateTimeFormat(i18n.language === "en" ? "en-GB" : "zh-CN", {
    dateStyle: "short",
    timeStyle: "medium",
  });
  return (
    <div className={page.page}>
      <PageHeader title={t("administration.audit.title")} note={t("administration.audit.hint")} />
      <Group align="flex-end" mb="md" gap="sm">
        <Select
          label={t("administration.audit.filterEntity")}
          data={entities.map((value) => ({
            value,
            label: t(`administration.audit.entities.${value}`, { defaultValue: value }),
          }))}
          value={filter.entity}
          onChange={(entity) => set({ entity })}
          placeholder={t("app.all")}
          clearable
        />
        <TextInput
          label={t("administration.audit.filterActor")}
          value={filter.actor}
          onChange={(e) => set({ actor: e.currentTarget.value })}
        />
        <TextInput
          label={t("administration.audit.filterAction")}
          value={filter.action}
          onChange={(e) => set({ action: e.currentTarget.value })}
        />
        <TextInput
          type="date"
          label={t("administration.audit.from")}
          value={filter.from}
          onChange={(e) => set({ from: e.currentTarget.value })}
        />
        <TextInput
          type="date"
          label={t("administration.audit.to")}
          value={filter.to}
          onChange={(e) => set({ to: e.currentTarget.value })}
        />
      </Group>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && (
        <EmptyState icon={IconHistory} title={t("administration.audit.empty")} />
      )}
      {items.length > 0 && (
        <div className={page.surface}>
          <Table horizontalSpacing="md" verticalSpacing="xs" miw={760}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th ta="right">{t("administration.audit.seq")}</Table.Th>
                <Table.Th>{t("administration.audit.at")}</Table.Th>
                <Table.Th>{t("administration.audit.actor")}</Table.Th>
                <Table.Th>{t("administration.audit.action")}</Table.Th>
                <Table.Th>{t("administration.audit.entity")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((item) => (
                <Table.Tr key={item.seq}>
                  <Table.Td ta="right">{item.seq}</Table.Td>
                  <Table.Td>{time.format(new Date(item.at))}</Table.Td>
                  <Table.Td>{item.actor}</Table.Td>
                  <Table.Td>{words(item.action)}</Table.Td>
                  <Table.Td>
                    {t(`administration.audit.entities.${item.entity}`, { defaultValue: item.entity })}{" "}
                    <Text component="span" size="sm" c="dimmed" title={item.entity_id}>
                      {item.entity_id.slice(-8)}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {query.hasNextPage && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("app.more")}
          </Button>
        </Group>
      )}
    </div>
  );
}
