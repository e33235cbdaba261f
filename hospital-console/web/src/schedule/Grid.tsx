import type { Appointment, Round } from "@yunzhen/client";
import { useNow } from "@yunzhen/client/ui";
import { IconClockExclamation, IconPhoneCall, IconUsersGroup } from "@tabler/icons-react";
import { useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { addDays, coversDay, dateOf, WEEKDAYS, weekdayIndex } from "../common/dates";
import { clock } from "../common/time";
import { lateOf } from "../rounds/order";
import { hoursOf, place, presentHour, type Span } from "./layout";
import type { Days } from "./useDays";
import classes from "./schedule.module.css";

/** Pixels of a minute: a quarter of an hour holds one line of text, and is large enough to be pressed (24 px, WCAG 2.5.8) between two others. */
const MINUTE = 2;

type Item = Span &
  ({ kind: "appointment"; of: Appointment } | { kind: "round"; of: Round } | { kind: "free"; at: string });

interface GridProps {
  first: string;
  length: number;
  days: Days;
  onOpen: (consultationId: string) => void;
  onBook: (startsAt: string) => void;
}

/** Columns of days by the clock of this browser. A round is one block; its residents are on its own page. */
export function Grid({ first, length, days, onOpen, onBook }: GridProps) {
  const { t } = useTranslation("app");
  const dates = Array.from({ length }, (_, n) => addDays(first, n));
  const midnight = (date: string) => new Date(`${date}T00:00:00`).getTime();
  const items = itemsOf(days, useNow(60_000));
  const of = (date: string) => items.filter((i) => dateOf(i.starts) === date);
  const [from, until] = hoursOf(
    dates.flatMap((date) =>
      of(date).map((i) => ({
        from: (i.starts - midnight(date)) / 60_000,
        until: (i.ends - midnight(date)) / 60_000,
      })),
    ),
  );
  const hours = Array.from({ length: until - from }, (_, n) => from + n);
  const scroller = useRef<HTMLDivElement>(null);
  const [opened] = useState(() => Date.now());
  // Once for each stretch of days: afterwards the page stands where the person left it.
  useLayoutEffect(() => {
    const today = dateOf(opened);
    if (scroller.current && addDays(first, -1) < today && today < addDays(first, length))
      scroller.current.scrollTop = presentHour(opened, new Date(`${today}T00:00:00`).getTime(), from) * MINUTE;
  }, [first, length]);
  return (
    <div className={classes.scroller} ref={scroller} tabIndex={0} role="region" aria-label={t("schedule.grid")}>
      <div className={classes.grid} style={{ gridTemplateColumns: `52px repeat(${length}, minmax(112px, 1fr))` }}>
        <div className={classes.corner} />
        {dates.map((date) => (
          <DayHead key={date} date={date} days={days} />
        ))}
        <div className={classes.hours} aria-hidden>
          {hours.map((hour) => (
            <span key={hour} style={{ height: 60 * MINUTE }}>
              {String(hour).padStart(2, "0")}:00
            </span>
          ))}
        </div>
        {dates.map((date) => (
          <ol
            key={date}
            className={classes.column}
            style={{ height: hours.length * 60 * MINUTE, backgroundSize: `100% ${60 * MINUTE}px` }}
            aria-label={date}
          >
            {place(of(date), midnight(date), from).map(({ item, top, height, lane, lanes }) => (
              <li
                key={item.id}
                style={{
                  top: top * MINUTE,
                  height: height * MINUTE - 2,
                  left: `${(lane / lanes) * 100}%`,
                  width: `${100 / lanes}%`,
                }}
              >
                <Block item={item} onOpen={onOpen} onBook={onBook} />
              </li>
            ))}
          </ol>
        ))}
      </div>
    </div>
  );
}

/** Free times of the past are no longer worth a place. */
function itemsOf({ appointments, rounds, slots }: Days, now: number): Item[] {
  const span = (id: string, starts: string, ends: string) => ({
    id,
    starts: Date.parse(starts),
    ends: Date.parse(ends),
  });
  const inRound = rounds.map((of) => {
    const ends = Date.parse(of.starts_at) + of.minutes * of.stops.length * 60_000;
    return { ...span(of.id, of.starts_at, of.starts_at), ends, kind: "round" as const, of };
  });
  const alone = appointments
    .filter((of) => of.round_id == null)
    .map((of) => ({ ...span(of.consultation.id, of.starts_at, of.ends_at), kind: "appointment" as const, of }));
  const free = slots
    .filter((slot) => slot.free && Date.parse(slot.starts_at) > now)
    .map((slot) => ({
      ...span(slot.starts_at, slot.starts_at, slot.ends_at),
      kind: "free" as const,
      at: slot.starts_at,
    }));
  return [...inRound, ...alone, ...free];
}

function DayHead({ date, days }: { date: string; days: Days }) {
  const { t, i18n } = useTranslation("app");
  const today = dateOf(useNow(60_000)) === date;
  const turns = days.duty.filter((s) => dateOf(s.starts_at) <= date && date <= dateOf(Date.parse(s.ends_at) - 1));
  return (
    <div className={`${classes.head} ${today ? classes.isToday : ""}`} aria-current={today ? "date" : undefined}>
      <strong>
        {date.slice(5)} {t(`schedule.weekday.${WEEKDAYS[weekdayIndex(date)]}`)}
      </strong>
      {turns.map((shift) => (
        <span key={shift.id} className={classes.duty}>
          <IconPhoneCall size={14} aria-hidden />
          {coversDay(shift, date)
            ? t("schedule.dutyWholeDay", { line: shift.line })
            : t("schedule.duty", {
                line: shift.line,
                from: clock(shift.starts_at, i18n.language),
                until: clock(shift.ends_at, i18n.language),
              })}
        </span>
      ))}
    </div>
  );
}

function Block({ item, onOpen, onBook }: { item: Item } & Pick<GridProps, "onOpen" | "onBook">) {
  const { t, i18n } = useTranslation("app");
  const at = clock(item.starts, i18n.language);
  if (item.kind === "free") {
    return (
      <button
        type="button"
        className={`${classes.block} ${classes.free}`}
        aria-label={t("schedule.bookAt", { time: at })}
        onClick={() => onBook(item.at)}
      >
        {at} {t("schedule.free")}
      </button>
    );
  }
  if (item.kind === "round") {
    const late = lateOf(item.of);
    return (
      <Link to={`/rounds/${item.of.id}`} className={`${classes.block} ${classes.round}`}>
        <IconUsersGroup size={14} aria-hidden /> {at}{" "}
        {t("schedule.round", { home: item.of.home_name, count: item.of.stops.length })}
        {late > 0 && (
          <strong className={classes.late}>
            <IconClockExclamation size={14} aria-hidden /> {t("rounds.late", { count: late })}
          </strong>
        )}
      </Link>
    );
  }
  const { consultation, late_minutes: late } = item.of;
  const coming = consultation.began_at == null && consultation.ended_at == null;
  return (
    <button
      type="button"
      className={`${classes.block} ${consultation.ended_at ? classes.over : classes.booked}`}
      onClick={() => onOpen(consultation.id)}
      data-testid={`appointment-${consultation.id}`}
    >
      {at} <strong>{consultation.resident.name}</strong> {t(`shared:consultation.state.${consultation.state}`)}
      {coming && late > 0 && (
        <strong className={classes.late}>
          <IconClockExclamation size={14} aria-hidden /> {t("rounds.late", { count: late })}
        </strong>
      )}
    </button>
  );
}
