/** Invented recalls in the relay's shapes. Test-only. */
import type { Recall, RecallHolding, RecallHome, RecallSummary } from "@yunzhen/client";
import { now } from "./clock";

const HOUR = 3_600_000;
const ago = (hours: number): string => new Date(now() - hours * HOUR).toISOString();
const nurse = { id: "n1", name: "林秀英" };
const pharmacist = { id: "p1", name: "周敏" };

const summary = (id: string, batch: string, more: Partial<RecallSummary> = {}): RecallSummary => ({
  id,
  version: 1,
  state: "open",
  drug_id: "d1",
  name_zh: "苯磺酸氨氯地平片",
  name_en: "Amlodipine",
  strength: "5 mg",
  unit: "片",
  batch,
  level: "second",
  reason: "溶出度不符合规定",
  authority: "浙江省药品监督管理局",
  announced_on: "2026-11-22",
  declared_at: ago(3),
  homes_asked: 2,
  homes_answered: 1,
  ...more,
});

export const listed: RecallSummary[] = [
  summary("rc1", "A2604"),
  summary("rc2", "V2607", {
    name_zh: "缬沙坦胶囊",
    name_en: "Valsartan",
    strength: "80 mg",
    unit: "粒",
    level: "first",
    reason: "检出基因毒性杂质",
    authority: "国家药品监督管理局",
    homes_asked: 0,
    homes_answered: 0,
    declared_at: ago(50),
  }),
];

const waiting: RecallHome = {
  home_id: "h1",
  home_name: "松鹤颐养院",
  version: 1,
  state: "asked",
  supplied: 21,
  asked_at: ago(3),
};
const answered: RecallHome = {
  home_id: "h2",
  home_name: "静安护理院",
  version: 2,
  state: "answered",
  supplied: 14,
  asked_at: ago(3),
  answered_at: ago(1),
  answered_by: nurse,
  set_apart: 9,
  given: 4,
  note: "1 片掉落破损",
};

const held = (place: RecallHolding["place"], quantity: number, more: Partial<RecallHolding>): RecallHolding => ({
  place,
  quantity,
  since: ago(30),
  pharmacy_name: "仁和大药房（滨江店）",
  home_id: "h1",
  home_name: "松鹤颐养院",
  running: true,
  ...more,
});

/** As the hospital sees it: places and numbers, nobody's name. */
export const overseen: Recall = {
  ...summary("rc1", "A2604"),
  declared_by: pharmacist,
  shelves: [
    {
      pharmacy_id: "ph1",
      pharmacy_name: "仁和大药房（滨江店）",
      on_hand: 0,
      quarantined: 126,
      underway: 14,
      supplied: 35,
      written_off: 0,
    },
  ],
  holdings: [
    held("home", 14, {}),
    held("home", 7, { since: ago(80) }),
    held("home", 14, { home_id: "h2", home_name: "静安护理院" }),
    held("road", 7, { home_id: "h2", home_name: "静安护理院", since: ago(4) }),
    held("order", 7, { since: ago(5) }),
  ],
  homes: [waiting, answered],
  allowed: ["close", "withdraw"],
};

/** As the pharmacy sees it: with its orders. */
export const ofPharmacy: Recall = {
  ...overseen,
  holdings: overseen.holdings.map((one) => ({ ...one, prescription_id: "rx4" })),
  allowed: [],
};

export const closedEarly: Recall = {
  ...overseen,
  state: "closed_early",
  closed: { by: pharmacist, at: ago(0.5), reason: "松鹤颐养院已电话确认全部服完" },
  allowed: ["withdraw"],
};

/** As the home sees it. */
export const ofHome: Recall = {
  ...summary("rc1", "A2604", { own: waiting }),
  declared_by: pharmacist,
  shelves: [],
  holdings: [
    held("home", 14, { resident: { id: "r1", name: "王桂兰", bed: "2-05" } }),
    held("home", 7, { since: ago(80), running: false, resident: { id: "r2", name: "陈德福", bed: "1-02" } }),
    held("road", 7, { since: ago(4), resident: { id: "r3", name: "欧阳志明", bed: "1-11" } }),
  ],
  homes: [waiting],
  allowed: ["answer"],
};

const own: RecallHome = { ...answered, home_id: "h1", home_name: "松鹤颐养院", supplied: 21, set_apart: 12, given: 8 };
export const answeredByHome: Recall = { ...ofHome, own, homes: [own] };
