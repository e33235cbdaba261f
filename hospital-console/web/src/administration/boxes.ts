import type { Box, BoxState } from "@yunzhen/client";

/** What the list is narrowed to. */
export interface BoxFilter {
  state: BoxState | "all" | "attention";
  text: string;
}

/** A person has to do something about it. */
export function needsAttention(box: Box): boolean {
  const isStanding = box.state === "connected" || box.state === "enrolling";
  return isCopied(box) || box.certificate_ends_soon || !isStanding;
}

/** Two machines use its identity, and nobody has done anything about it yet. */
export function isCopied(box: Box): boolean {
  return box.clone_seen_at !== undefined;
}

/** Those that pass, in the order in which they came. */
export function narrowed(boxes: readonly Box[], filter: BoxFilter): Box[] {
  const text = filter.text.trim().toLowerCase();
  return boxes.filter((box) => {
    const isOfState =
      filter.state === "all" || (filter.state === "attention" ? needsAttention(box) : box.state === filter.state);
    const words = [box.home_name, box.version, box.certificate_serial, box.address];
    return isOfState && (text === "" || words.some((word) => word?.toLowerCase().includes(text)));
  });
}

/** Whole days for which its certificate is good; nothing where it is not, or not for a day. */
export function daysLeft({ state, certificate_days_left: days }: Box): number | undefined {
  const isOver = state === "expired" || state === "revoked";
  return isOver || days === undefined || days < 1 ? undefined : days;
}
