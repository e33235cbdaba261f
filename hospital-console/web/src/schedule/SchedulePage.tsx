import { ProblemAlert, Skeletons, useNow } from "@yunzhen/client/ui";
import { ActionIcon, Button, Group, SegmentedControl, Text } from "@mantine/core";
import {
  IconCalendarCog,
  IconCalendarPlus,
  IconCalendarShare,
  IconChevronLeft,
  IconChevronRight,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useTitle } from "../app/useTitle";
import { RequestsPanel } from "../appointments/RequestsPanel";
import { AppointmentSheet } from "../appointments/AppointmentSheet";
import { BookSheet } from "../appointments/BookSheet";
import { WaitlistPanel } from "../appointments/WaitlistPanel";
import { CalendarFeeds } from "../calendars/CalendarFeeds";
import { addDays, dateOf, mondayOf } from "../common/dates";
import { PageHeader } from "../common/PageHeader";
import { day as dayText } from "../common/time";
import { Grid } from "./Grid";
import { useDays } from "./useDays";
import classes from "./schedule.module.css";

type View = "day" | "week";

/** The specialist's calendar by day or week, what others ask of it, and who waits for a time. */
export function SchedulePage() {
  const { t, i18n } = useTranslation("app");
  useTitle(t("schedule.title"));
  const [params, setParams] = useSearchParams();
  const today = dateOf(useNow(60_000));
  const view: View = params.get("view") === "day" ? "day" : "week";
  const date = params.get("date") ?? today;
  const first = view === "day" ? date : mondayOf(date);
  const length = view === "day" ? 1 : 7;
  const days = useDays(first, length);
  const [openId, setOpenId] = useState<string>();
  const [booking, setBooking] = useState<{ at?: string }>();
  const [feeds, setFeeds] = useState(false);
  const show = (next: { view?: View; date?: string }) =>
    setParams({ view: next.view ?? view, date: next.date ?? date }, { replace: true });
  const open = days.appointments.find((a) => a.consultation.id === openId);
  const title =
    view === "day"
      ? dayText(first, i18n.language)
      : `${dayText(first, i18n.language)} – ${dayText(addDays(first, 6), i18n.language)}`;

  return (
    <div className={classes.page}>
      <section aria-label={t("schedule.title")} className={classes.main}>
        <PageHeader title={t("schedule.title")}>
          <Button
            variant="default"
            leftSection={<IconCalendarShare size={18} aria-hidden />}
            onClick={() => setFeeds(true)}
          >
            {t("calendars.title")}
          </Button>
          <Button
            component={Link}
            to="/schedule/availability"
            variant="default"
            leftSection={<IconCalendarCog size={18} aria-hidden />}
          >
            {t("schedule.availability.title")}
          </Button>
          <Button leftSection={<IconCalendarPlus size={18} aria-hidden />} onClick={() => setBooking({})}>
            {t("appointments.book.action")}
          </Button>
        </PageHeader>
        <Group justify="space-between" mb="sm" gap="sm">
          <Group gap="xs">
            <ActionIcon
              variant="default"
              aria-label={t(`schedule.${view}.before`)}
              onClick={() => show({ date: addDays(date, -length) })}
            >
              <IconChevronLeft size={18} />
            </ActionIcon>
            <Button variant="default" onClick={() => show({ date: today })} disabled={date === today}>
              {t("schedule.today")}
            </Button>
            <ActionIcon
              variant="default"
              aria-label={t(`schedule.${view}.after`)}
              onClick={() => show({ date: addDays(date, length) })}
            >
              <IconChevronRight size={18} />
            </ActionIcon>
            <Text fw={600} aria-live="polite">
              {title}
            </Text>
          </Group>
          <SegmentedControl
            aria-label={t("schedule.view")}
            value={view}
            onChange={(value) => show({ view: value as View })}
            data={[
              { value: "day", label: t("schedule.day.name") },
              { value: "week", label: t("schedule.week.name") },
            ]}
          />
        </Group>
        {days.error && <ProblemAlert error={days.error} onRetry={days.retry} />}
        {days.pending && !days.error ? (
          <Skeletons shape="chart" />
        ) : (
          <Grid first={first} length={length} days={days} onOpen={setOpenId} onBook={(at) => setBooking({ at })} />
        )}
        <Text size="sm" c="dimmed" mt="xs">
          {t("schedule.zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}
        </Text>
      </section>
      <aside className={classes.side} aria-label={t("appointments.side")}>
        <RequestsPanel />
        <WaitlistPanel />
      </aside>
      {open && <AppointmentSheet appointment={open} onClose={() => setOpenId(undefined)} />}
      {booking && <BookSheet startsAt={booking.at} onClose={() => setBooking(undefined)} />}
      {feeds && <CalendarFeeds onClose={() => setFeeds(false)} />}
    </div>
  );
}
