import type { ConsultationSummary, Refill } from "@yunzhen/client";
import {
  Banner,
  EmptyState,
  ProblemAlert,
  RefillChip,
  Skeletons,
  useAction,
  useFormats,
  useNames,
} from "@yunzhen/client/ui";
import { Button, Group, Paper, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { IconPill, IconRepeat } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import { ReasonSheet } from "../common/ReasonSheet";
import page from "../common/Page.module.css";

const STATES = { open: "open,seen", over: "done,declined,lapsed" } as const;
type Shown = keyof typeof STATES;

/** Medicines of the specialist's own prescriptions that run out, each asked about once. */
export function RefillsPage() {
  const { t } = useTranslation("app");
  useTitle(t("refills.title"));
  const [shown, setShown] = useState<Shown>("open");
  const query = useQuery({
    queryKey: keys.refills(shown),
    queryFn: () => api.refills.list({ state: STATES[shown] }),
  });
  const visits = useQuery({
    queryKey: keys.consultations.list(["in_progress"]),
    queryFn: () => api.consultations.list({ state: "in_progress" }),
  });
  return (
    <div className={page.page}>
      <PageHeader title={t("refills.title")} note={t("refills.hint")} />
      <SegmentedControl
        aria-label={t("refills.filter.label")}
        value={shown}
        onChange={(value) => setShown(value as Shown)}
        data={(Object.keys(STATES) as Shown[]).map((value) => ({ value, label: t(`refills.filter.${value}`) }))}
        mb="md"
      />
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && query.data.items.length === 0 && (
        <EmptyState icon={IconPill} title={t("refills.empty")} hint={t("refills.emptyHint")} />
      )}
      <Stack>
        {query.data?.items.map((refill) => (
          <RefillCard
            key={refill.id}
            refill={refill}
            visit={visits.data?.items.find((one) => one.resident.id === refill.resident.id)}
          />
        ))}
      </Stack>
    </div>
  );
}

/** `visit`: a consultation under way with the resident, the only place where a prescription can be written. */
function RefillCard({ refill, visit }: { refill: Refill; visit?: ConsultationSummary }) {
  const { t } = useTranslation("app");
  const names = useNames();
  const formats = useFormats();
  const queries = useQueryClient();
  const [declining, setDeclining] = useState(false);
  const refresh = (): void => void queries.invalidateQueries({ queryKey: ["refills"] });
  const see = useAction((version: number, key) => api.refills.see(refill.id, version, key), { onSuccess: refresh });
  const may = (command: string): boolean => refill.allowed.includes(command);
  return (
    <Paper withBorder p="md" data-testid={`refill-${refill.id}`} data-state={refill.state}>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2} fz={18}>
            {refill.resident.name} · {t("shared:bed", { bed: refill.resident.bed })}
          </Title>
          <Text c="dimmed" size="sm">
            {refill.home_name}
          </Text>
        </div>
        <RefillChip state={refill.state} />
      </Group>
      <Text mt="xs" fw={600}>
        {names.drugs(refill)}
      </Text>
      {refill.open_names && (
        <Text fw={600} data-testid="refill-in-part">
          {t("shared:refill.inPart", {
            names: names.drugs({
              drug_names: refill.open_names,
              drug_names_en: refill.open_names_en,
              strengths: refill.open_strengths,
            }),
          })}
        </Text>
      )}
      <Text>
        {t("refills.until", {
          date: formats.date(refill.last_day),
          why: t(`shared:refill.runsOut.${refill.runs_out}`),
        })}
      </Text>
      <Text size="sm" c="dimmed">
        {t("refills.asked", { time: formats.dateTime(refill.asked_at) })}
      </Text>
      {refill.reopened && may("decline") && (
        <Banner meaning="person" title={t("refills.reopened", { time: formats.dateTime(refill.reopened.at) })}>
          {t(`shared:refill.reopened.${refill.reopened.because}`)}{" "}
          <Link to={`/prescriptions/${refill.reopened.prescription_id}`}>{t("refills.failedRenewal")}</Link>
        </Banner>
      )}
      {refill.decline_reason && <Text>{t("refills.declinedBecause", { reason: refill.decline_reason })}</Text>}
      {see.error && <ProblemAlert error={see.error} />}
      {(may("decline") || may("see")) && (
        <>
          <Group mt="sm" gap="xs" justify="flex-end">
            {may("see") && (
              <Button variant="default" loading={see.isPending} onClick={() => see.mutate(refill.version)}>
                {t("refills.see")}
              </Button>
            )}
            <Button variant="default" onClick={() => setDeclining(true)}>
              {t("refills.decline")}
            </Button>
            <Button
              component={Link}
              to={
                visit
                  ? `/consultations/${visit.id}?repeat=${refill.prescription_id}`
                  : `/residents/${refill.resident.id}`
              }
              leftSection={<IconRepeat size={18} aria-hidden />}
            >
              {t("refills.repeat")}
            </Button>
          </Group>
          <Text size="sm" c="dimmed" ta="right">
            {t(visit ? "refills.repeatHere" : "refills.repeatHint")}
          </Text>
        </>
      )}
      {declining && (
        <ReasonSheet
          title={t("refills.declineTitle")}
          hint={t("refills.declineHint")}
          label={t("refills.reason")}
          action={t("refills.decline")}
          run={(reason, key) => api.refills.decline(refill.id, refill.version, reason, key)}
          onClose={() => setDeclining(false)}
          onDone={refresh}
        />
      )}
    </Paper>
  );
}
