import { Button, Group, Modal, Text, Textarea, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconArrowLeft, IconCalendarCheck, IconHourglass, IconStethoscope } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { dayAt, type NewAppointment } from "@yunzhen/client";
import { AllergyBanner, EmptyState, ProblemAlert, Skeletons, useAction, useApi, useFormats } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { ResidentChoice } from "../devices/resident-choice";
import { Standings } from "../eligibility/standings";
import { saidAt } from "../said-at";
import { PrimaryButton } from "../shell";
import { useRound } from "../today/use-round";
import { isDay } from "./calendar";
import { JoinWaitlist } from "./join-waitlist";
import { SpecialistChoice } from "./specialist-choice";
import { SlotChoice } from "./slot-choice";
import { SlotTaken } from "./slot-taken";
import { useDayWords, useSpecialists } from "./use-schedule";
import "./schedule.css";

/** Resident, what is proven for remote care, doctor, time, reason: all on one page, each seen before the booking. */
export function BookingScreen() {
  const { t } = useTranslation();
  const api = useApi();
  const formats = useFormats();
  const words = useDayWords();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [address, setAddress] = useSearchParams();
  const { residents } = useRound();
  const specialists = useSpecialists();
  const [startsAt, setStartsAt] = useState<string>();
  const [reason, setReason] = useState("");
  const [lost, setLost] = useState<string>();
  const [joinOpen, join] = useDisclosure(false);
  const residentId = address.get("resident") ?? undefined;
  const specialistId = address.get("specialist") ?? undefined;
  const firstDay = address.get("day");
  const resident = residents.data?.data.items.find((one) => one.id === residentId);
  const specialist = specialists.data?.find((one) => one.id === specialistId);
  const choose = (name: "resident" | "specialist", id: string): void => {
    if (name === "specialist") {
      setStartsAt(undefined);
      setLost(undefined);
    }
    setAddress(
      (before) => {
        if (id) before.set(name, id);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  };
  const book = useAction((input: NewAppointment, key) => api.schedule.book(input, key), {
    onSuccess: (appointment) => {
      notifications.show({
        color: "green",
        message: t("app:schedule.booking.done", {
          date: words.date(dayAt(appointment.starts_at, formats.zone)),
          time: formats.time(appointment.starts_at),
          name: appointment.specialist.name,
        }),
      });
      for (const key of ["schedule", "consultations"]) void queries.invalidateQueries({ queryKey: [key] });
      void navigate(`/schedule?day=${dayAt(appointment.starts_at, formats.zone)}`);
    },
  });
  const text = reason.trim();
  const submit = (): void => {
    if (!resident || !specialist || !startsAt || text === "") return;
    book.mutate(
      { resident_id: resident.id, specialist_id: specialist.id, starts_at: startsAt, reason: text },
      {
        onError: (error) => {
          if (error.code !== "slot_taken") return;
          setLost(startsAt);
          setStartsAt(undefined);
          void queries.invalidateQueries({ queryKey: ["schedule", "slots"] });
        },
      },
    );
  };
  const chooseTime = (at: string): void => {
    setStartsAt(at);
    setLost(undefined);
    book.reset();
  };
  return (
    <div className="nurse-before">
      <header className="nurse-screen-head">
        <Button component={Link} to="/schedule" variant="subtle" leftSection={<IconArrowLeft />}>
          {t("action.back")}
        </Button>
        <h1>{t("app:schedule.booking.title")}</h1>
        {resident && <AllergyBanner of={resident} />}
      </header>
      <div className="nurse-before-columns">
        <section className="yz-card nurse-pad nurse-complaint">
          <Title order={2} size="h3">
            {t("app:schedule.booking.who")}
          </Title>
          {residents.isPending ? (
            <Skeletons shape="rows" count={4} />
          ) : residents.isError ? (
            <ProblemAlert error={residents.error} onRetry={() => void residents.refetch()} />
          ) : resident ? (
            <>
              <Group justify="space-between">
                <Text fw={600}>
                  {resident.name} · {t("bed", { bed: resident.bed })}
                </Text>
                <Button variant="default" onClick={() => choose("resident", "")}>
                  {t("app:schedule.booking.otherWho")}
                </Button>
              </Group>
              <Standings residentId={resident.id} specialistId={specialistId} level={3} />
            </>
          ) : (
            <ResidentChoice
              residents={residents.data.data.items}
              onChoose={(id) => choose("resident", id)}
              hint={t("app:schedule.booking.chooseWho")}
            />
          )}
        </section>
        <section className="yz-card nurse-pad nurse-complaint">
          <Title order={2} size="h3">
            {t("app:schedule.booking.with")}
          </Title>
          {specialists.isPending ? (
            <Skeletons shape="card" count={1} />
          ) : specialists.isError ? (
            <ProblemAlert error={specialists.error} onRetry={() => void specialists.refetch()} />
          ) : specialists.data.length === 0 ? (
            <EmptyState
              level={3}
              icon={IconStethoscope}
              title={t("app:schedule.booking.noSpecialist")}
              hint={t("app:schedule.booking.noSpecialistHint")}
            />
          ) : (
            <SpecialistChoice
              specialists={specialists.data}
              value={specialistId}
              onChange={(id) => choose("specialist", id)}
            />
          )}
          <Group justify="space-between">
            <Title order={2} size="h3">
              {t("app:schedule.booking.when")}
            </Title>
            {resident && specialist && (
              <Button variant="default" leftSection={<IconHourglass aria-hidden />} onClick={join.open}>
                {t("app:schedule.booking.join")}
              </Button>
            )}
          </Group>
          {specialistId ? (
            <SlotChoice
              key={specialistId}
              specialistId={specialistId}
              firstDay={isDay(firstDay) ? firstDay : undefined}
              value={startsAt}
              onChange={chooseTime}
            />
          ) : (
            <Text c="dimmed">{t("app:schedule.booking.chooseWith")}</Text>
          )}
          <Textarea
            label={t("app:schedule.booking.why")}
            description={t("app:schedule.booking.whyHelp")}
            placeholder={t("app:schedule.booking.whyPlaceholder")}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={saidAt(book.error, "reason")}
            autosize
            minRows={2}
            maxLength={500}
          />
        </section>
      </div>
      <footer className="nurse-before-foot yz-card">
        {lost && specialistId && <SlotTaken specialistId={specialistId} lost={lost} onChoose={chooseTime} />}
        {book.error && book.error.code !== "slot_taken" && <ProblemAlert error={book.error} />}
        <div className="nurse-before-foot-line">
          <Text role="status">
            {specialist && startsAt
              ? t("app:schedule.booking.chosen", {
                  date: words.whole(dayAt(startsAt, formats.zone)),
                  time: formats.time(startsAt),
                  name: specialist.name,
                })
              : t("app:schedule.booking.nothing")}
          </Text>
          <PrimaryButton
            leftSection={<IconCalendarCheck aria-hidden />}
            disabled={!resident || !specialist || !startsAt || text === ""}
            loading={book.isPending}
            onClick={submit}
          >
            {t("app:schedule.booking.confirm")}
          </PrimaryButton>
        </div>
      </footer>
      <Modal opened={joinOpen} onClose={join.close} title={t("app:schedule.booking.joinTitle")} size={640}>
        {resident && specialist && (
          <JoinWaitlist
            resident={resident}
            specialist={specialist}
            reason={text}
            onDone={() => void navigate("/schedule")}
          />
        )}
      </Modal>
    </div>
  );
}
