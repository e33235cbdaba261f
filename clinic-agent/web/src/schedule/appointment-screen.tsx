import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconArrowLeft, IconCalendarTime, IconCalendarX, IconDoorEnter, IconHeartbeat } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { dayAt, type Appointment, type Consultation } from "@yunzhen/client";
import {
  Banner,
  ConsultationChip,
  ProblemAlert,
  RelativeTime,
  useAction,
  useApi,
  useFormats,
} from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Standings } from "../eligibility/standings";
import { ReasonStep } from "../reason-step";
import { PrimaryButton } from "../shell";
import { clockElsewhere, windowOf } from "./calendar";
import { SlotChoice } from "./slot-choice";
import { SlotTaken } from "./slot-taken";
import { useDayWords, useToday } from "./use-schedule";
import "./schedule.css";

/** A consultation that has not begun to wait: its time, what is proven, check in, another time, calling it off. */
export function AppointmentScreen({ consultation }: { consultation: Consultation }) {
  const { t } = useTranslation();
  const api = useApi();
  const formats = useFormats();
  const words = useDayWords();
  const queries = useQueryClient();
  const [moveOpen, move] = useDisclosure(false);
  const [cancelOpen, cancel] = useDisclosure(false);
  const at = consultation.scheduled_at;
  // The round and the doctor's zone are the appointment's; the consultation itself knows only its time.
  const today = useToday();
  const day = at ? dayAt(at, formats.zone) : today;
  const window = windowOf(day, day, formats.zone);
  const appointment = useQuery({
    queryKey: ["schedule", "appointments", window.from, window.until],
    enabled: at !== undefined,
    queryFn: () => api.schedule.appointments(window),
    select: (page): Appointment | undefined => page.items.find((one) => one.consultation.id === consultation.id),
  });
  const roundId = appointment.data?.round_id;
  const zone = appointment.data?.zone;
  const there = at && zone ? clockElsewhere(at, zone, formats.zone) : undefined;
  const checkIn = useAction((version: number, key) => api.schedule.checkIn(consultation.id, version, key), {
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["consultations"] }),
  });
  const may = (command: string): boolean => consultation.allowed.includes(command);
  const title = at ? "title" : consultation.specialist ? "requestedTitle" : "waitTitle";
  return (
    <div className="nurse-after">
      <header className="nurse-screen-head">
        <Button component={Link} to="/schedule" variant="subtle" leftSection={<IconArrowLeft />}>
          {t("action.back")}
        </Button>
        <h1>{t(`app:schedule.appointment.${title}`)}</h1>
        <Text fw={600}>
          {consultation.resident.name} · {t("bed", { bed: consultation.resident.bed })}
        </Text>
        <ConsultationChip state={consultation.state} />
      </header>
      <section className="yz-card nurse-pad">
        <dl className="nurse-facts">
          <dt>{t("app:schedule.appointment.when")}</dt>
          <dd>
            {at ? (
              <>
                <strong>
                  {words.whole(dayAt(at, formats.zone))} {formats.time(at)}
                </strong>{" "}
                · <RelativeTime at={at} />
                {there && ` · ${t("app:schedule.elsewhere", { time: there, zone })}`}
              </>
            ) : (
              t("app:schedule.appointment.whenOpen")
            )}
          </dd>
          {consultation.specialist && (
            <>
              <dt>{t("app:schedule.appointment.with")}</dt>
              <dd>{consultation.specialist.name}</dd>
            </>
          )}
          <dt>{t("app:schedule.appointment.reason")}</dt>
          <dd>{consultation.reason}</dd>
        </dl>
      </section>
      {roundId && (
        <Banner
          meaning="waiting"
          action={
            <Button component={Link} to={`/rounds/${roundId}`} variant="default">
              {t("app:schedule.appointment.toRound")}
            </Button>
          }
        >
          {t("app:schedule.appointment.inRound")}
        </Banner>
      )}
      <section className="yz-card nurse-pad">
        <Standings residentId={consultation.resident.id} specialistId={consultation.specialist?.id} level={2} />
      </section>
      {checkIn.error && <ProblemAlert error={checkIn.error} />}
      <footer className="nurse-actions">
        {may("cancel") && (
          <Button variant="default" size="xl" leftSection={<IconCalendarX aria-hidden />} onClick={cancel.open}>
            {t("app:schedule.appointment.cancel")}
          </Button>
        )}
        {may("move") && !roundId && (
          <Button variant="default" size="xl" leftSection={<IconCalendarTime aria-hidden />} onClick={move.open}>
            {t("app:schedule.appointment.move")}
          </Button>
        )}
        <Button
          component={Link}
          to={`/residents/${consultation.resident.id}/start`}
          variant="default"
          size="xl"
          leftSection={<IconHeartbeat aria-hidden />}
        >
          {t("app:schedule.appointment.prepare")}
        </Button>
        {may("check-in") && at && (
          <PrimaryButton
            leftSection={<IconDoorEnter aria-hidden />}
            loading={checkIn.isPending}
            onClick={() => checkIn.mutate(consultation.version)}
          >
            {t("app:schedule.appointment.checkIn")}
          </PrimaryButton>
        )}
      </footer>
      <Modal opened={moveOpen} onClose={move.close} title={t("app:schedule.appointment.moveTitle")} size={860}>
        <Move consultation={consultation} onDone={move.close} />
      </Modal>
      <Modal opened={cancelOpen} onClose={cancel.close} title={t("app:schedule.appointment.cancelTitle")} size={600}>
        <Cancel consultation={consultation} onDone={cancel.close} />
      </Modal>
    </div>
  );
}

function Move({ consultation, onDone }: { consultation: Consultation; onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const formats = useFormats();
  const words = useDayWords();
  const queries = useQueryClient();
  const [startsAt, setStartsAt] = useState<string>();
  const [lost, setLost] = useState<string>();
  const named = (at: string) => ({ date: words.date(dayAt(at, formats.zone)), time: formats.time(at) });
  const move = useAction(
    (input: { version: number; starts_at: string }, key) => api.schedule.move(consultation.id, input, key),
    {
      onSuccess: (moved) => {
        notifications.show({ message: t("app:schedule.appointment.moved", named(moved.starts_at)), color: "green" });
        for (const key of ["schedule", "consultations"]) void queries.invalidateQueries({ queryKey: [key] });
        onDone();
      },
    },
  );
  const specialistId = consultation.specialist?.id;
  if (!specialistId) return null;
  const submit = (starts_at: string): void =>
    move.mutate(
      { version: consultation.version, starts_at },
      {
        onError: (error) => {
          if (error.code !== "slot_taken") return;
          setLost(starts_at);
          setStartsAt(undefined);
          void queries.invalidateQueries({ queryKey: ["schedule", "slots"] });
        },
      },
    );
  const choose = (at: string): void => {
    setStartsAt(at);
    setLost(undefined);
    move.reset();
  };
  return (
    <Stack>
      <SlotChoice specialistId={specialistId} value={startsAt} onChange={choose} />
      {lost && <SlotTaken specialistId={specialistId} lost={lost} onChoose={choose} />}
      {move.error && move.error.code !== "slot_taken" && <ProblemAlert error={move.error} />}
      <Group justify="flex-end">
        <PrimaryButton disabled={!startsAt} loading={move.isPending} onClick={() => startsAt && submit(startsAt)}>
          {startsAt ? t("app:schedule.appointment.moveConfirm", named(startsAt)) : t("app:schedule.appointment.move")}
        </PrimaryButton>
      </Group>
    </Stack>
  );
}

const REASONS = ["better", "hospital", "absent", "refused"] as const;

function Cancel({ consultation, onDone }: { consultation: Consultation; onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const cancel = useAction(
    (input: { version: number; reason: string }, key) =>
      api.consultations.cancel(consultation.id, input.version, input.reason, key),
    {
      onSuccess: () => {
        notifications.show({ message: t("app:schedule.appointment.cancelled"), color: "green" });
        for (const key of ["schedule", "consultations"]) void queries.invalidateQueries({ queryKey: [key] });
        onDone();
      },
    },
  );
  return (
    <Stack>
      <Text>{t("app:schedule.appointment.cancelHint")}</Text>
      <div className="nurse-templates" role="group" aria-label={t("app:schedule.appointment.cancelReason")}>
        {REASONS.map((name) => (
          <button key={name} type="button" onClick={() => setReason(t(`app:schedule.appointment.reasons.${name}`))}>
            {t(`app:schedule.appointment.reasons.${name}`)}
          </button>
        ))}
      </div>
      <ReasonStep
        label={t("app:schedule.appointment.cancelReason")}
        action={t("app:schedule.appointment.cancel")}
        color="red"
        reason={reason}
        onReason={setReason}
        step={cancel}
        onStep={(given) => cancel.mutate({ version: consultation.version, reason: given })}
      />
    </Stack>
  );
}
