import type { ImportReport } from "@yunzhen/client";
import { Button, Group, Table, Tabs, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { download } from "../common/download";
import page from "../common/Page.module.css";
import { SearchField } from "../common/SearchField";
import { badLines, badLinesCsv, entryNumber, fieldParts, lineNumber, matchesBad } from "./report";
import classes from "./import.module.css";

/** What came of a file, or would come: counts, and each list with what to do about it. */
export function Report({ report, name }: { report: ImportReport; name: string }) {
  const { t } = useTranslation("app");
  const figures = [
    ["total", report.total],
    ["registered", report.registered.length],
    ["duplicates", report.duplicates.length],
    ["bad", report.bad.length],
  ] as const;
  const first = report.bad.length > 0 ? "bad" : report.duplicates.length > 0 ? "duplicates" : "registered";
  return (
    <section aria-label={t("residentImports.report.title")} data-testid="import-report">
      <dl className={classes.figures}>
        {figures.map(([key, count]) => (
          <div key={key}>
            <Text component="dt" size="sm" c="dimmed">
              {key === "registered" && report.dry_run
                ? t("residentImports.report.wouldRegister")
                : t(`residentImports.report.${key}`)}
            </Text>
            <Text component="dd" fz={24} fw={600} c={key === "bad" && count > 0 ? "var(--yz-person-text)" : undefined}>
              {count}
            </Text>
          </div>
        ))}
      </dl>
      <Tabs defaultValue={first} mt="md" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="bad">{t("residentImports.report.badTab", { count: report.bad.length })}</Tabs.Tab>
          <Tabs.Tab value="duplicates">
            {t("residentImports.report.duplicatesTab", { count: report.duplicates.length })}
          </Tabs.Tab>
          <Tabs.Tab value="registered">
            {t("residentImports.report.registeredTab", { count: report.registered.length })}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="bad" pt="sm">
          <BadTable report={report} name={name} />
        </Tabs.Panel>
        <Tabs.Panel value="duplicates" pt="sm">
          <DuplicateTable report={report} />
        </Tabs.Panel>
        <Tabs.Panel value="registered" pt="sm">
          <RegisteredTable report={report} />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

/** "Line 12" of a table; in a Bundle the entry's own name, or its number. */
function usePlace(): (place: string) => string {
  const { t } = useTranslation("app");
  return (place) => {
    const line = lineNumber(place);
    const entry = entryNumber(place);
    if (line !== undefined) return t("residentImports.report.line", { line });
    return entry === undefined ? place : t("residentImports.report.entry", { entry });
  };
}

function useField(): (field: string) => string {
  const { t } = useTranslation("app");
  return (field) => {
    if (field === "") return t("residentImports.report.wholeLine");
    const { name, index } = fieldParts(field);
    const word = t(`residentImports.field.${name}`, { defaultValue: name });
    return index === undefined ? word : t("residentImports.report.nth", { word, index });
  };
}

function BadTable({ report, name }: { report: ImportReport; name: string }) {
  const { t, i18n } = useTranslation("app");
  const [typed, setTyped] = useState("");
  const place = usePlace();
  const field = useField();
  const all = badLines(report, i18n.language);
  if (all.length === 0) return <Text c="dimmed">{t("residentImports.report.noBad")}</Text>;
  const shown = all.filter((line) => matchesBad(line, { place: place(line.place), field: field(line.field) }, typed));
  const head = [
    t("residentImports.report.place"),
    t("residentImports.report.field"),
    t("residentImports.report.reason"),
  ];
  const save = () =>
    download(
      `${name.replace(/\.[^.]*$/, "")}-${t("residentImports.report.badFile")}.csv`,
      badLinesCsv(
        head,
        all.map((line) => [place(line.place), field(line.field), line.reason]),
      ),
      "text/csv",
    );
  return (
    <>
      <Group mb="sm" justify="space-between">
        <SearchField label={t("residentImports.report.filter")} value={typed} onChange={setTyped} w={300} />
        <Group gap="sm">
          <Text size="sm" c="dimmed" role="status">
            {t("residentImports.report.shown", { shown: shown.length, all: all.length })}
          </Text>
          <Button variant="default" leftSection={<IconDownload size={18} aria-hidden />} onClick={save}>
            {t("residentImports.report.saveBad")}
          </Button>
        </Group>
      </Group>
      <Scrolled head={head} miw={560}>
        {shown.map((line, no) => (
          <Table.Tr key={no}>
            <Table.Td fw={600} style={{ whiteSpace: "nowrap" }}>
              {place(line.place)}
            </Table.Td>
            <Table.Td>{field(line.field)}</Table.Td>
            <Table.Td>{line.reason}</Table.Td>
          </Table.Tr>
        ))}
      </Scrolled>
    </>
  );
}

function DuplicateTable({ report }: { report: ImportReport }) {
  const { t } = useTranslation("app");
  const place = usePlace();
  if (report.duplicates.length === 0) return <Text c="dimmed">{t("residentImports.report.noDuplicates")}</Text>;
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {t("residentImports.report.duplicatesHint")}
      </Text>
      <Lines
        head={[
          t("residentImports.report.place"),
          t("residentImports.report.name"),
          t("residentImports.report.sameAs"),
          t("residentImports.report.because"),
        ]}
        rows={report.duplicates.map((d) => [
          place(d.place),
          d.name,
          d.same_as_place ? place(d.same_as_place) : t("residentImports.report.onRecord"),
          t(`residentImports.likeness.${d.likeness}`),
        ])}
      />
    </>
  );
}

function RegisteredTable({ report }: { report: ImportReport }) {
  const { t } = useTranslation("app");
  const place = usePlace();
  if (report.registered.length === 0) return <Text c="dimmed">{t("residentImports.report.noRegistered")}</Text>;
  const twins = report.registered.filter((r) => r.twin).length;
  const like = (twin: (typeof report.registered)[number]["twin"]): string => {
    if (!twin) return "";
    return twin.same_as_place ? place(twin.same_as_place) : t("residentImports.report.onRecord");
  };
  return (
    <>
      {twins > 0 && (
        <Text size="sm" mb="sm">
          {t("residentImports.report.twinsHint", { count: twins })}
        </Text>
      )}
      <Lines
        head={[
          t("residentImports.report.place"),
          t("residentImports.report.name"),
          t("residentImports.report.bed"),
          t("residentImports.report.medicines"),
          t("residentImports.report.observations"),
          t("residentImports.report.twin"),
        ]}
        rows={report.registered.map((r) => [
          place(r.place),
          r.name,
          r.bed,
          String(r.medicines),
          String(r.observations),
          like(r.twin),
        ])}
      />
    </>
  );
}

function Lines({ head, rows }: { head: string[]; rows: string[][] }) {
  return (
    <Scrolled head={head} miw={480}>
      {rows.map((cells, row) => (
        <Table.Tr key={row}>
          {cells.map((cell, no) => (
            <Table.Td key={no} fw={no === 1 ? 600 : undefined}>
              {cell}
            </Table.Td>
          ))}
        </Table.Tr>
      ))}
    </Scrolled>
  );
}

/** A table of which the head stays while its lines go by. */
function Scrolled({ head, miw, children }: { head: string[]; miw: number; children: ReactNode }) {
  return (
    <div className={`${page.surface} ${classes.scroll}`} tabIndex={0} role="region" aria-label={head.join(" ")}>
      <Table stickyHeader horizontalSpacing="md" verticalSpacing="xs" miw={miw}>
        <Table.Thead>
          <Table.Tr>
            {head.map((word) => (
              <Table.Th key={word}>{word}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </div>
  );
}
