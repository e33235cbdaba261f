import {
  fits,
  type NumberRule,
  type Dispense,
  type Gs1,
  type Pack,
  type PartReason,
  type PrescriptionItem,
  type Stock,
  type Substitute,
  type SubstitutionReason,
} from "@yunzhen/client";

/** Units that are taken of one batch. */
export const TAKEN: NumberRule = { min: 1, decimals: 0 };

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

/** A code as it may stand in a sentence: what separates its parts is shown, and nothing of it is endless. */
export const printable = (code: string): string =>
  code
    .trim()
    .replace(/\p{Cc}/gu, "␝")
    .slice(0, 60);

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

/** What the list says: of the relay as it is recorded, or of the person as it would be. */
export interface Filled {
  picks: readonly Pick[];
  others: ReadonlyMap<number, Instead>;
  reason: PartReason | undefined;
}

/** The filling whose batches are recorded and whose parcel is not packed yet. */
export function underWay<T extends { state: Dispense["state"]; packs: readonly Pack[] }>(
  fillings: readonly T[],
): T | undefined {
  return fillings.find(({ state, packs }) => (state === "preparation" || state === "on_hold") && packs.length > 0);
}

/** The list as the filling has it: who opens the order again corrects what is recorded, and does not begin anew. */
export function asRecorded(
  items: readonly PrescriptionItem[],
  { packs, part_reason }: { packs: readonly Pack[]; part_reason?: PartReason },
): Filled {
  const others = new Map<number, Instead>();
  for (const { item_no, drug_id, substitution } of packs) {
    const allowed = items.find((item) => item.no === item_no)?.substitutes ?? [];
    const substitute = allowed.find(({ drug }) => drug.id === drug_id);
    if (substitute && substitution) others.set(item_no, { substitute, reason: substitution.reason });
  }
  const picks = packs.map(({ item_no, batch, expiry, quantity }) => ({
    item_no,
    batch,
    expiry,
    quantity,
    scanned: false,
  }));
  return { picks, others, reason: part_reason };
}

/** The shelf as it is for this filling, which puts back what it took before it takes again. */
export function withPutBack(stock: readonly Stock[], packs: readonly Pack[]): Stock[] {
  return stock.map((s) => {
    const own = packs.filter((pack) => pack.drug_id === s.drug_id && pack.batch === s.batch);
    return { ...s, on_hand: own.reduce((sum, pack) => sum + pack.quantity, s.on_hand) };
  });
}

/** What is sent to the relay to be recorded. */
export function toRecord({ picks, others, reason }: Filled) {
  return {
    packs: picks.map(({ item_no, batch, expiry, quantity }) => ({
      item_no,
      batch,
      expiry,
      quantity,
      drug_id: others.get(item_no)?.substitute.drug.id,
      substitution_reason: others.get(item_no)?.reason,
    })),
    part_reason: reason,
  };
}

/** Nothing would be recorded that is not: only the scanner's marks may differ. */
export const isSame = (a: Filled, b: Filled): boolean => JSON.stringify(toRecord(a)) === JSON.stringify(toRecord(b));

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
  picks.filter((p) => p.item_no === item.no && fits(p.quantity, TAKEN)).reduce((sum, p) => sum + p.quantity, 0);

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
  if (!fits(pick.quantity, TAKEN)) return "quantity";
  if (pick.quantity > s.on_hand) return "too_little";
  return takenOf(item, picks) > item.owed ? "too_much" : "none";
}

export type Scan =
  | {
      ok: true;
      picks: Pick[];
      item_no: number;
      /** What told the medicine: the article number, or only a batch that no other medicine on the shelf has. */
      by: "article" | "batch";
    }
  | { ok: false; problem: "not_in_stock" | "not_ordered" | "other_date" | "ambiguous" };

/**
 * The batches on the shelf that a pack may be of. An article number that is known belongs to its medicine alone; a batch number belongs to nobody: two makers may use the same
 * one, so a batch that was taken in without its article number stands only while no other medicine is known by the number in the code.
 */
function heldAgainst(code: Gs1, stock: readonly Stock[]): Stock[] {
  const ofArticle = new Set(stock.filter((s) => s.gtin === code.gtin).map((s) => s.drug_id));
  const known = stock.filter((s) => s.batch === code.batch && (s.gtin === undefined || s.gtin === code.gtin));
  return ofArticle.size > 0 ? known.filter((s) => ofArticle.has(s.drug_id)) : known;
}

/**
 * Puts a scanned pack into the list: it marks the batch that was proposed, or takes the line's place with the one in hand. A code that could be of two medicines marks
 * neither, also when only one of them is ordered: the pack in hand may be the other.
 */
export function scanned(
  code: Gs1,
  items: readonly PrescriptionItem[],
  picks: readonly Pick[],
  stock: readonly Stock[],
): Scan {
  const known = heldAgainst(code, stock);
  if (new Set(known.map((s) => s.drug_id)).size > 1) return { ok: false, problem: "ambiguous" };
  if (known.length === 0) return { ok: false, problem: "not_in_stock" };
  const item = items.find((one) => known.some((s) => s.drug_id === one.drug.id));
  const found = known.find((s) => s.drug_id === item?.drug.id);
  if (!item || !found) return { ok: false, problem: "not_ordered" };
  if (found.expiry !== code.expiry) return { ok: false, problem: "other_date" };
  const by = stock.some((s) => s.gtin === code.gtin) ? "article" : "batch";
  const own = picks.filter((p) => p.item_no === item.no);
  if (own.some((p) => p.batch === found.batch)) {
    const marked = picks.map((p) => (p.item_no === item.no && p.batch === found.batch ? { ...p, scanned: true } : p));
    return { ok: true, picks: marked, item_no: item.no, by };
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
  return { ok: true, picks: [...picks.filter((p) => p.item_no !== item.no), ...kept, next], item_no: item.no, by };
}
