import { Button, Group, Modal, Stack, Text, Textarea, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import {
  IconArrowDownRight,
  IconArrowRight,
  IconArrowUpRight,
  IconHeartbeat,
  IconNotes,
  IconPlayerPlay,
  IconVideo,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { toApiError, type Resident, type ResidentSummary } from "@yunzhen/client";
import {
  AllergyBanner,
  Banner,
  ConsultationChip,
  OTHER_SIGNS,
  Portrait,
  PrescriptionChip,
  ProblemAlert,
  RelativeTime,
  RESPONSIVENESS,
  Skeletons,
  StatusChip,
  VITAL_SIGNS,
  VitalsPlot,
  rangeWord,
  useAction,
  useApi,
  useFormats,
  useNames,
  useValueWords,
} from "@yunzhen/client/ui";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { BackToList } from "../back-to-list";
import { useBoxApi, useLink, useSpool } from "../box/box-context";
import { pendingOf } from "../box/spool-view";
import { PendingList, PrimaryButton, StaleLine } from "../shell";
import { BreakGlassNotice } from "../break-glass/break-glass-notice";
import { MissingConsents } from "../consents/missing-consents";
import { allergiesKnown } from "../residents/find";
import { RecordLinks } from "../residents/record-links";
import { WarningChip } from "../residents/warning-chip";
import { isSigned } from "../visit/signed";
import { useEnter } from "../visit/use-enter";
import { VitalsEntry } from "../visit/vitals-entry";
import { NextAppointment } from "./next-appointment";
import { isCallable, isOpen, type RoundRow } from "./round";
import { vitalsNow } from "./trend";

/** What the keypad takes, and the word beside the numbers. */
const AT_A_GLANCE = [...VITAL_SIGNS, ...OTHER_SIGNS.filter(({ code }) => code === RESPONSIVENESS)];
const TWO_WEEKS_MS = 14 * 24 * 3600 * 1000;

export function ResidentPanel({ residentId, summary }: { residentId: string; summary: RoundRow | undefined }) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const navigate = useNavigate();
  const enter = useEnter();
  const words = useValueWords();
  const link = useLink();
  const spool = useSpool();
  const [vitalsOpen, vitals] = useDisclosure(false);
  const [noteOpen, note] = useDisclosure(false);
  const chart = useQuery({ queryKey: ["residents", residentId], queryFn: () => api.residents.getFresh(residentId) });
  const [since] = useState(() => new Date(Date.now() - TWO_WEEKS_MS).toISOString());
  const history = useQuery({
    queryKey: ["residents", residentId, "observations"],
    queryFn: () => api.residents.observations(residentId, { since }),
  });
  const full: Resident | undefined = chart.data?.data;
  const person: ResidentSummary | undefined =
    summary?.resident ?? (full && { ...full, conditions: [], early_warning: full.early_warning.now });
  const observations = history.data?.items;
  const now = useMemo(
    () => vitalsNow(AT_A_GLANCE, full?.last_observations ?? person?.last_observations ?? [], observations ?? []),
    [full, person, observations],
  );
  const pending = pendingOf(spool.data ?? [], residentId);
  const consultation = summary?.consultation;
  const open = consultation !== undefined && isCallable(consultation.state);
  // Moved or merged since the page was opened: what is shown is old, and nothing more is taken for the resident here.
  const gone = chart.isError && toApiError(chart.error).code === "not_found";

  if (!person) {
    return (
      <div className="yz-card nurse-fill">
        {chart.isError ? (
          <div className="nurse-pad">
            <ProblemAlert error={chart.error} onRetry={() => void chart.refetch()} />
          </div>
        ) : (
          <Skeletons shape="card" count={6} />
        )}
      </div>
    );
  }
  return (
    <article className="yz-card nurse-resident">
      <div className="nurse-resident-body" tabIndex={0} role="region" aria-label={person.name}>
        <Group wrap="nowrap" align="flex-start" gap="md">
          <BackToList to="/" label={t("action.back")} />
          <Portrait person={person} size={72} />
          <Stack gap={4} flex={1} miw={0}>
            <Group gap="sm">
              <Title order={1} size="h2">
                {person.name}
              </Title>
              <Text c="dimmed">
                {t("bed", { bed: person.bed })} · {t(`sex.${person.sex}`)} · {t("age", { n: person.age })}
              </Text>
              {consultation && <ConsultationChip state={consultation.state} />}
            </Group>
            {full && full.conditions.length > 0 && (
              <Text>
                {full.conditions
                  .map((condition) => (i18n.language === "en" ? condition.display_en : condition.display_zh))
                  .join(t("separator"))}
              </Text>
            )}
          </Stack>
        </Group>
        <div>
          <AllergyBanner of={allergiesKnown(full ?? person)} />
        </div>
        <Group gap="sm">
          <WarningChip score={full?.early_warning.now ?? person.early_warning} />
          <RecordLinks residentId={residentId} />
        </Group>
        <NextAppointment residentId={residentId} consultation={consultation} />
        {gone ? (
          <Banner meaning="person" role="status">
            {t("app:today.gone")}
          </Banner>
        ) : (
          <>
            <StaleLine since={chart.data?.staleSince} />
            {chart.isError && <ProblemAlert error={chart.error} onRetry={() => void chart.refetch()} />}
          </>
        )}

        <BreakGlassNotice of={residentId} />
        <MissingConsents residentId={residentId} />
        {pending.length > 0 && (
          <section>
            <Title order={2} size="h3">
              {t("app:today.pending")}
            </Title>
            <PendingList items={pending} />
          </section>
        )}

        <section>
          <Title order={2} size="h3" mb="xs">
            {t("app:today.lastVitals")}
          </Title>
          {now.length === 0 ? (
            <Text c="dimmed">{t("vital.noData")}</Text>
          ) : (
            <ul className="nurse-vitals">
              {now.map(({ sign, last, trend }) => {
                const word = rangeWord(last);
                const Arrow =
                  trend === "up" ? IconArrowUpRight : trend === "down" ? IconArrowDownRight : IconArrowRight;
                return (
                  <li key={sign.code} className={word === "inRange" ? "" : "nurse-vital-out"}>
                    <span className="nurse-dim">{t(`vital.${sign.code}`)}</span>
                    <span className="nurse-vital-value">
                      {words(last).value}
                      <small>{words(last).unit}</small>
                      {trend && <Arrow size={22} aria-label={t(`app:today.${trend}`)} role="img" />}
                    </span>
                    <span className="nurse-vital-foot">
                      {word !== "inRange" && <StatusChip meaning="person">{t(`vital.${word}`)}</StatusChip>}
                      <RelativeTime at={last.measured_at} />
                    </span>
                  </li>
                );
              })}
            </ul>
          )}
        </section>

        <section>
          <Title order={2} size="h3">
            {t("app:today.trends")}
          </Title>
          {history.isPending ? (
            <Skeletons shape="chart" count={2} />
          ) : history.isError ? (
            link.online ? (
              <ProblemAlert error={history.error} onRetry={() => void history.refetch()} />
            ) : (
              <Text c="dimmed">{t("app:today.trendsOffline")}</Text>
            )
          ) : (
            <VitalsPlot observations={observations ?? []} height={120} />
          )}
        </section>

        {full && <ChartLists chart={full} />}
      </div>
      {!gone && (
        <footer className="nurse-actions">
          <Button variant="default" size="xl" leftSection={<IconHeartbeat aria-hidden />} onClick={vitals.open}>
            {t("app:today.addVitals")}
          </Button>
          <Button variant="default" size="xl" leftSection={<IconNotes aria-hidden />} onClick={note.open}>
            {t("app:today.addNote")}
          </Button>
          {open ? (
            <PrimaryButton leftSection={<IconVideo aria-hidden />} onClick={() => enter(consultation)}>
              {t("app:today.resume")}
            </PrimaryButton>
          ) : (
            <PrimaryButton
              leftSection={<IconPlayerPlay aria-hidden />}
              onClick={() => void navigate(`/residents/${residentId}/start`)}
            >
              {t("app:today.start")}
            </PrimaryButton>
          )}
        </footer>
      )}
      <Modal opened={vitalsOpen} onClose={vitals.close} title={t("app:vitals.title")} size={860}>
        <VitalsEntry residentId={residentId} onSaved={vitals.close} />
      </Modal>
      <Modal opened={noteOpen} onClose={note.close} title={t("app:today.addNote")} size={640}>
        <NoteForm residentId={residentId} onSaved={note.close} />
      </Modal>
    </article>
  );
}

function ChartLists({ chart }: { chart: Resident }) {
  const { t } = useTranslation();
  const names = useNames();
  const formats = useFormats();
  const prescriptions = chart.prescriptions.filter(isSigned);
  const ended = chart.consultations.filter((consultation) => !isOpen(consultation.state)).slice(0, 5);
  return (
    <div className="nurse-columns">
      <section>
        <Title order={2} size="h3">
          {t("app:today.medicines")}
        </Title>
        {chart.medicines.length === 0 ? (
          <Text c="dimmed">{t("app:today.noMedicines")}</Text>
        ) : (
          <ul className="nurse-plain-list">
            {chart.medicines.map((medicine) => (
              <li key={`${medicine.name}${medicine.dose_text}`}>
                <strong>{names.name(medicine)}</strong> {medicine.dose_text}
                {medicine.since && (
                  <span className="nurse-dim"> {t("app:today.since", { date: formats.date(medicine.since) })}</span>
                )}
              </li>
            ))}
          </ul>
        )}
      </section>
      <section>
        <Title order={2} size="h3">
          {t("app:today.notes")}
        </Title>
        {chart.notes.length === 0 ? (
          <Text c="dimmed">{t("app:today.noNotes")}</Text>
        ) : (
          <ul className="nurse-plain-list">
            {chart.notes.slice(0, 4).map((note) => (
              <li key={note.id}>
                {note.text}
                <div className="nurse-dim">
                  {note.author_name} · {formats.dateTime(note.written_at)}
                </div>
              </li>
            ))}
          </ul>
        )}
      </section>
      {prescriptions.length > 0 && (
        <section>
          <Title order={2} size="h3">
            {t("app:today.prescriptions")}
          </Title>
          <ul className="nurse-plain-list">
            {prescriptions.slice(0, 4).map((prescription) => (
              <li key={prescription.id}>
                <Group justify="space-between" gap="xs">
                  <span>{names.drugs(prescription)}</span>
                  <PrescriptionChip state={prescription.state} chain={prescription} />
                </Group>
              </li>
            ))}
          </ul>
        </section>
      )}
      {ended.length > 0 && (
        <section>
          <Title order={2} size="h3">
            {t("app:today.pastVisits")}
          </Title>
          <ul className="nurse-plain-list">
            {ended.map((consultation) => (
              <li key={consultation.id}>
                <Link to={`/consultations/${consultation.id}`} className="nurse-inline-link">
                  {formats.dateTime(consultation.began_at ?? consultation.requested_at)} · {consultation.reason}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

/** Written to the box at once; the network need not be there. */
function NoteForm({ residentId, onSaved }: { residentId: string; onSaved: () => void }) {
  const { t } = useTranslation();
  const box = useBoxApi();
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const save = useAction(
    (input: { text: string; written_at: string }, key) =>
      box.save({ kind: "note", resident_id: residentId, body: { ...input, kind: "nursing" } }, key),
    {
      onSuccess: () => {
        notifications.show({ message: t("app:vitals.saved"), color: "green" });
        void queries.invalidateQueries({ queryKey: ["spool"] });
        void queries.invalidateQueries({ queryKey: ["residents"] });
        onSaved();
      },
    },
  );
  const [writtenAt] = useState(() => new Date().toISOString());
  return (
    <Stack>
      <Textarea
        aria-label={t("app:today.addNote")}
        placeholder={t("app:today.notePlaceholder")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        minRows={5}
        autosize
        data-autofocus
      />
      {save.error && <ProblemAlert error={save.error} />}
      <Group justify="flex-end">
        <PrimaryButton
          disabled={text.trim() === ""}
          loading={save.isPending}
          onClick={() => save.mutate({ text: text.trim(), written_at: writtenAt })}
        >
          {t("app:today.saveNote")}
        </PrimaryButton>
      </Group>
    </Stack>
  );
}
