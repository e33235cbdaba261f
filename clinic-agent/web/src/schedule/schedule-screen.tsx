import { ActionIcon, Button, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCalendarPlus, IconChevronLeft, IconChevronRight, IconRss, IconSearch } from "@tabler/icons-react";
import { daysAfter, type Day } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, useZone } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { FeedDialog } from "../calendars/feed-dialog";
import { PlanTabs } from "../plan-tabs";
import { AppointmentRow } from "./appointment-row";
import { isDay, matchesAppointment, onDay, specialistsOf, weekOf } from "./calendar";
import { useAppointments, useDayWords, useToday } from "./use-schedule";
import { Waitlist } from "./waitlist";
import "./schedule.css";

type View = "day" | "week";

/** The home's calendar. Day and view are in the address, so that a reload shows the same. */
export function ScheduleScreen() {
  const { t } = useTranslation();
  const words = useDayWords();
  const today = useToday();
  const zone = useZone();
  const [address, setAddress] = useSearchParams();
  const asked = address.get("day");
  const day = isDay(asked) ? asked : today;
  const view: View = address.get("view") === "week" ? "week" : "day";
  const [sought, setSought] = useState({ text: "", specialistId: null as string | null });
  const [feedOpen, feed] = useDisclosure(false);
  const days = view === "week" ? weekOf(day) : [day];
  const appointments = useAppointments(days[0] ?? day, days.at(-1) ?? day);
  const all = appointments.data?.items ?? [];
  const shown = all.filter((appointment) => matchesAppointment(appointment, sought));
  const go = (next: Day, as: View = view): void => setAddress({ day: next, view: as }, { replace: true });
  const step = view === "week" ? 7 : 1;
  const title =
    view === "week" ? `${words.date(days[0] ?? day)} – ${words.date(days.at(-1) ?? day)}` : words.whole(day);
  return (
    <div className="nurse-plan">
      <PlanTabs />
      <header className="nurse-calendar-head">
        <h1>{title}</h1>
        <div className="nurse-calendar-move">
          <ActionIcon
            size={60}
            variant="default"
            aria-label={t("app:schedule.before")}
            onClick={() => go(daysAfter(day, -step))}
          >
            <IconChevronLeft aria-hidden />
          </ActionIcon>
          <Button variant="default" size="xl" disabled={days.includes(today)} onClick={() => go(today)}>
            {t("app:schedule.today")}
          </Button>
          <ActionIcon
            size={60}
            variant="default"
            aria-label={t("app:schedule.after")}
            onClick={() => go(daysAfter(day, step))}
          >
            <IconChevronRight aria-hidden />
          </ActionIcon>
        </div>
        <SegmentedControl
          size="lg"
          aria-label={t("app:schedule.view")}
          value={view}
          onChange={(value) => go(day, value as View)}
          data={[
            { value: "day", label: t("app:schedule.day") },
            { value: "week", label: t("app:schedule.week") },
          ]}
        />
        <TextInput
          type="search"
          className="nurse-calendar-find"
          aria-label={t("app:schedule.find")}
          placeholder={t("app:schedule.find")}
          leftSection={<IconSearch size={20} aria-hidden />}
          value={sought.text}
          onChange={(event) => setSought({ ...sought, text: event.currentTarget.value })}
        />
        <Select
          aria-label={t("app:schedule.specialist")}
          placeholder={t("app:schedule.everySpecialist")}
          clearable
          value={sought.specialistId}
          onChange={(specialistId) => setSought({ ...sought, specialistId })}
          data={specialistsOf(all).map(({ id, name }) => ({ value: id, label: name }))}
        />
      </header>
      <div className="nurse-calendar">
        <section className="yz-card nurse-calendar-body" aria-label={title} tabIndex={0} data-testid="calendar">
          {appointments.isPending ? (
            <Skeletons shape="rows" count={5} />
          ) : appointments.isError ? (
            <div className="nurse-pad">
              <ProblemAlert error={appointments.error} onRetry={() => void appointments.refetch()} />
            </div>
          ) : all.length === 0 ? (
            <EmptyState title={t("app:schedule.empty")} hint={t("app:schedule.emptyHint")} />
          ) : shown.length === 0 ? (
            <EmptyState icon={IconSearch} title={t("app:schedule.noMatch")} hint={t("app:schedule.noMatchHint")} />
          ) : view === "day" ? (
            <ul className="nurse-rows">
              {onDay(shown, day, zone).map((appointment) => (
                <AppointmentRow key={appointment.consultation.id} appointment={appointment} />
              ))}
            </ul>
          ) : (
            <div className="nurse-week">
              {days.map((one) => (
                <section key={one} className={one === today ? "nurse-week-today" : ""}>
                  <h2>
                    <button type="button" onClick={() => go(one, "day")}>
                      {words.whole(one)}
                    </button>
                  </h2>
                  {onDay(shown, one, zone).length === 0 && <p className="nurse-dim">{t("app:schedule.none")}</p>}
                  <ul>
                    {onDay(shown, one, zone).map((appointment) => (
                      <AppointmentRow key={appointment.consultation.id} appointment={appointment} narrow />
                    ))}
                  </ul>
                </section>
              ))}
            </div>
          )}
        </section>
        {view === "day" && <Waitlist />}
      </div>
      <footer className="nurse-actions nurse-plan-foot">
        <Button variant="default" size="xl" leftSection={<IconRss aria-hidden />} onClick={feed.open}>
          {t("app:schedule.link")}
        </Button>
        <Button
          component={Link}
          to={day > today ? `/schedule/book?day=${day}` : "/schedule/book"}
          size="xl"
          className="nurse-primary"
          leftSection={<IconCalendarPlus aria-hidden />}
        >
          {t("app:schedule.book")}
        </Button>
      </footer>
      <FeedDialog opened={feedOpen} onClose={feed.close} />
    </div>
  );
}
