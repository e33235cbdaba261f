/** What both applications show of a parcel that did not simply arrive. */
import { Text } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Attempt, Delivery, Discrepancy } from "../api/types";
import { excursionOf } from "./excursion";
import { useFormats, useNames, useNow, useUnit } from "./hooks";
import { Banner } from "./states";
import { StatusChip } from "./status";

/** Why a parcel may not be handed over, and what the reader does. */
export function QuarantineBanner({ delivery, reader }: { delivery: Delivery; reader: "pharmacy" | "nurse" }) {
  const { t } = useTranslation("shared");
  const stopped = delivery.state === "quarantined";
  if (!stopped && !delivery.batch_recalled) return null;
  // A batch that was called back weighs more than what else stopped it: it is not let go.
  const reason = delivery.batch_recalled ? "recall" : (delivery.quarantine ?? "identity");
  return (
    <Banner meaning="danger" icon={IconHandStop} title={t(`parcel.quarantine.${reason}.title`)} role="alert">
      {t(
        delivery.batch_recalled && reader === "pharmacy" && isAtCounter(delivery)
          ? "parcel.quarantine.recall.counter"
          : `parcel.quarantine.${reason}.${reader}`,
      )}
    </Banner>
  );
}

/** Why an attempt failed: the code in the reader's language, the courier's own words as they were written. */
export function useAttemptWords(): (of: Pick<Attempt, "code" | "reason">) => string {
  const { t } = useTranslation("shared");
  return ({ code = "other", reason }) => {
    const words = reason && t("parcel.attempt.written", { words: reason });
    // What was kept before there were codes has words only.
    if (words && code === "other") return words;
    return words ? `${t(`parcel.attempt.${code}`)} · ${words}` : t(`parcel.attempt.${code}`);
  };
}

export function AttemptReason({ attempt }: { attempt: Attempt }) {
  return <>{useAttemptWords()(attempt)}</>;
}

/** What the pharmacy decided about it on the road, and why; the courier reads the code alone. */
export function DecisionLines({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const decisions = delivery.decisions ?? [];
  if (decisions.length === 0) return null;
  return (
    <ul className="yz-decisions" data-testid="decisions">
      {decisions.map(({ step, at, code, words }) => {
        const what = t(step === "release" ? "parcel.decision.release" : "parcel.decision.turn_back");
        const why = [t(`parcel.decision.code.${code}`), words && t("parcel.decision.written", { words })];
        return (
          <li key={`${step}${at}`}>
            {t("parcel.decision.said", { what, time: formats.dateTime(at), why: why.filter(Boolean).join(" ") })}
          </li>
        );
      })}
    </ul>
  );
}

/** How warm or cold it became, for how long, what it must stay within, and what is in it: what the pharmacy decides by. */
export function ExcursionWords({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const names = useNames();
  const now = useNow(60_000);
  const range = delivery.cold_range;
  const ended = isParcelOver(delivery) ? delivery.timeline.at(-1)?.at : undefined;
  const excursion = excursionOf(delivery, ended === undefined ? now : Date.parse(ended));
  if (!range || !excursion) return null;
  const { worst, side, least, most, from, again } = excursion;
  const times = { least, most, from: formats.time(from) };
  const inside = [...new Set((delivery.packs ?? []).map((pack) => names.pack(pack)))];
  return (
    <div data-testid="excursion">
      <Text size="sm">
        {t(`parcel.excursion.${side}`, {
          worst: formats.number(worst, 1),
          lowest: range.lowest,
          highest: range.highest,
        })}{" "}
        {again === undefined
          ? t("parcel.excursion.on", times)
          : t("parcel.excursion.long", { ...times, again: formats.time(again) })}
      </Text>
      {inside.length > 0 && (
        <Text size="sm">{t("parcel.excursion.inside", { names: inside.join(t("separator")) })}</Text>
      )}
    </div>
  );
}

/** What a person reads out on the telephone to name an order: the end of its id, in capitals. */
export const orderNumber = (prescriptionId: string): string =>
  prescriptionId.replaceAll("-", "").slice(-6).toUpperCase();

/** Which parcel of which order it is, from where, packed when: two parcels of one resident are told apart by it. */
export function ParcelNumber({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const { prescription_id: order, parcel_number: n, parcel_count: all, pharmacy_name: pharmacy, timeline } = delivery;
  const packed = timeline.find(({ step }) => step === "pack");
  const said = [
    order && t("parcel.number.order", { number: orderNumber(order) }),
    n !== undefined && all !== undefined && t("parcel.number.parcel", { n, all }),
    pharmacy,
    packed && t("parcel.number.packed", { time: formats.dateTime(packed.at) }),
  ].filter(Boolean);
  if (said.length === 0) return null;
  return (
    <Text component="span" display="block" size="sm" c="dimmed" data-testid="parcel-number">
      {said.join(" · ")}
    </Text>
  );
}

/** Nothing happens to it any more. */
export const isParcelOver = ({ state }: Pick<Delivery, "state">): boolean =>
  ["received", "discrepancy", "lost", "returned", "cancelled"].includes(state);

/** Packed, and not with the courier yet. */
export const isAtCounter = (delivery: Delivery): boolean => ["awaiting_courier", "accepted"].includes(delivery.state);

/** One discrepancy with the real quantities, and how it was settled. */
export function DiscrepancyView({ discrepancy }: { discrepancy: Discrepancy }) {
  const { t } = useTranslation("shared");
  const names = useNames();
  const unitWord = useUnit();
  const formats = useFormats();
  const { state, cause, lines, comment, resolution, resolved_at, resolved_by, note } = discrepancy;
  const surplus = cause === "count" && lines.every((line) => line.damaged === 0 && line.arrived >= line.expected);
  return (
    <div data-testid="discrepancy" data-state={state}>
      <Text fw={600}>
        {t(surplus ? "parcel.discrepancy.surplus" : `parcel.discrepancy.cause.${cause}`)}{" "}
        <StatusChip meaning={state === "open" ? "person" : "done"}>{t(`parcel.discrepancy.state.${state}`)}</StatusChip>
      </Text>
      {lines.map((line) => (
        <Text key={line.item_no} size="sm">
          {t(line.damaged > 0 ? "parcel.discrepancy.lineDamaged" : "parcel.discrepancy.line", {
            ...line,
            name: names.pack(line),
            unit: unitWord(line.unit),
          })}
        </Text>
      ))}
      {cause !== "count" && state === "open" && <Text size="sm">{t("parcel.discrepancy.retrieve")}</Text>}
      {comment && (
        <Text size="sm" c="dimmed">
          {comment}
        </Text>
      )}
      {resolution && (
        <Text size="sm">
          {t("parcel.discrepancy.settled", {
            how: t(`parcel.discrepancy.resolution.${resolution}`),
            who: resolved_by?.name ?? "",
            time: formats.dateTime(resolved_at ?? discrepancy.opened_at),
          })}
          {note && ` · ${note}`}
        </Text>
      )}
    </div>
  );
}

/** What was typed as a temperature; undefined when it is none. */
export function celsiusOf(text: string): number | undefined {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() !== "" && Number.isFinite(value) && value >= -40 && value <= 60 ? value : undefined;
}
