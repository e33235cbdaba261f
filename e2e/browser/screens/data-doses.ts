/** Invented doses, what runs out, and the way from door to dose, in the relay's shapes. Test-only. */
import type {
  ChainNext,
  ChainStage,
  ChainTurn,
  DoorToDose,
  Dose,
  DoseEntry,
  DosesOfDay,
  Refill,
} from "@yunzhen/client";
import type { SpoolItem } from "../../../clinic-agent/web/src/box/box-api";
import { now } from "./clock";
import { allergensEn } from "./english";

const HOUR = 3_600_000;
const iso = (at: number): string => new Date(at).toISOString();
/** Today at the full hour, where the home is. */
const at = (hour: number, day = 23): string => iso(Date.UTC(2026, 10, day, hour - 8));

const person = (id: string, name: string, bed: string, allergies: string[] = []) => ({
  id,
  name,
  bed,
  allergies,
  allergies_en: allergensEn(allergies),
  code: `YZR:${id}`,
});
const wang = person("r1", "王桂兰", "2-05", ["青霉素类", "磺胺类"]);
const chen = person("r2", "陈德福", "1-02");
const ouyang = person("r3", "欧阳志明", "1-11", ["阿司匹林"]);

const entry = (state: DoseEntry["state"], sequence: number, more: Partial<DoseEntry> = {}): DoseEntry => ({
  id: `e${sequence}`,
  due_at: at(8),
  sequence,
  state,
  fhir_status: state === "given" ? "completed" : "not-done",
  at: at(8),
  recorded_at: at(8),
  author_name: "林秀英",
  scanned: false,
  ...more,
});

const dose = (resident: Dose["resident"], item: number, name: [string, string, string], more: Partial<Dose>): Dose => ({
  resident,
  prescription_id: `p-${resident.id}`,
  item_no: item,
  drug_name: name[0],
  drug_name_en: name[1],
  strength: name[2],
  dose: 1,
  dose_unit: "片",
  route: "oral",
  instruction: "",
  code: `YZM:p-${resident.id}:${item}`,
  state: "due",
  sequence: 0,
  entries: [],
  due_at: at(10),
  round: "morning",
  ...more,
});

const AMLODIPINE: [string, string, string] = ["苯磺酸氨氯地平片", "Amlodipine", "5 mg"];
const METFORMIN: [string, string, string] = ["盐酸二甲双胍片", "Metformin", "500 mg"];
const ASPIRIN: [string, string, string] = ["阿托伐他汀钙片", "Atorvastatin", "20 mg"];
const PARACETAMOL: [string, string, string] = ["对乙酰氨基酚片", "Paracetamol", "500 mg"];

export const day = (): DosesOfDay => ({
  day: "2026-11-23",
  zone: "Asia/Shanghai",
  items: [
    dose(wang, 1, AMLODIPINE, { instruction: "早餐后服用" }),
    dose(wang, 2, METFORMIN, {
      due_at: at(8),
      state: "refused",
      sequence: 2,
      entries: [
        entry("given", 1, { fhir_status: "entered-in-error" }),
        entry("refused", 2, { not_given: "vomiting", note: "服后即吐", at: at(8), recorded_at: at(10) }),
      ],
    }),
    dose(chen, 1, AMLODIPINE, {
      due_at: at(8),
      state: "given",
      sequence: 1,
      entries: [entry("given", 1, { scanned: true })],
    }),
    dose(ouyang, 1, ASPIRIN, { due_at: at(7), state: "missed" }),
    dose(wang, 3, ASPIRIN, { due_at: at(21), round: "night" }),
  ],
  as_needed: [
    dose(wang, 4, PARACETAMOL, {
      due_at: undefined,
      round: undefined,
      most_per_day: 6,
      given_last_day: 2,
      entries: [entry("given", 1, { need: "pain", at: at(6), recorded_at: at(6) })],
    }),
  ],
  stopped: [],
  runways: [
    {
      resident: wang,
      prescription_id: "p-r1",
      item_no: 1,
      drug_name: AMLODIPINE[0],
      drug_name_en: AMLODIPINE[1],
      strength: AMLODIPINE[2],
      left: 4,
      dose_unit: "片",
      last_day: "2026-11-27",
      runs_out: "cap",
      warns: true,
      refill: "open",
    },
  ],
});

/** Two prescriptions give amlodipine at ten. */
export const twiceDay = (): DosesOfDay => {
  const first = dose(wang, 1, AMLODIPINE, { ingredients: ["amlodipine"] });
  const second = dose(wang, 1, AMLODIPINE, { ingredients: ["amlodipine"], prescription_id: "p-r1b", dose: 2 });
  return { ...day(), items: [first, second, ...day().items.slice(1)] };
};

/** Of amlodipine 5 mg only tablets of 2.5 mg came. */
export const substitutedDay = (): DosesOfDay => {
  const smaller = { drug_name: AMLODIPINE[0], drug_name_en: AMLODIPINE[1], strength: "2.5 mg" };
  const prescribed = {
    drug_name: AMLODIPINE[0],
    drug_name_en: AMLODIPINE[1],
    strength: AMLODIPINE[2],
    dose_unit: "片",
  };
  const [first, ...others] = day().items;
  const [runway] = day().runways;
  return {
    ...day(),
    items: first ? [{ ...first, ...smaller, dose: 2, prescribed: { ...prescribed, dose: 1 } }, ...others] : others,
    runways: runway ? [{ ...runway, ...smaller, left: 8, prescribed: { ...prescribed, dose: 4 } }] : [],
  };
};

export const stoppedDay = (): DosesOfDay => ({
  ...day(),
  items: day().items.filter((one) => one.resident.id !== "r1" || one.item_no !== 1),
  stopped: [
    {
      prescription_id: "p-r1",
      resident: wang,
      drug_names: [AMLODIPINE[0]],
      strengths: [AMLODIPINE[2]],
      stopped_at: iso(now() - HOUR),
      specialist_name: "陈立诚",
      reason: "血压偏低，停药观察",
    },
  ],
});

const body = { prescription_id: "p-r1", item_no: 1, due_at: at(10), sequence: 0, outcome: "given" as const };

/** Written without a link; the list is older. */
export const waiting: SpoolItem[] = [
  {
    id: "w1",
    kind: "dose",
    resident_id: "r1",
    state: "saved",
    created_at: iso(now() - 60_000),
    body: { ...body, at: iso(now() - 60_000) },
  },
];

/** Another nurse was faster. */
export const conflict: SpoolItem[] = [
  {
    id: "w2",
    kind: "dose",
    resident_id: "r1",
    state: "refused",
    created_at: iso(now() - 60_000),
    problem: {
      type: "https://yunzhen.dev/problems/dose_recorded",
      title: "这次用药已有人记录",
      status: 409,
      detail: "周护士 已记录：已服，11-23 10:04。",
      code: "dose_recorded",
      action: "请先看已有的记录；若记录有误，请在其后更正。",
    },
    body: { ...body, at: iso(now() - 60_000) },
  },
];

export const refill: Refill = {
  id: "rf1",
  version: 1,
  state: "open",
  prescription_id: "rx6",
  resident: wang,
  home_name: "松鹤护理院",
  specialist_name: "陈立诚",
  drug_names: [AMLODIPINE[0]],
  strengths: [AMLODIPINE[2]],
  last_day: "2026-11-27",
  runs_out: "cap",
  asked_at: iso(now() - 3 * HOUR),
  allowed: [],
};

const STAGES: ChainStage[] = [
  "signed",
  "approved",
  "accepted",
  "packed",
  "handed_over",
  "at_the_door",
  "counted",
  "first_dose",
];

const NEXT: ChainNext[] = ["review", "review", "accept", "fill", "pick_up", "bring", "count", "give", "nothing"];

/** `done` steps are behind, twenty minutes apart; the one after them is late or not. */
export const chain = (done: number, turn: ChainTurn, late = false): DoorToDose => {
  const begin = now() - (done * 20 + 35) * 60_000;
  return {
    turn,
    late,
    current: STAGES[done],
    next: NEXT[done] ?? "nothing",
    steps: STAGES.map((stage, position) => ({
      stage,
      late: (late && position === done) || (position === 2 && done > 2),
      ...(position < done ? { at: iso(begin + position * 20 * 60_000) } : {}),
      ...(position > 0 && position <= done ? { due_by: iso(begin + (position * 20 + 10) * 60_000) } : {}),
    })),
  };
};

/** The nurse sent the parcel back at the door: it goes to the pharmacy, and nobody counts it. */
export const refused = (): DoorToDose => {
  const { steps } = chain(6, "pharmacy");
  return {
    turn: "pharmacy",
    next: "take_back",
    reason: "refused",
    note: "外包装破损",
    due_by: iso(now() + 2 * HOUR),
    late: false,
    steps: steps.map((step) => (step.at ? step : { stage: step.stage, late: false })),
  };
};

/** A part has come and waits for its first dose; the pharmacy owes the rest, so it is its turn. */
export const restIsOwed = (): DoorToDose => ({
  ...chain(7, "pharmacy"),
  next: "fill",
  reason: "part",
  rest: { turn: "nurse", next: "give", due_by: iso(now() + HOUR), late: false },
});

/** A part has come and its first dose is next; the rest waits for its courier, who is late. */
export const restOnItsWay = (): DoorToDose => ({
  ...chain(7, "nurse"),
  reason: "part",
  rest: { turn: "courier", next: "pick_up", due_by: iso(now() - HOUR), late: true },
});
