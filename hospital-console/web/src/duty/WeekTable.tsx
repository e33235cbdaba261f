import type { Shift } from "@yunzhen/client";
import { StatusChip, useFormats } from "@yunzhen/client/ui";
import { ActionIcon, Text } from "@mantine/core";
import { IconArrowNarrowLeft, IconArrowNarrowRight, IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import page from "../common/Page.module.css";
import { linesOf, turnsOf, type Turn } from "./week";
import classes from "./duty.module.css";

interface WeekTableProps {
  days: readonly number[];
  shifts: readonly Shift[];
  now: number;
  onAdd: (day: number, line: number) => void;
  onRemove: (shift: Shift) => void;
}

/** Days across, lines down: line 1 is asked first. A night stands in both of its days. */
export function WeekTable({ days, shifts, now, onAdd, onRemove }: WeekTableProps) {
  const { t, i18n } = useTranslation("app");
  const weekday = new Intl.DateTimeFormat(i18n.language === "en" ? "en-GB" : "zh-CN", {
    weekday: "short",
    month: "numeric",
    day: "numeric",
  });
  const columns = days.slice(0, 7).map((from, no) => ({ from, until: days[no + 1] ?? from }));
  const today = (from: number, until: number): boolean => from <= now && now < until;
  return (
    <div className={page.surface}>
      <table className={classes.week}>
        <thead>
          <tr>
            <th scope="col">{t("duty.lineHead")}</th>
            {columns.map(({ from, until }) => (
              <th key={from} scope="col" className={today(from, until) ? classes.today : undefined}>
                {weekday.format(from)} {today(from, until) && <span className={classes.now}>{t("duty.today")}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {linesOf(shifts).map((line) => (
            <tr key={line}>
              <th scope="row">
                {t("duty.line", { line })}
                <Text size="sm" c="dimmed">
                  {line === 1 ? t("duty.askedFirst") : t("duty.askedNth", { line })}
                </Text>
              </th>
              {columns.map(({ from, until }) => (
                <td key={from} className={today(from, until) ? classes.today : undefined}>
                  <ul className={classes.turns}>
                    {turnsOf(shifts, line, from, until).map((turn) => (
                      <TurnItem key={turn.shift.id} turn={turn} day={{ from, until }} now={now} onRemove={onRemove} />
                    ))}
                  </ul>
                  {until > now && (
                    <ActionIcon
                      size={28}
                      aria-label={t("duty.addOn", { day: weekday.format(from), line })}
                      onClick={() => onAdd(from, line)}
                    >
                      <IconPlus size={18} />
                    </ActionIcon>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface TurnItemProps {
  turn: Turn;
  day: { from: number; until: number };
  now: number;
  onRemove: (shift: Shift) => void;
}

function TurnItem({ turn, day, now, onRemove }: TurnItemProps) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const { shift } = turn;
  // Midnight at the end of a day is 24:00 of that day, not 00:00.
  const until = turn.until === day.until ? "24:00" : formats.time(turn.until);
  const whole = turn.from === day.from && turn.until === day.until;
  const over = Date.parse(shift.ends_at) <= now;
  const here = turn.from <= now && now < turn.until;
  return (
    <li className={`${classes.turn} ${over ? classes.over : ""}`} data-testid={`shift-${shift.id}`}>
      <div>
        <Text size="sm">
          {turn.begun && <IconArrowNarrowLeft size={14} role="img" aria-label={t("duty.begun")} />}
          {whole ? t("duty.wholeDay") : `${formats.time(turn.from)}–${until}`}
          {turn.goesOn && <IconArrowNarrowRight size={14} role="img" aria-label={t("duty.goesOn")} />}
        </Text>
        <Text fw={600}>{shift.specialist.name}</Text>
        {here && <StatusChip meaning="done">{t("duty.now")}</StatusChip>}
      </div>
      {!over && (
        <ActionIcon
          size={28}
          aria-label={t("duty.removeOne", { name: shift.specialist.name, time: formats.dateTime(shift.starts_at) })}
          onClick={() => onRemove(shift)}
        >
          <IconTrash size={16} />
        </ActionIcon>
      )}
    </li>
  );
}
