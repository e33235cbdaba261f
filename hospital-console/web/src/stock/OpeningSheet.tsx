import { newIdempotencyKey, type Drug } from "@yunzhen/client";
import { Banner, ProblemAlert, StatusChip, useAction, useNames, useStrength } from "@yunzhen/client/ui";
import { Button, FileButton, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { IconDownload, IconFileUpload, IconPackageImport } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { decodeText } from "../resident-imports/file";
import classes from "./OpeningSheet.module.css";
import { check, drugOf, MOST_LINES, readRows, template, type Checked, type FileProblem } from "./opening";

interface Tried {
  lines: Checked[];
  /** One for each line: a second press takes nothing in twice. */
  keys: ReadonlyMap<number, string>;
}

/** The shelf as it stands, from a file: first what each line would do, then for good. */
export function OpeningSheet({ opened, onClose, today }: { opened: boolean; onClose: () => void; today: string }) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const [problem, setProblem] = useState<FileProblem>();
  const [tried, setTried] = useState<Tried>();
  const [taken, setTaken] = useState<ReadonlySet<number>>(new Set());
  const [refused, setRefused] = useState<ReadonlyMap<number, string>>(new Map());
  const dryRun = useAction(async (file: File) => {
    const read = readRows(decodeText(new Uint8Array(await file.arrayBuffer())));
    setTried(undefined);
    setTaken(new Set());
    setRefused(new Map());
    setProblem(read.ok ? undefined : read.problem);
    if (!read.ok) return;
    const found = new Map<string, Drug[]>();
    for (const name of new Set(read.rows.map((row) => row.cells.drug).filter((name) => name !== "")))
      found.set(name, (await api.catalogue.drugs(name)).items);
    const lines = check(read.rows, (cells) => drugOf(cells, found.get(cells.drug) ?? []), today);
    setTried({ lines, keys: new Map(lines.map(({ line }) => [line, newIdempotencyKey()])) });
  });
  const good = tried?.lines.filter(({ receipt }) => receipt !== undefined) ?? [];
  const open = good.filter(({ line }) => !taken.has(line));
  const take = useAction(async () => {
    for (const { line, receipt } of open) {
      if (!receipt) continue;
      try {
        await api.stock.receive(receipt, tried?.keys.get(line));
        setTaken((before) => new Set(before).add(line));
      } catch (error) {
        // The line is named and the others go on; without a network none would.
        if (!(error instanceof Error) || !("fields" in error)) throw error;
        setRefused((before) => new Map(before).set(line, error.message));
      }
    }
    void queryClient.invalidateQueries({ queryKey: keys.stock.all });
  });
  const bad = tried?.lines.filter(({ problems }) => problems.length > 0) ?? [];
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("stock.opening.title")}
      size="xl"
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack>
        <Text>{t("stock.opening.hint", { most: MOST_LINES })}</Text>
        <Group>
          <Button
            component="a"
            variant="default"
            leftSection={<IconDownload size={18} aria-hidden />}
            href={`data:text/csv;charset=utf-8,${encodeURIComponent(template())}`}
            download="opening-stock.csv"
          >
            {t("stock.opening.template")}
          </Button>
          <FileButton accept=".csv,text/csv" onChange={(file) => file && dryRun.mutate(file)}>
            {(props) => (
              <Button {...props} loading={dryRun.isPending} leftSection={<IconFileUpload size={18} aria-hidden />}>
                {t("stock.opening.choose")}
              </Button>
            )}
          </FileButton>
        </Group>
        {dryRun.error && <ProblemAlert error={dryRun.error} />}
        {problem && (
          <Banner meaning="danger" role="alert">
            {t(`stock.opening.file.${problem.kind}`, {
              columns: problem.kind === "columns" ? problem.missing.join(t("shared:separator")) : "",
              most: MOST_LINES,
            })}
          </Banner>
        )}
        {tried && (
          <>
            <Text role="status">{t("stock.opening.found", { good: good.length, bad: bad.length })}</Text>
            <Lines lines={tried.lines} taken={taken} refused={refused} />
            {take.error && <ProblemAlert error={take.error} />}
            <Group justify="flex-end">
              <Button
                leftSection={<IconPackageImport size={18} aria-hidden />}
                disabled={open.length === 0}
                loading={take.isPending}
                onClick={() => take.mutate(undefined)}
              >
                {t("stock.opening.take", { count: open.length })}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}

/** Bad ones first: they are what somebody has to do something about. */
function Lines({
  lines,
  taken,
  refused,
}: {
  lines: readonly Checked[];
  taken: ReadonlySet<number>;
  refused: ReadonlyMap<number, string>;
}) {
  const { t } = useTranslation("app");
  const names = useNames();
  const strength = useStrength();
  const sorted = [...lines].sort((a, b) => Number(b.problems.length > 0) - Number(a.problems.length > 0));
  return (
    <div className={classes.scroll} role="region" aria-label={t("stock.opening.lines")} tabIndex={0}>
      <Table miw={640} data-testid="opening-lines">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("stock.opening.line")}</Table.Th>
            <Table.Th>{t("stock.drug")}</Table.Th>
            <Table.Th>{t("stock.batch")}</Table.Th>
            <Table.Th>{t("stock.opening.result")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sorted.map(({ line, cells, drug, problems }) => (
            <Table.Tr key={line}>
              <Table.Td>{line}</Table.Td>
              <Table.Td miw={140}>{drug ? `${names.name(drug)} ${strength(drug.strength)}` : cells.drug}</Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                {cells.batch} · {cells.expiry} · {cells.quantity}
              </Table.Td>
              <Table.Td>
                {problems.length > 0 ? (
                  <Stack gap={4} align="flex-start">
                    {problems.map((one) => (
                      <StatusChip key={one} meaning="danger">
                        {t(`stock.opening.problem.${one}`)}
                      </StatusChip>
                    ))}
                  </Stack>
                ) : taken.has(line) ? (
                  <StatusChip meaning="done">{t("stock.opening.taken")}</StatusChip>
                ) : refused.has(line) ? (
                  <StatusChip meaning="danger">{refused.get(line)}</StatusChip>
                ) : (
                  <StatusChip meaning="waiting">{t("stock.opening.ready")}</StatusChip>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
