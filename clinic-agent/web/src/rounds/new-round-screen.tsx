import { ActionIcon, Button, SegmentedControl, Text, TextInput, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowDown, IconArrowLeft, IconArrowUp, IconSearch, IconUsersPlus, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { dayAt, type NewRound, type ResidentSummary } from "@yunzhen/client";
import { Banner, ProblemAlert, Skeletons, useAction, useApi, useFormats } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { useBox } from "../box/box-context";
import { saidAt } from "../said-at";
import { SpecialistChoice } from "../schedule/specialist-choice";
import { SlotChoice } from "../schedule/slot-choice";
import { heldWithin } from "../schedule/calendar";
import { useAppointments, useSpecialists, useToday } from "../schedule/use-schedule";
import { PrimaryButton } from "../shell";
import { useFind } from "../residents/use-find";
import { useRound } from "../today/use-round";
import { endsAt } from "./running-order";
import "../schedule/schedule.css";
import "./rounds.css";

const MINUTES = ["10", "15", "20", "30"] as const;
/** The relay takes no more in one round. */
const MOST = 30;
const NOBODY: never[] = [];

/** Who, with whom, when: a block of one doctor's published time. */
export function NewRoundScreen() {
  const { t } = useTranslation();
  const api = useApi();
  const formats = useFormats();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { staff } = useBox();
  const { residents } = useRound();
  const specialists = useSpecialists();
  const [specialistId, setSpecialistId] = useState<string>();
  const [startsAt, setStartsAt] = useState<string>();
  const [minutes, setMinutes] = useState<string>("20");
  const [reason, setReason] = useState(() => t("app:rounds.new.reasonValue"));
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState<ResidentSummary[]>([]);
  const plan = useAction((input: NewRound, key) => api.rounds.plan(input, key), {
    onSuccess: (round) => {
      notifications.show({ message: t("app:rounds.new.done"), color: "green" });
      for (const key of ["rounds", "schedule", "consultations"]) void queries.invalidateQueries({ queryKey: [key] });
      void navigate(`/rounds/${round.id}`);
    },
  });
  const toggle = (resident: ResidentSummary): void =>
    setChosen((before) =>
      before.some((one) => one.id === resident.id)
        ? before.filter((one) => one.id !== resident.id)
        : before.length < MOST
          ? [...before, resident]
          : before,
    );
  const swap = (place: number, other: number): void =>
    setChosen((before) => {
      const next = [...before];
      const [a, b] = [next[place], next[other]];
      if (a && b) [next[place], next[other]] = [b, a];
      return next;
    });
  const today = useToday();
  const day = startsAt === undefined ? today : dayAt(startsAt, formats.zone);
  const others = useAppointments(day, day).data?.items ?? NOBODY;
  const ends = startsAt === undefined ? 0 : endsAt(startsAt, Number(minutes), Math.max(1, chosen.length));
  const beside = startsAt === undefined ? NOBODY : heldWithin(others, Date.parse(startsAt), ends);
  const { found, partial } = useFind(residents.data?.data.items ?? NOBODY, query);
  const ready = specialistId && startsAt && chosen.length > 0 && reason.trim() !== "" && staff.home_id;
  return (
    <div className="nurse-before">
      <header className="nurse-screen-head">
        <Button component={Link} to="/rounds" variant="subtle" leftSection={<IconArrowLeft />}>
          {t("action.back")}
        </Button>
        <h1>{t("app:rounds.new.title")}</h1>
      </header>
      <div className="nurse-round-new">
        <section className="yz-card nurse-pad nurse-complaint">
          <Title order={2} size="h3">
            {t("app:rounds.new.with")}
          </Title>
          {specialists.isPending ? (
            <Skeletons shape="card" count={1} />
          ) : specialists.isError ? (
            <ProblemAlert error={specialists.error} onRetry={() => void specialists.refetch()} />
          ) : specialists.data.length === 0 ? (
            <Text>{t("app:schedule.booking.noSpecialistHint")}</Text>
          ) : (
            <SpecialistChoice
              specialists={specialists.data}
              value={specialistId}
              onChange={(id) => {
                setSpecialistId(id);
                setStartsAt(undefined);
              }}
            />
          )}
          <div>
            <Text fw={600} mb={4} id="minutes">
              {t("app:rounds.new.minutes")}
            </Text>
            <SegmentedControl
              fullWidth
              size="lg"
              aria-labelledby="minutes"
              value={minutes}
              onChange={setMinutes}
              data={MINUTES.map((value) => ({ value, label: t("app:rounds.new.minutesValue", { n: value }) }))}
            />
          </div>
          <Title order={2} size="h3">
            {t("app:rounds.new.when")}
          </Title>
          <Text c="dimmed">{t("app:rounds.new.whenHint")}</Text>
          {specialistId ? (
            <SlotChoice key={specialistId} specialistId={specialistId} value={startsAt} onChange={setStartsAt} />
          ) : (
            <Text c="dimmed">{t("app:schedule.booking.chooseWith")}</Text>
          )}
          <TextInput
            label={t("app:rounds.new.reason")}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={saidAt(plan.error, "reason")}
            maxLength={500}
          />
        </section>
        <section className="yz-card nurse-pad nurse-complaint">
          <Title order={2} size="h3">
            {t("app:rounds.new.who")}
          </Title>
          {chosen.length > 0 && (
            <ol className="nurse-plain-list">
              {chosen.map((resident, place) => (
                <li key={resident.id} className="nurse-stop-order">
                  <span className="nurse-stop-handle nurse-stop-fixed">{place + 1}</span>
                  <span className="nurse-row-text">
                    {resident.bed} {resident.name}
                    <Text component="span" c="var(--mantine-color-error)" size="sm">
                      {saidAt(plan.error, `resident_ids[${place}]`)}
                    </Text>
                  </span>
                  <ActionIcon
                    size={48}
                    variant="default"
                    disabled={place === 0}
                    onClick={() => swap(place, place - 1)}
                    aria-label={t("app:rounds.up", { name: resident.name })}
                  >
                    <IconArrowUp aria-hidden />
                  </ActionIcon>
                  <ActionIcon
                    size={48}
                    variant="default"
                    disabled={place === chosen.length - 1}
                    onClick={() => swap(place, place + 1)}
                    aria-label={t("app:rounds.down", { name: resident.name })}
                  >
                    <IconArrowDown aria-hidden />
                  </ActionIcon>
                  <ActionIcon
                    size={48}
                    variant="default"
                    onClick={() => toggle(resident)}
                    aria-label={t("app:rounds.new.remove", { name: resident.name })}
                  >
                    <IconX aria-hidden />
                  </ActionIcon>
                </li>
              ))}
            </ol>
          )}
          <Text c="dimmed">{t(chosen.length === 0 ? "app:rounds.new.nobody" : "app:rounds.new.whoHint")}</Text>
          <TextInput
            type="search"
            aria-label={t("app:residents.search")}
            placeholder={t("app:residents.search")}
            description={partial ? t("app:residents.partial") : undefined}
            leftSection={<IconSearch size={20} aria-hidden />}
            value={query}
            onChange={(event) => setQuery(event.currentTarget.value)}
          />
          {residents.isPending ? (
            <Skeletons shape="rows" count={4} />
          ) : residents.isError ? (
            <ProblemAlert error={residents.error} onRetry={() => void residents.refetch()} />
          ) : (
            <div className="nurse-picks" role="group" aria-label={t("app:rounds.new.who")}>
              {found.map((resident) => (
                <button
                  key={resident.id}
                  type="button"
                  aria-pressed={chosen.some((one) => one.id === resident.id)}
                  onClick={() => toggle(resident)}
                >
                  {resident.bed} {resident.name}
                </button>
              ))}
            </div>
          )}
        </section>
      </div>
      <footer className="nurse-before-foot yz-card">
        {plan.error &&
          (plan.error.code === "slot_taken" ? (
            <Banner meaning="person" role="alert">
              {t("app:rounds.new.slotTaken")}
            </Banner>
          ) : (
            <ProblemAlert error={plan.error} />
          ))}
        {beside.length > 0 && (
          <Banner meaning="person" role="status">
            {t("app:rounds.new.beside", {
              who: beside
                .map((one) => `${formats.time(one.starts_at)} ${one.consultation.resident.name}`)
                .join(t("separator")),
            })}
          </Banner>
        )}
        <div className="nurse-before-foot-line">
          <Text role="status">
            {startsAt &&
              chosen.length > 0 &&
              t("app:rounds.new.summary", {
                n: chosen.length,
                from: formats.dateTime(startsAt),
                until: formats.time(endsAt(startsAt, Number(minutes), chosen.length)),
              })}
          </Text>
          <PrimaryButton
            leftSection={<IconUsersPlus aria-hidden />}
            disabled={!ready}
            loading={plan.isPending}
            onClick={() =>
              specialistId &&
              startsAt &&
              staff.home_id &&
              plan.mutate({
                home_id: staff.home_id,
                specialist_id: specialistId,
                starts_at: startsAt,
                minutes: Number(minutes),
                resident_ids: chosen.map((one) => one.id),
                reason: reason.trim(),
              })
            }
          >
            {t("app:rounds.new.confirm")}
          </PrimaryButton>
        </div>
      </footer>
    </div>
  );
}
