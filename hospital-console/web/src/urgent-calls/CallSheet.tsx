import type { EndUrgentCall, Observation, UrgentCall, UrgentCallOutcome } from "@yunzhen/client";
import { ProblemAlert, RelativeTime, UrgentCallChip, useAction, useFormats, useValueWords } from "@yunzhen/client/ui";
import { Button, Drawer, Group, Radio, Stack, Text, Textarea } from "@mantine/core";
import { IconPhone, IconPhoneIncoming } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { fieldError } from "../common/fields";
import { keys } from "../common/keys";
import { Person } from "../common/Person";
import { Section } from "../common/Section";
import { outside, vitalName } from "../common/vitals";
import classes from "./urgent-calls.module.css";

const OUTCOMES: readonly UrgentCallOutcome[] = [
  "consultation",
  "hospital_registration",
  "transport_request",
  "false_alarm",
];

/** One call: who and where, the telephone, the last vital signs, who was called; answered, it ends with what became of it. */
export function CallSheet({
  call,
  answering,
  onAnswer,
  onClose,
}: {
  call: UrgentCall;
  answering: boolean;
  onAnswer: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  return (
    <Drawer opened onClose={onClose} position="right" size={480} title={t("urgentCalls.title")}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          {call.resident ? (
            <Person person={call.resident} heading="h2" />
          ) : (
            <Text fw={600}>
              {t("urgentCalls.from", { who: t("urgentCalls.bedOnly"), home: call.home_name, bed: call.bed })}
            </Text>
          )}
          <UrgentCallChip state={call.state} />
        </Group>
        <Text component="a" href={`tel:${call.home_phone}`} c="var(--mantine-color-anchor)">
          <IconPhone size={16} aria-hidden style={{ verticalAlign: "-2px" }} /> {call.home_name} {call.home_phone}
        </Text>
        {call.shared_by.length > 0 && (
          <Section title={t("urgentCalls.shared")}>
            {call.shared_by.map((person) => (
              <Person key={person.id} person={person} />
            ))}
          </Section>
        )}
        {call.vital_signs && (
          <Section title={t("urgentCalls.vitals")}>
            {call.vital_signs.length === 0 ? (
              <Text>{t("urgentCalls.noVitals")}</Text>
            ) : (
              <dl className={classes.vitals}>
                {call.vital_signs.map((o) => (
                  <Vital key={o.code} reading={o} />
                ))}
              </dl>
            )}
          </Section>
        )}
        <Section title={t("urgentCalls.course")}>
          {call.steps.map((step) => (
            <Text key={`${step.state}${step.at}`} size="sm">
              {formats.time(step.at)} {t(`shared:urgentCall.state.${step.state}`)}
            </Text>
          ))}
          {call.called.length > 0 && (
            <Text size="sm" c="dimmed">
              {t("urgentCalls.called", { names: call.called.map((s) => s.name).join(t("shared:separator")) })}
            </Text>
          )}
          {call.answered_by && (
            <Text size="sm" c="dimmed">
              {t("urgentCalls.answeredBy", { name: call.answered_by.name })}
            </Text>
          )}
        </Section>
        {call.allowed.includes("answer") && (
          <Button
            color="red"
            leftSection={<IconPhoneIncoming size={18} aria-hidden />}
            loading={answering}
            onClick={onAnswer}
          >
            {t("urgentCalls.answer")}
          </Button>
        )}
        {call.allowed.includes("end") && <EndForm call={call} onClose={onClose} />}
      </Stack>
    </Drawer>
  );
}

function Vital({ reading }: { reading: Observation }) {
  const { t, i18n } = useTranslation("app");
  const { value, unit } = useValueWords()(reading);
  const out = outside(reading);
  return (
    <div className={out ? classes.outside : undefined}>
      <dt>{vitalName(reading.code, i18n.language)}</dt>
      <dd>
        {value} {unit} {out && t(`shared:vital.${out}`)}
      </dd>
      <dd>
        <RelativeTime at={reading.measured_at} />
      </dd>
    </div>
  );
}

function EndForm({ call, onClose }: { call: UrgentCall; onClose: () => void }) {
  const { t } = useTranslation("app");
  const { role } = useStaff();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [outcome, setOutcome] = useState<UrgentCallOutcome>();
  const [note, setNote] = useState("");
  const [who, setWho] = useState<string>();
  const whoMissing = call.shared_by.length > 0 && outcome !== "false_alarm" && !who;
  const end = useAction((body: EndUrgentCall, key) => api.urgentCalls.end(call.id, body, key), {
    onSuccess: (ended) => {
      void queryClient.invalidateQueries({ queryKey: keys.urgentCalls.all });
      void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
      onClose();
      if (role !== "specialist") return;
      if (ended.consultation_id) void navigate(`/consultations/${ended.consultation_id}`);
      if (ended.referral_id) void navigate(`/referrals/${ended.referral_id}`);
    },
  });
  // The administrator answers the telephone; what is clinical is for those who care for the resident.
  const clinical = (one: UrgentCallOutcome): boolean => one === "consultation" || one === "hospital_registration";
  const outcomes = OUTCOMES.filter((one) => role === "specialist" || !clinical(one));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (outcome) end.mutate({ version: call.version, outcome, resident_id: who, note: note.trim() || undefined });
      }}
    >
      <Stack gap="sm">
        <Radio.Group
          label={t("urgentCalls.outcome.label")}
          value={outcome ?? null}
          onChange={(value) => setOutcome(value as UrgentCallOutcome)}
          error={fieldError(end.error, "outcome")}
        >
          <Stack gap={8} mt={6}>
            {outcomes.map((one) => (
              <Radio
                key={one}
                value={one}
                label={t(`urgentCalls.outcome.${one}`)}
                description={t(`urgentCalls.outcomeHint.${one}`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        {call.shared_by.length > 0 && (
          <Radio.Group
            label={t("urgentCalls.who")}
            value={who ?? null}
            onChange={setWho}
            error={fieldError(end.error, "resident_id")}
          >
            <Stack gap={8} mt={6}>
              {call.shared_by.map((person) => (
                <Radio key={person.id} value={person.id} label={person.name} />
              ))}
            </Stack>
          </Radio.Group>
        )}
        <Textarea
          label={t("urgentCalls.note")}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          error={fieldError(end.error, "note")}
          autosize
          minRows={2}
        />
        {end.isError && <ProblemAlert error={end.error} />}
        <Group justify="flex-end">
          <Button type="submit" disabled={!outcome || whoMissing} loading={end.isPending}>
            {t("urgentCalls.end")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
