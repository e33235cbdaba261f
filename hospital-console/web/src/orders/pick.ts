import type { Gs1, PrescriptionItem, Stock, Substitute, SubstitutionReason } from "@yunzhen/client";

/** Units of one batch for one line of the prescription. */
export interface Pick {
  item_no: number;
  batch: string;
  /** yyyy-mm-dd. */
  expiry: string;
  quantity: number;
  /** The pack was read by the scanner, and not only chosen from a list. */
  scanned: boolean;
}

/** Another product that goes out for a line; the reason is the person's. */
export interface Instead {
  substitute: Substitute;
  reason: SubstitutionReason | undefined;
}

/** The line as it is picked: in units of the product that goes out. */
export function asPicked(item: PrescriptionItem, instead: Instead | undefined): PrescriptionItem {
  if (!instead) return item;
  const { drug, factor } = instead.substitute;
  return {
    ...item,
    drug,
    quantity: item.quantity * factor,
    owed: item.owed * factor,
    quantity_unit: drug.unit,
  };
}

/** The picks without those of a line, and what the shelf proposes for it now. */
export function repick(
  item: PrescriptionItem,
  picks: readonly Pick[],
  stock: readonly Stock[],
  today: string,
): readonly Pick[] {
  return [...picks.filter((p) => p.item_no !== item.no), ...propose([item], stock, today)];
}

const DAY = 86_400_000;

/** Batches that this line may be filled from: on the shelf, and good until the last day of the treatment; what expires first before the rest. */
export function usable(item: PrescriptionItem, stock: readonly Stock[], today: string): Stock[] {
  const last = new Date(Date.parse(today) + item.days * DAY).toISOString().slice(0, 10);
  return stock
    .filter((s) => s.drug_id === item.drug.id && s.on_hand > 0 && s.expiry >= last)
    .sort((a, b) => a.expiry.localeCompare(b.expiry) || a.batch.localeCompare(b.batch));
}

/** What the shelf proposes: what expires first, as far as it goes. */
export function propose(items: readonly PrescriptionItem[], stock: readonly Stock[], today: string): Pick[] {
  const left = new Map(stock.map((s) => [s.id, s.on_hand]));
  const picks: Pick[] = [];
  for (const item of items) {
    let owed = item.owed;
    for (const s of usable(item, stock, today)) {
      const quantity = Math.min(owed, left.get(s.id) ?? 0);
      if (quantity <= 0) continue;
      picks.push({ item_no: item.no, batch: s.batch, expiry: s.expiry, quantity, scanned: false });
      left.set(s.id, (left.get(s.id) ?? 0) - quantity);
      owed -= quantity;
    }
  }
  return picks;
}

export const takenOf = (item: PrescriptionItem, picks: readonly Pick[]): number =>
  picks.filter((p) => p.item_no === item.no).reduce((sum, p) => sum + p.quantity, 0);

export type PickProblem = "none" | "batch" | "quantity" | "too_little" | "short_dated" | "too_much";

/** What is wrong with one row, as far as this screen knows; the relay decides. */
export function problemOf(
  pick: Pick,
  item: PrescriptionItem,
  picks: readonly Pick[],
  stock: readonly Stock[],
  today: string,
): PickProblem {
  const s = stock.find((one) => one.drug_id === item.drug.id && one.batch === pick.batch);
  if (!s) return "batch";
  if (!usable(item, [s], today).length && s.on_hand > 0) return "short_dated";
  if (!Number.isInteger(pick.quantity) || pick.quantity <= 0) return "quantity";
  if (pick.quantity > s.on_hand) return "too_little";
  return takenOf(item, picks) > item.owed ? "too_much" : "none";
}

export type Scan =
  { ok: true; picks: Pick[]; item_no: number } | { ok: false; problem: "not_in_stock" | "not_ordered" | "other_date" };

/** Puts a scanned pack into the list: it marks the batch that was proposed, or takes the line's place with the one in hand. */
export function scanned(
  code: Gs1,
  items: readonly PrescriptionItem[],
  picks: readonly Pick[],
  stock: readonly Stock[],
): Scan {
  const known = stock.filter((s) => s.batch === code.batch && (s.gtin === undefined || s.gtin === code.gtin));
  if (known.length === 0) return { ok: false, problem: "not_in_stock" };
  const item = items.find((one) => known.some((s) => s.drug_id === one.drug.id));
  const found = known.find((s) => s.drug_id === item?.drug.id);
  if (!item || !found) return { ok: false, problem: "not_ordered" };
  if (found.expiry !== code.expiry) return { ok: false, problem: "other_date" };
  const own = picks.filter((p) => p.item_no === item.no);
  if (own.some((p) => p.batch === found.batch)) {
    const marked = picks.map((p) => (p.item_no === item.no && p.batch === found.batch ? { ...p, scanned: true } : p));
    return { ok: true, picks: marked, item_no: item.no };
  }
  // Another batch than proposed: it takes what is owed, as far as it goes, beside the ones that were scanned before.
  const kept = own.filter((p) => p.scanned);
  const open = item.owed - kept.reduce((sum, p) => sum + p.quantity, 0);
  const next: Pick = {
    item_no: item.no,
    batch: found.batch,
    expiry: found.expiry,
    quantity: Math.max(Math.min(open, found.on_hand), 0),
    scanned: true,
  };
  return { ok: true, picks: [...picks.filter((p) => p.item_no !== item.no), ...kept, next], item_no: item.no };
}
