import { heardLate, type Meaning, type Triage, type UrgentCall } from "@yunzhen/client";
import { ProblemAlert, StatusChip, useAction, useFormats, useNow } from "@yunzhen/client/ui";
import { Button, Group, Text, Title } from "@mantine/core";
import { IconActivityHeartbeat, IconPhone, IconPhoneCall, IconPhoneCheck } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { stopwatch } from "../common/time";
import { isOpen, isYours } from "./order";
import classes from "./desk.module.css";

const TRIAGE: Record<Triage, Meaning> = { abnormal: "danger", unknown: "person", in_range: "waiting" };

/** One call: where from, how long, whom it was put to, and the telephone. */
export function CallCard({ call, onEnd }: { call: UrgentCall; onEnd: () => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const queries = useQueryClient();
  const now = useNow(1000);
  const answer = useAction((version: number, key) => api.urgentCalls.answer(call.id, version, key), {
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["urgent-calls"] }),
  });
  const open = isOpen(call);
  const yours = isYours(call);
  const meaning: Meaning = yours ? "danger" : call.state === "answered" ? "primary" : open ? "person" : "done";
  const place = t("urgentCallDesk.from", { home: call.home_name, bed: call.bed });
  const names = call.called.map((staff) => staff.name).join(t("shared:separator"));
  return (
    <article
      className={`${classes.call} ${yours ? classes.yours : ""}`}
      aria-label={place}
      data-testid={`urgent-call-${call.id}`}
      data-state={call.state}
    >
      <div className={classes.what}>
        <Group gap="sm">
          <Title order={2} fz={20}>
            {place}
          </Title>
          <StatusChip meaning={meaning} icon={open ? IconPhoneCall : IconPhoneCheck}>
            {t(`urgentCallDesk.state.${call.state}`)}
          </StatusChip>
          <StatusChip meaning={TRIAGE[call.triage]} icon={IconActivityHeartbeat}>
            {t(`urgentCallDesk.triage.${call.triage}`)}
          </StatusChip>
        </Group>
        {yours && (
          <Text fw={600} c="var(--yz-danger-text)" mt={4}>
            {t("urgentCallDesk.yours")}
          </Text>
        )}
        <Text mt={4}>
          {names === "" ? t("urgentCallDesk.calledNobody") : t("urgentCallDesk.called", { names })}
          {call.answered_by && ` · ${t("urgentCallDesk.answeredBy", { name: call.answered_by.name })}`}
        </Text>
        <ol className={classes.steps} aria-label={t("urgentCallDesk.steps")}>
          {call.steps.map((step) => (
            <li key={`${step.state}${step.at}`}>
              <Text component="span" size="sm" c="dimmed">
                {formats.dateTime(step.at)}
              </Text>{" "}
              <Text component="span" size="sm">
                {t(`urgentCallDesk.state.${step.state}`)}
              </Text>
            </li>
          ))}
        </ol>
        {answer.isError && <ProblemAlert error={answer.error} />}
      </div>
      <div className={classes.act}>
        {open && (
          <Text fw={600} fz={20} role="timer" aria-live="off">
            {t("urgentCallDesk.waiting", { time: stopwatch(call.raised_at, now) })}
          </Text>
        )}
        {heardLate(call) && (
          <Text fw={600} c="var(--yz-person-text)">
            {t("urgentCallDesk.heardLate", { time: formats.dateTime(call.pressed_at ?? call.raised_at) })}
          </Text>
        )}
        <Button
          component="a"
          href={`tel:${call.home_phone}`}
          variant="default"
          leftSection={<IconPhone size={18} aria-hidden />}
          aria-label={`${t("urgentCallDesk.phone")} ${call.home_phone}`}
        >
          {call.home_phone}
        </Button>
        {call.allowed.includes("answer") && (
          <Button loading={answer.isPending} onClick={() => answer.mutate(call.version)}>
            {t("urgentCallDesk.answer")}
          </Button>
        )}
        {call.allowed.includes("end") && (
          <Button variant={call.allowed.includes("answer") ? "default" : "filled"} onClick={onEnd}>
            {t("urgentCallDesk.end")}
          </Button>
        )}
      </div>
    </article>
  );
}
