import { Banner, ProblemAlert, Skeletons, StatusChip } from "@yunzhen/client/ui";
import type { Meaning } from "@yunzhen/client";
import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconDownload, IconFileAlert, IconLoader2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { download } from "../common/download";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { FileDrop } from "./FileDrop";
import { FormatHelp } from "./FormatHelp";
import { template } from "./file";
import { Report } from "./ImportReport";
import { useImport, type Step } from "./useImport";
import classes from "./import.module.css";

/** Residents of a home from a file: first what it would do, then, by a second press, for good. */
export function ImportPage() {
  const { t } = useTranslation("app");
  useTitle(t("residentImports.title"));
  const homes = useQuery({ queryKey: ["homes"], queryFn: () => api.homes.list() });
  const [homeId, setHomeId] = useState<string | null>(null);
  const taking = useImport(homeId);
  const { file, report, step } = taking;
  const busy = step === "register";
  const choose = (home: string | null) => {
    setHomeId(home);
    taking.recheck(home);
  };
  return (
    <div className={page.page}>
      <PageHeader title={t("residentImports.title")} note={t("residentImports.lead")}>
        <Button
          variant="default"
          leftSection={<IconDownload size={18} aria-hidden />}
          onClick={() => download(t("residentImports.templateName"), template(), "text/csv")}
        >
          {t("residentImports.template")}
        </Button>
      </PageHeader>
      {homes.isPending && <Skeletons shape="card" />}
      {homes.isError && <ProblemAlert error={homes.error} onRetry={() => void homes.refetch()} />}
      {homes.isSuccess && (
        <Stack>
          <Select
            label={t("residentImports.home")}
            description={t("residentImports.homeHint")}
            placeholder={t("residentImports.homePlaceholder")}
            data={homes.data.items.map((home) => ({ value: home.id, label: home.name }))}
            value={homeId}
            onChange={choose}
            searchable
            disabled={busy}
            maw={440}
          />
          <FileDrop name={file?.name} onFile={(picked) => void taking.choose(picked)} />
          {taking.tooLarge && (
            <Banner meaning="person" icon={IconFileAlert} role="alert" title={t("residentImports.tooLarge.title")}>
              {t("residentImports.tooLarge.hint", { name: taking.tooLarge })}
            </Banner>
          )}
          {file && homeId === null && (
            <Banner meaning="person" role="status">
              {t("residentImports.homeMissing")}
            </Banner>
          )}
          {file && homeId !== null && <Steps step={step} />}
          {taking.error && (
            <ProblemAlert error={taking.error} onRetry={report ? undefined : () => taking.recheck(homeId)} />
          )}
          {step === "check" && <Skeletons shape="rows" />}
          {step === "done" && report && (
            <Banner
              meaning="done"
              icon={IconCircleCheck}
              role="status"
              title={t("residentImports.done", { count: report.registered.length })}
              action={
                <Button variant="default" onClick={taking.clear}>
                  {t("residentImports.next")}
                </Button>
              }
            >
              {report.bad.length > 0 && t("residentImports.doneBad", { count: report.bad.length })}
            </Banner>
          )}
          {report && <Report key={`${file?.name}${report.dry_run}`} report={report} name={file?.name ?? ""} />}
          {report?.dry_run && step !== "done" && (
            <Decide
              good={report.registered.length}
              bad={report.bad.length}
              busy={busy}
              onApply={() => taking.apply(report.bad.length > 0)}
            />
          )}
          {!file && <FormatHelp />}
        </Stack>
      )}
    </div>
  );
}

const ORDER: readonly Step[] = ["read", "check", "register"];

function Steps({ step }: { step: Step }) {
  const { t } = useTranslation("app");
  const reached = { choose: 1, read: 0, check: 1, decide: 2, register: 2, done: 3 }[step];
  const running = step === "read" || step === "check" || step === "register";
  return (
    <ol className={classes.steps} aria-label={t("residentImports.progress")} aria-live="polite">
      {ORDER.map((name, no) => {
        const now = running && no === reached;
        const meaning: Meaning = no < reached ? "done" : now ? "primary" : "waiting";
        return (
          <li key={name} aria-current={now ? "step" : undefined}>
            <StatusChip meaning={meaning} icon={now ? IconLoader2 : undefined}>
              {t(`residentImports.step.${name}.${no < reached ? "done" : now ? "now" : "later"}`)}
            </StatusChip>
          </li>
        );
      })}
    </ol>
  );
}

function Decide({ good, bad, busy, onApply }: { good: number; bad: number; busy: boolean; onApply: () => void }) {
  const { t } = useTranslation("app");
  if (good === 0) {
    return (
      <Banner meaning="person" role="status">
        {t("residentImports.nobody")}
      </Banner>
    );
  }
  return (
    <Group justify="flex-end" align="center">
      <Text c="dimmed" size="sm">
        {bad > 0 ? t("residentImports.skipHint", { count: bad }) : t("residentImports.applyHint")}
      </Text>
      <Button size="md" loading={busy} onClick={onApply}>
        {bad > 0 ? t("residentImports.applyGood", { count: good }) : t("residentImports.apply", { count: good })}
      </Button>
    </Group>
  );
}
