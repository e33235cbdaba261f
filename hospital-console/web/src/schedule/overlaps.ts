/** Published blocks that lie over each other. Not forbidden: the times of the earlier one count where both are. Pure. */
import type { AvailabilityRule } from "@yunzhen/client";
import { WEEKDAYS, weekdayIndex } from "../common/dates";
import type { AvailabilityDraft } from "./draft";
import { lengthOf, minutesOf } from "./preview";

export interface Overlap {
  /** The line that is told. */
  key: number;
  /** The line of the weekly times above it that it overlaps, from 1. */
  line: number;
  from: string;
  until: string;
}

type Block = { start: string; end: string };

const NEVER = "9999-12-31";

const isWhole = (block: Block): boolean => block.start !== "" && block.end !== "" && lengthOf(block) > 0;

/** The stretch of the day that both have, by the clock. */
function common(a: Block, b: Block): Pick<Overlap, "from" | "until"> | undefined {
  const begins = [a, b].sort((x, y) => minutesOf(y.start) - minutesOf(x.start))[0] ?? a;
  const endOf = (block: Block) => minutesOf(block.start) + lengthOf(block);
  const ends = endOf(a) <= endOf(b) ? a : b;
  if (!isWhole(a) || !isWhole(b) || minutesOf(begins.start) >= endOf(ends)) return undefined;
  return { from: begins.start, until: minutesOf(ends.end) === 0 ? "24:00" : ends.end };
}

const validTogether = (a: AvailabilityRule, b: AvailabilityRule): boolean =>
  a.valid_from <= (b.valid_until || NEVER) && b.valid_from <= (a.valid_until || NEVER);

const validOn = (rule: AvailabilityRule, date: string): boolean =>
  rule.weekday === WEEKDAYS[weekdayIndex(date)] && rule.valid_from <= date && date <= (rule.valid_until || NEVER);

/** Each line at most once: with the first one that it overlaps. */
export function overlaps({ rules, exceptions }: AvailabilityDraft): Overlap[] {
  const found: Overlap[] = [];
  const tell = (
    key: number,
    block: Block,
    others: readonly AvailabilityRule[],
    together: (o: AvailabilityRule) => boolean,
  ) => {
    for (const [no, other] of others.entries()) {
      const stretch = together(other) && common(block, other);
      if (stretch) return void found.push({ key, line: no + 1, ...stretch });
    }
  };
  rules.forEach((rule, no) =>
    tell(rule.key, rule, rules.slice(0, no), (other) => other.weekday === rule.weekday && validTogether(rule, other)),
  );
  for (const e of exceptions) {
    const off = exceptions.some((other) => other.kind === "day_off" && other.date === e.date);
    if (e.kind === "extra_block" && e.date !== "" && !off) tell(e.key, e, rules, (rule) => validOn(rule, e.date));
  }
  return found;
}
