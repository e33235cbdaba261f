/** Made-up answers around a prescription: questions, replacement, what is in hand, favourites; typed by the relay's contract. */
import type {
  Drug,
  Favourite,
  Page as Items,
  PrescribingFacts,
  Prescription,
  PrescriptionSummary,
  ReviewFacts,
} from "@yunzhen/client";
import type { Day } from "./data";
import type { Answers } from "./mock";

const MINUTE = 60_000;
const page = <T>(items: T[]): { body: Items<T> } => ({ body: { items, next: null } });

/** Three prescriptions beside those of the day: asked about by the pharmacist, held by the pharmacy, approved in this visit. */
export function prescriptionsOf(day: Day, now: number) {
  const at = (minutes: number): string => new Date(now + minutes * MINUTE).toISOString();
  const base = day.prescriptions[1] as Prescription;
  const question = (minutes: number, from_pharmacy: boolean, text: string) => ({
    asked_at: at(minutes),
    asked_by: from_pharmacy ? "梁伟" : "周敏",
    from_pharmacy,
    question: text,
  });
  const answered = {
    ...question(-58, false, "是否已停用原来的美托洛尔？"),
    answer: "未停用，剂量不变；今晨心率 72 次/分。",
    answered_at: at(-40),
  };
  const asked: Prescription = {
    ...base,
    id: "rxq",
    state: "in_question",
    questions: [answered, question(-12, false, "缬沙坦 80 mg 起始，肌酐已是 214 天前，能否先复查再用？")],
    timeline: [
      { step: "sign", at: at(-70), who: "陈立诚" },
      { step: "claim", at: at(-60), who: "周敏" },
      { step: "ask", at: at(-12), who: "周敏" },
    ],
  };
  const held: Prescription = {
    ...base,
    id: "rxh",
    state: "on_hold",
    pharmacy: { id: "ph1", name: "仁和大药房（滨江店）" },
    questions: [question(-6, true, "同规格缺货，可否换 10 mg，每次半片？")],
    allowed: [],
  };
  const approved: Prescription = { ...base, id: "rxa", state: "approved", allowed: ["cancel", "replace"] };
  const delivered: Prescription = { ...approved, id: "rxd", state: "delivered" };
  return { asked, held, approved, delivered };
}

export function summaryOf(p: Prescription): PrescriptionSummary {
  return {
    id: p.id,
    state: p.state,
    version: p.version,
    resident: p.resident,
    specialist_name: p.specialist.name,
    diagnosis_display: p.diagnosis.display,
    item_count: p.items.length,
    drug_names: p.items.map((item) => item.drug.name_zh),
    strengths: p.items.map((item) => item.drug.strength),
    urgency: "routine",
    signed_at: p.signed_at,
    waiting_since: p.timeline.at(-1)?.at ?? p.signed_at ?? "",
  };
}

export function prescribingAnswers(day: Day, now: number): Answers {
  const date = (days: number): string => new Date(now + days * 1440 * MINUTE).toISOString().slice(0, 10);
  const drug = day.drugs[0] as Drug;
  const other = day.drugs[1] as Drug;
  const third = day.drugs[5] as Drug;
  const medicines = [
    {
      name: drug.name_zh,
      drug,
      dose: 5,
      frequency: "qd" as const,
      next_step: { dose: 2.5, frequency: "qd" as const, from: date(2) },
      until: date(4),
      days_left: 5,
    },
    { name: other.name_zh, drug: other, dose: 80, frequency: "qd" as const, until: date(0), days_left: 1 },
    { name: third.name_zh, drug: third, dose: 1, frequency: "qn" as const, nothing_left: "called_back" as const },
    {
      name: third.name_zh,
      drug: third,
      dose: 1,
      frequency: "prn" as const,
      most_per_day: 3,
      hours_apart: 4,
      left: 6,
    },
    { name: "美托洛尔缓释片", dose_text: "每次 47.5 mg，每日 1 次" },
  ];
  const facts: PrescribingFacts = {
    limits: {
      items: 5,
      validity_days: 3,
      supply_ordinary_days: 7,
      supply_emergency_days: 3,
      supply_chronic_days: 28,
      supply_chronic_assessed_days: 84,
    },
    medicines,
  };
  const measured = (value: number, days: number, stale: boolean) => ({
    value,
    measured_at: `${date(-days)}T00:30:00.000Z`,
    age_days: days,
    stale,
  });
  const review: ReviewFacts = {
    age: 91,
    sex: "female",
    weight: measured(48.5, 12, false),
    creatinine: measured(132, 214, true),
    allergies_asked: true,
    allergies: ["磺胺类"],
    allergies_en: ["Sulfonamides"],
    conditions: [
      { code: "I10", display_zh: "原发性高血压", display_en: "Essential hypertension", since: "2011-05-01" },
      {
        code: "N18.3",
        display_zh: "慢性肾脏病 3 期",
        display_en: "Chronic kidney disease stage 3",
        since: "2023-02-01",
      },
    ],
    medicines,
  };
  const [first] = (day.prescriptions[0] as Prescription).items;
  const step = (dose: number, days: number) => ({ dose, frequency: "qd" as const, days });
  const favourites: Favourite[] = [
    {
      id: "fa1",
      name: "高血压一线",
      diagnosis_code: "I10",
      supply: "ordinary",
      items: first ? [first] : [],
      unknown: 0,
    },
    {
      id: "fa2",
      name: "激素递减",
      items: first ? [{ ...first, taper: [step(10, 3), step(5, 3)] }] : [],
      unknown: 1,
    },
  ];
  return {
    "GET /api/consultations/c8/prescribing-facts": { body: facts },
    "GET /api/prescriptions/rx1/review-facts": { body: review },
    "GET /api/prescriptions/rx2/review-facts": { body: review },
    "GET /api/prescriptions/rxq/review-facts": { body: review },
    "GET /api/prescription-favourites": page(favourites),
  };
}
