import { sourceIn, type SafetyFile, type SafetyOverride } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, StatusChip } from "@yunzhen/client/ui";
import { SegmentedControl, Table, Text, Title } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { FINDING } from "../common/chips";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { overrideRate } from "./rate";

const WINDOWS = [30, 90, 365];

/** How often each safety rule spoke and was signed past: a rule that everybody overrides warns nobody. */
export function OverridesPage() {
  const { t } = useTranslation("app");
  useTitle(t("safety.title"));
  const [days, setDays] = useState(90);
  const query = useQuery({
    queryKey: ["safety", "overrides", days],
    queryFn: () => api.administration.safetyOverrides(days),
  });
  return (
    <div className={page.page}>
      <PageHeader title={t("safety.title")} note={t("safety.lead", { days })}>
        <SegmentedControl
          aria-label={t("safety.window")}
          value={String(days)}
          onChange={(value) => setDays(Number(value))}
          data={WINDOWS.map((value) => ({ value: String(value), label: t("safety.days", { days: value }) }))}
        />
      </PageHeader>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && query.data.items.length === 0 && (
        <EmptyState icon={IconShieldCheck} title={t("safety.empty")} hint={t("safety.emptyHint")} />
      )}
      {query.isSuccess && query.data.items.length > 0 && <Rates items={query.data.items} />}
      {query.isSuccess && <Files files={query.data.files} />}
    </div>
  );
}

function Rates({ items }: { items: SafetyOverride[] }) {
  const { t, i18n } = useTranslation("app");
  const zh = i18n.language.startsWith("zh");
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={760} aria-label={t("safety.table")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="46%">{t("safety.column.rule")}</Table.Th>
            <Table.Th>{t("safety.column.severity")}</Table.Th>
            <Table.Th ta="right">{t("safety.column.spoke")}</Table.Th>
            <Table.Th ta="right">{t("safety.column.overridden")}</Table.Th>
            <Table.Th ta="right">{t("safety.column.rate")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((row) => {
            const [meaning, icon] = FINDING[row.severity];
            return (
              <Table.Tr
                key={`${row.rule_id} ${row.rule_version} ${row.severity}`}
                data-testid={`override-${row.rule_id}`}
              >
                <Table.Td style={{ overflowWrap: "anywhere" }}>
                  <Text fw={600}>{(zh ? row.message_zh : row.message_en) ?? t("safety.gone")}</Text>
                  <Text size="sm" c="dimmed">
                    {row.rule_id} · {t("safety.version", { version: row.rule_version })}
                    {row.source && ` · ${sourceIn({ ...row, source: row.source }, i18n.language)}`}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <StatusChip meaning={meaning} icon={icon}>
                    {t(`safety.severity.${row.severity}`)}
                  </StatusChip>
                </Table.Td>
                <Table.Td ta="right">{row.spoke}</Table.Td>
                <Table.Td ta="right">{row.overridden}</Table.Td>
                <Table.Td ta="right" fw={600}>
                  {overrideRate(row.spoke, row.overridden)} %
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Files({ files }: { files: SafetyFile[] }) {
  const { t } = useTranslation("app");
  return (
    <>
      <Title order={2} size="h4" mt="lg" mb="xs">
        {t("safety.files")}
      </Title>
      <div className={page.surface}>
        <Table horizontalSpacing="md" verticalSpacing="xs" aria-label={t("safety.files")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("safety.file.name")}</Table.Th>
              <Table.Th>{t("safety.file.version")}</Table.Th>
              <Table.Th ta="right">{t("safety.file.entries")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {files.map((file) => (
              <Table.Tr key={file.file}>
                <Table.Td style={{ overflowWrap: "anywhere" }}>{file.file}</Table.Td>
                <Table.Td>{file.version}</Table.Td>
                <Table.Td ta="right">{file.entries}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </>
  );
}
