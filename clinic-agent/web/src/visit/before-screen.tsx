import { Button, Group, SegmentedControl, Text, Textarea, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import {
  IconArrowLeft,
  IconCircle,
  IconCircleCheck,
  IconDoorEnter,
  IconPhoneCall,
  IconWifiOff,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { dayAt, type NewConsultation, type Urgency } from "@yunzhen/client";
import {
  AllergyBanner,
  Banner,
  ProblemAlert,
  RecordVoice,
  Skeletons,
  useAction,
  useApi,
  useFormats,
  useNow,
} from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { useBoxApi, useLink, useSpool } from "../box/box-context";
import { pendingOf } from "../box/spool-view";
import { MissingConsents } from "../consents/missing-consents";
import { PendingList, PrimaryButton } from "../shell";
import { allergiesKnown } from "../residents/find";
import { isCallable } from "../today/round";
import { useRound } from "../today/use-round";
import { useSaveVoice } from "./forward-panel";
import { useEnter } from "./use-enter";
import { VitalsEntry } from "./vitals-entry";

const TEMPLATES = [
  "fever",
  "cough",
  "breath",
  "pressure",
  "glucose",
  "pain",
  "swelling",
  "skin",
  "appetite",
  "sleep",
  "confusion",
  "fall",
  "medicine",
  "review",
] as const;

/** Before the call: vital signs and the reason, sent ahead. The list fills itself. */
export function BeforeScreen() {
  const { t } = useTranslation();
  const { residentId = "" } = useParams();
  const enter = useEnter();
  const api = useApi();
  const box = useBoxApi();
  const queries = useQueryClient();
  const link = useLink();
  const spool = useSpool();
  const { residents, consultations } = useRound();
  const formats = useFormats();
  const now = useNow(60_000);
  const [reason, setReason] = useState("");
  const [urgency, setUrgency] = useState<Urgency>("routine");
  const [vitalsSaved, setVitalsSaved] = useState(false);
  const resident = residents.data?.data.items.find((one) => one.id === residentId);
  const active = consultations.data?.data.items.find(
    (consultation) => consultation.resident.id === residentId && isCallable(consultation.state),
  );
  // Booked for today: checking in begins that consultation, so that it is not asked for a second time.
  const booked = consultations.data?.data.items.find(
    (consultation) =>
      consultation.resident.id === residentId &&
      consultation.state === "scheduled" &&
      consultation.scheduled_at !== undefined &&
      dayAt(consultation.scheduled_at, formats.zone) === dayAt(now, formats.zone),
  );
  const [another, setAnother] = useState(false);
  const asked = another ? undefined : booked;
  const voice = useSaveVoice(residentId, asked?.id);
  const checkIn = useAction(
    (input: { id: string; version: number }, key) => api.schedule.checkIn(input.id, input.version, key),
    {
      onSuccess: (consultation) => {
        enter(consultation, { replace: true });
        for (const key of ["consultations", "rounds"]) void queries.invalidateQueries({ queryKey: [key] });
      },
    },
  );
  const call = useAction((input: NewConsultation, key) => api.consultations.create(input, key), {
    onSuccess: (consultation) => {
      enter(consultation, { replace: true });
      void queries.invalidateQueries({ queryKey: ["consultations"] });
    },
  });
  const saveReason = useAction(
    (input: { text: string; written_at: string }, key) =>
      box.save({ kind: "note", resident_id: residentId, body: { ...input, kind: "complaint" } }, key),
    {
      onSuccess: () => {
        notifications.show({ message: t("app:before.savedOffline"), color: "green" });
        void queries.invalidateQueries({ queryKey: ["spool"] });
      },
    },
  );
  const text = reason.trim();
  // The moment of the first press stays with the text, so that pressing again repeats the same record.
  const [written, setWritten] = useState<{ text: string; written_at: string }>();
  const keepReason = (): void => {
    const input = written?.text === text ? written : { text, written_at: new Date().toISOString() };
    setWritten(input);
    saveReason.mutate(input);
  };
  const add = (words: string): void =>
    setReason((before) => (before.trim() === "" ? words : `${before.trimEnd()}${t("separator")}${words}`));
  if (!resident) return residents.isError ? <ProblemAlert error={residents.error} /> : <Skeletons shape="card" />;
  const pending = pendingOf(spool.data ?? [], residentId);
  return (
    <div className="nurse-before">
      <header className="nurse-screen-head">
        <Button component={Link} to={`/residents/${residentId}`} variant="subtle" leftSection={<IconArrowLeft />}>
          {t("action.back")}
        </Button>
        <h1>{t("app:before.title")}</h1>
        <Text fw={600}>
          {resident.name} · {t("bed", { bed: resident.bed })}
        </Text>
        <AllergyBanner of={allergiesKnown(resident)} />
      </header>
      {active && (
        <Banner meaning="primary" action={<Button onClick={() => enter(active)}>{t("app:today.resume")}</Button>}>
          {t("app:before.active")}
        </Banner>
      )}
      <MissingConsents residentId={residentId} />
      <div className="nurse-before-columns">
        <section className="yz-card nurse-pad">
          <Title order={2} mb="sm">
            {t("app:vitals.title")}
          </Title>
          <VitalsEntry residentId={residentId} onSaved={() => setVitalsSaved(true)} />
          {pending.length > 0 && <PendingList items={pending} />}
        </section>
        <section className="yz-card nurse-pad nurse-complaint">
          {booked?.scheduled_at && (
            <div className="nurse-choices" role="group" aria-label={t("app:before.which")}>
              <Button
                variant={another ? "default" : "light"}
                size="xl"
                aria-pressed={!another}
                onClick={() => setAnother(false)}
              >
                {t("app:before.booked", {
                  time: formats.time(booked.scheduled_at),
                  name: booked.specialist?.name ?? "",
                })}
              </Button>
              <Button
                variant={another ? "light" : "default"}
                size="xl"
                aria-pressed={another}
                onClick={() => setAnother(true)}
              >
                {t("app:before.another")}
              </Button>
            </div>
          )}
          {asked ? (
            <Text>
              <strong>{t("app:before.complaint")}</strong> {asked.reason}
            </Text>
          ) : (
            <>
              <Textarea
                label={t("app:before.complaint")}
                description={t("app:before.complaintHelp")}
                placeholder={t("app:before.complaintPlaceholder")}
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
                minRows={3}
                maxRows={6}
                autosize
                maxLength={1000}
              />
              <div role="group" aria-label={t("app:before.templates")} className="nurse-templates">
                {TEMPLATES.map((name) => (
                  <button key={name} type="button" onClick={() => add(t(`app:before.template.${name}`))}>
                    {t(`app:before.template.${name}`)}
                  </button>
                ))}
              </div>
              <div>
                <Text fw={600} mb={4} id="urgency">
                  {t("app:before.urgency")}
                </Text>
                <SegmentedControl
                  aria-labelledby="urgency"
                  fullWidth
                  size="lg"
                  value={urgency}
                  onChange={(value) => setUrgency(value as Urgency)}
                  data={[
                    { value: "routine", label: t("urgency.routine") },
                    { value: "urgent", label: t("urgency.urgent") },
                  ]}
                />
              </div>
            </>
          )}
          <div>
            <Text fw={600} mb={4}>
              {t("app:before.voice")}
            </Text>
            <RecordVoice onSend={voice.send} sending={voice.sending} error={voice.error} />
          </div>
          {!link.online && (
            <Banner meaning="person" icon={IconWifiOff} role="status">
              {t("app:before.offlineHint")}
            </Banner>
          )}
        </section>
      </div>
      <footer className="nurse-before-foot yz-card">
        {call.error && <ProblemAlert error={call.error} />}
        {checkIn.error && <ProblemAlert error={checkIn.error} />}
        {saveReason.error && <ProblemAlert error={saveReason.error} />}
        <div className="nurse-before-foot-line">
          <ul className="nurse-checks" aria-label={t("app:before.checklist")}>
            <Check done={vitalsSaved} yes={t("app:before.vitalsDone")} no={t("app:before.vitalsTodo")} />
            <Check
              done={text !== "" || asked !== undefined}
              yes={t("app:before.complaintDone")}
              no={t("app:before.complaintTodo")}
            />
            <Check done={link.online} yes={t("app:before.linkDone")} no={t("app:before.linkTodo")} />
          </ul>
          <Group justify="flex-end">
            {!link.online && (
              <Button
                variant="default"
                size="xl"
                disabled={text === ""}
                loading={saveReason.isPending}
                onClick={keepReason}
              >
                {t("app:before.saveOffline")}
              </Button>
            )}
            {asked ? (
              <PrimaryButton
                leftSection={<IconDoorEnter aria-hidden />}
                disabled={!link.online || active !== undefined}
                loading={checkIn.isPending}
                onClick={() => checkIn.mutate({ id: asked.id, version: asked.version })}
              >
                {t("app:before.checkIn")}
              </PrimaryButton>
            ) : (
              <PrimaryButton
                leftSection={<IconPhoneCall aria-hidden />}
                disabled={text === "" || !link.online || active !== undefined}
                loading={call.isPending}
                onClick={() => call.mutate({ resident_id: residentId, reason: text, urgency })}
              >
                {t("app:before.call")}
              </PrimaryButton>
            )}
          </Group>
        </div>
      </footer>
    </div>
  );
}

function Check({ done, yes, no }: { done: boolean; yes: string; no: string }) {
  const Glyph = done ? IconCircleCheck : IconCircle;
  return (
    <li className={done ? "nurse-check-done" : ""}>
      <Glyph size={24} aria-hidden />
      {done ? yes : no}
    </li>
  );
}
