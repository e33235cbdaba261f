import { useRef } from "react";

export interface HeldRow<T> {
  item: T;
  /** It left the list while the order was held; it stays visible, dimmed, until released. */
  gone: boolean;
}

/**
 * Keeps rows in place while a pointer or the keyboard is among them: what changes is updated, what left is dimmed, what is
 * new is only counted. Nothing moves under a finger that is about to press.
 */
export function holdOrder<T extends { id: string }>(
  previous: readonly T[],
  current: readonly T[],
  held: boolean,
): { rows: HeldRow<T>[]; arrivals: number } {
  if (!held) return { rows: current.map((item) => ({ item, gone: false })), arrivals: 0 };
  const now = new Map(current.map((item) => [item.id, item]));
  const known = new Set(previous.map((item) => item.id));
  return {
    rows: previous.map((item) => ({ item: now.get(item.id) ?? item, gone: !now.has(item.id) })),
    arrivals: current.filter((item) => !known.has(item.id)).length,
  };
}

export function useHeldOrder<T extends { id: string }>(current: readonly T[], held: boolean) {
  const shown = useRef<readonly T[]>(current);
  const result = holdOrder(shown.current, current, held && shown.current.length > 0);
  shown.current = result.rows.map((row) => row.item);
  return result;
}
