/** The shelf of the made-up pharmacy: enough of one medicine, too little of another, one set apart. */
import type { Dispense, Drug, Stock, StockHistoryLine } from "@yunzhen/client";

const DAY = 86_400_000;

export function buildStock(now: number, drugs: readonly Drug[]) {
  const on = (days: number): string => new Date(now + days * DAY).toISOString().slice(0, 10);
  const ago = (days: number): string => new Date(now - days * DAY).toISOString();
  const batch = (
    id: string,
    drug: Drug | undefined,
    name: string,
    days: number,
    on_hand: number,
    more: Partial<Stock> = {},
  ) => ({
    id,
    version: 2,
    drug_id: drug?.id ?? "",
    name_zh: drug?.name_zh ?? "",
    name_en: drug?.name_en ?? "",
    strength: drug?.strength ?? "",
    unit: drug?.unit ?? "",
    cold_chain: drug?.cold_chain ?? false,
    batch: name,
    expiry: on(days),
    on_hand,
    underway: 0,
    quarantined: 0,
    ...more,
  });
  const [d1, d2, d3] = drugs;
  const batches: Stock[] = [
    batch("st1", d1, "A2604", 41, 6, { lasts_days: 9, underway: 2 }),
    batch("st2", d1, "A2611", 430, 120, { lasts_days: 9, gtin: "06901234567892" }),
    batch("st3", d2, "V2607", 300, 3, { lasts_days: 2 }),
    batch("st4", d3, "G2609", 200, 12, { quarantined: 2 }),
  ];
  const moves: StockHistoryLine[] = [
    { at: ago(0.1), kind: "taken", quantity: 2, prescription_id: "rx10", by: { id: "f1", name: "梁伟" } },
    {
      at: ago(2),
      kind: "missing",
      quantity: 1,
      reason: "damaged",
      comment: "药瓶碎裂",
      by: { id: "f1", name: "梁伟" },
    },
    { at: ago(9), kind: "supplied", quantity: 21, prescription_id: "rx6" },
    { at: ago(30), kind: "received", quantity: 30, by: { id: "f1", name: "梁伟" } },
  ];
  const dispenses: Dispense[] = [
    {
      id: "di1",
      number: 1,
      state: "completed",
      fill: "first_part",
      part_reason: "out_of_stock",
      pharmacy_name: "仁和大药房（滨江店）",
      packs: [
        {
          item_no: 1,
          name: d1?.name_zh ?? "",
          strength: d1?.strength,
          quantity: 1,
          unit: d1?.unit ?? "",
          batch: "A2604",
          expiry: on(41),
        },
      ],
      created_at: ago(1.2),
      state_since: ago(0.5),
    },
  ];
  return { batches, moves, dispenses };
}
