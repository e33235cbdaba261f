import { visitFormPath, type RouteHome, type RouteStop, type Visit } from "@yunzhen/client";
import { ProblemAlert, Skeletons, StatusChip, useAction, useNames, VisitChip } from "@yunzhen/client/ui";
import { Anchor, Button, Group, Stack, Text, Title } from "@mantine/core";
import {
  IconAlertOctagon,
  IconArrowLeft,
  IconClipboardText,
  IconDownload,
  IconPencil,
  IconPlayerPlay,
  IconPrinter,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { ReasonSheet } from "../common/ReasonSheet";
import { day } from "../common/time";
import { PlanVisit } from "./PlanVisit";
import { ResultsForm } from "./ResultsForm";
import classes from "./visits.module.css";

/** One round in person: the doctors' route, its form to take along, and what was found. */
export function VisitPage() {
  const { id = "" } = useParams();
  const { t, i18n } = useTranslation("app");
  const visit = useQuery({ queryKey: keys.visits.one(id), queryFn: () => api.visits.get(id) });
  useTitle(visit.data ? `${t("visits.one")} ${day(visit.data.planned_on, i18n.language)}` : t("visits.one"));
  return (
    <div className={page.page}>
      {visit.isPending && <Skeletons shape="rows" />}
      {visit.isError && !visit.data && <ProblemAlert error={visit.error} onRetry={() => void visit.refetch()} />}
      {visit.data && <Loaded visit={visit.data} />}
    </div>
  );
}

function Loaded({ visit }: { visit: Visit }) {
  const { t, i18n } = useTranslation("app");
  const queryClient = useQueryClient();
  const [step, setStep] = useState<"edit" | "cancel">();
  const keep = (next: Visit) => {
    queryClient.setQueryData(keys.visits.one(visit.id), next);
    void queryClient.invalidateQueries({ queryKey: keys.visits.list });
    void queryClient.invalidateQueries({ queryKey: keys.visits.candidates });
  };
  const start = useAction((version: number, key) => api.visits.start(visit.id, version, key), { onSuccess: keep });
  const may = (command: string) => visit.allowed.includes(command);
  const language = i18n.language.startsWith("zh") ? "zh" : "en";
  const form = visitFormPath(visit.id, language);
  return (
    <>
      <PageHeader
        title={`${t("visits.one")} · ${day(visit.planned_on, i18n.language)}`}
        note={
          <Group gap="sm">
            <VisitChip state={visit.state} />
            {t("visits.progress", { seen: visit.seen, notSeen: visit.not_seen, open: visit.expected })}
          </Group>
        }
      >
        <Group gap="xs" className={classes.notOnPaper}>
          <Button component={Link} to="/visits" variant="default" leftSection={<IconArrowLeft size={18} aria-hidden />}>
            {t("visits.title")}
          </Button>
          {may("edit") && (
            <Button
              variant="default"
              leftSection={<IconPencil size={18} aria-hidden />}
              onClick={() => setStep("edit")}
            >
              {t("visits.plan.change")}
            </Button>
          )}
          {may("cancel") && (
            <Button variant="default" onClick={() => setStep("cancel")}>
              {t("visits.cancel")}
            </Button>
          )}
          {may("start") && (
            <Button
              leftSection={<IconPlayerPlay size={18} aria-hidden />}
              loading={start.isPending}
              onClick={() => start.mutate(visit.version)}
            >
              {t("visits.start")}
            </Button>
          )}
        </Group>
      </PageHeader>
      <Stack gap="lg">
        {start.isError && <ProblemAlert error={start.error} />}
        <div>
          <Text>
            {visit.hospital} · {visit.doctors.map((d) => d.name).join(t("shared:separator"))}
          </Text>
          {visit.remark && <Text>{visit.remark}</Text>}
          {visit.end_reason && <Text c="var(--yz-danger-text)">{visit.end_reason}</Text>}
          <Group gap="xs" mt="sm" className={classes.notOnPaper}>
            <Button
              variant="default"
              leftSection={<IconPrinter size={18} aria-hidden />}
              onClick={() => window.print()}
            >
              {t("visits.printRoute")}
            </Button>
            <Button
              component="a"
              href={form}
              target="_blank"
              rel="noopener"
              variant="default"
              leftSection={<IconClipboardText size={18} aria-hidden />}
            >
              {t("visits.form.open")}
            </Button>
            <Button
              component="a"
              href={form}
              download={`visit-${visit.planned_on}.html`}
              variant="default"
              leftSection={<IconDownload size={18} aria-hidden />}
            >
              {t("visits.form.download")}
            </Button>
          </Group>
        </div>
        <section aria-label={t("visits.route")}>
          <ol className={classes.route}>
            {visit.route.map((home) => (
              <Home key={home.home_id} home={home} />
            ))}
          </ol>
        </section>
        {may("results") && (
          <div className={classes.notOnPaper}>
            <ResultsForm visit={visit} onSent={keep} />
          </div>
        )}
      </Stack>
      {step === "edit" && (
        <PlanVisit
          visit={visit}
          residents={visit.route.flatMap((home) => home.stops.map((stop) => ({ ...stop, home: { name: home.name } })))}
          onClose={() => setStep(undefined)}
        />
      )}
      {step === "cancel" && (
        <ReasonSheet
          title={t("visits.cancel")}
          hint={t("visits.cancelHint")}
          action={t("visits.cancel")}
          danger
          run={(reason, key) => api.visits.cancel(visit.id, visit.version, reason, key)}
          onClose={() => setStep(undefined)}
          onDone={keep}
        />
      )}
    </>
  );
}

function Home({ home }: { home: RouteHome }) {
  return (
    <li>
      <Title order={2} fz={18}>
        {home.name}
      </Title>
      <Text size="sm" c="dimmed">
        {home.address} ·{" "}
        <Anchor href={`tel:${home.phone}`} underline="always">
          {home.phone}
        </Anchor>
      </Text>
      <ul className={classes.stops}>
        {home.stops.map((stop) => (
          <Stop key={stop.resident_id} stop={stop} />
        ))}
      </ul>
    </li>
  );
}

function Stop({ stop }: { stop: RouteStop }) {
  const names = useNames();
  const { t, i18n } = useTranslation("app");
  const zh = i18n.language.startsWith("zh");
  const meaning = { expected: "waiting", seen: "done", not_seen: "person" } as const;
  return (
    <li data-testid={`route-${stop.resident_id}`}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Group gap="xs">
            <Text fw={600}>
              {stop.bed} {stop.name}
            </Text>
            <Text size="sm" c="dimmed">
              {t(`shared:sex.${stop.sex}`)} · {t("shared:age", { n: stop.age })}
            </Text>
            {names.allergens(stop).map((substance) => (
              <StatusChip key={substance} meaning="danger" icon={IconAlertOctagon}>
                {substance}
              </StatusChip>
            ))}
          </Group>
          {stop.diagnoses.map((d) => (
            <Text key={d.code} size="sm">
              {d.confirmed ? "☑" : "☐"} {zh ? d.display_zh : d.display_en} {d.code}
              {d.confirmed && ` · ${t("visits.confirmed")}`}
            </Text>
          ))}
          {stop.decided_on && (
            <Text size="sm" c="dimmed">
              {day(stop.decided_on, i18n.language)} {stop.decided_by?.name}
            </Text>
          )}
          {stop.reason && <Text size="sm">{stop.reason}</Text>}
        </div>
        <StatusChip meaning={meaning[stop.state]}>{t(`shared:visit.stop.${stop.state}`)}</StatusChip>
      </Group>
    </li>
  );
}
