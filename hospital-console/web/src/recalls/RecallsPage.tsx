import { nameIn, type RecallSummary } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, useFormats, useStrength } from "@yunzhen/client/ui";
import { Button, SegmentedControl, Table, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconAlertOctagon, IconPackageOff } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { SearchField } from "../common/SearchField";
import { DeclareSheet } from "./DeclareSheet";
import { Level, RecallChip } from "./marks";

const STATES = { open: "open", over: "completed,closed_early", withdrawn: "withdrawn", all: undefined } as const;
type Shown = keyof typeof STATES;

/** Batches that were called back, and how many homes have answered. */
export function RecallsPage() {
  const { t } = useTranslation("app");
  useTitle(t("recalls.title"));
  const navigate = useNavigate();
  const [shown, setShown] = useState<Shown>("open");
  const [typed, setTyped] = useState("");
  const [batch] = useDebouncedValue(typed.trim(), 200);
  const [declaring, setDeclaring] = useState(false);
  const query = useInfiniteQuery({
    queryKey: keys.recalls.list(shown, batch),
    queryFn: ({ pageParam }) =>
      api.recalls.list({ state: STATES[shown], batch: batch || undefined, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const rows = query.data?.pages.flatMap((one) => one.items) ?? [];
  const asked = batch !== "" || shown === "over" || shown === "withdrawn";
  return (
    <div className={page.page}>
      <PageHeader title={t("recalls.title")} note={t("recalls.lead")}>
        <SegmentedControl
          aria-label={t("recalls.filter.label")}
          value={shown}
          onChange={(value) => setShown(value as Shown)}
          data={(Object.keys(STATES) as Shown[]).map((value) => ({ value, label: t(`recalls.filter.${value}`) }))}
        />
        <SearchField label={t("recalls.search")} value={typed} onChange={setTyped} w={180} maxLength={40} />
        <Button color="red" leftSection={<IconAlertOctagon size={18} aria-hidden />} onClick={() => setDeclaring(true)}>
          {t("recalls.declare")}
        </Button>
      </PageHeader>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && (
        <EmptyState
          icon={IconPackageOff}
          title={t(asked ? "recalls.none.title" : "recalls.empty.title")}
          hint={t(asked ? "recalls.none.hint" : "recalls.empty.hint")}
        />
      )}
      {rows.length > 0 && <Rows rows={rows} />}
      {query.hasNextPage && (
        <Button variant="default" mt="md" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("app.more")}
        </Button>
      )}
      {declaring && (
        <DeclareSheet onClose={() => setDeclaring(false)} onDone={(id) => void navigate(`/recalls/${id}`)} />
      )}
    </div>
  );
}

function Rows({ rows }: { rows: readonly RecallSummary[] }) {
  const { t, i18n } = useTranslation("app");
  const strength = useStrength();
  const formats = useFormats();
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={860} highlightOnHover aria-label={t("recalls.title")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="36%">{t("recalls.drug")}</Table.Th>
            <Table.Th>{t("recalls.batch")}</Table.Th>
            <Table.Th>{t("recalls.level")}</Table.Th>
            <Table.Th>{t("recalls.filter.label")}</Table.Th>
            <Table.Th>{t("recalls.homes")}</Table.Th>
            <Table.Th>{t("recalls.declaredAt")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((r) => (
            <Table.Tr key={r.id} data-testid={`recall-${r.id}`}>
              <Table.Td>
                <Text fw={600}>
                  {nameIn(r, i18n.language)} {strength(r.strength)}
                </Text>
                <Text size="sm" c="dimmed" lineClamp={1}>
                  {r.reason}
                </Text>
              </Table.Td>
              <Table.Td>
                <Button
                  component={Link}
                  to={`/recalls/${r.id}`}
                  variant="subtle"
                  px={8}
                  aria-label={t("recalls.open", { batch: r.batch })}
                >
                  {r.batch}
                </Button>
              </Table.Td>
              <Table.Td>
                <Level level={r.level} />
              </Table.Td>
              <Table.Td>
                <RecallChip state={r.state} />
              </Table.Td>
              <Table.Td>
                {r.homes_asked === 0
                  ? t("recalls.noHomes")
                  : t("recalls.answered", { answered: r.homes_answered, asked: r.homes_asked })}
              </Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>{formats.dateTime(r.declared_at)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
