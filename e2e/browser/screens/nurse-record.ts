/** Invented people and values for looking at the nurse's screens, in the relay's shapes. Test-only. */
import type {
  Change,
  Consultation,
  ConsultationState,
  ConsultationSummary,
  Delivery,
  DeliveryState,
  Dispense,
  Drug,
  Observation,
  Pack,
  Prescription,
  PrescriptionSummary,
  Resident,
  ResidentSummary,
  RoomState,
  Staff,
} from "@yunzhen/client";
import type { BoxStatus, SpoolItem } from "../../../clinic-agent/web/src/box/box-api";
import { now } from "./clock";
import { allergensEn } from "./english";

const ago = (minutes: number): string => new Date(now() - minutes * 60_000).toISOString();

export const staff: Staff = {
  id: "s1",
  version: 1,
  name: "林秀英",
  role: "nurse",
  home_id: "h1",
  home_name: "松鹤护理院",
  home_zone: "Asia/Shanghai",
};

const signs: [code: string, unit: string, mean: number, spread: number, low: number, high: number][] = [
  ["8480-6", "mm[Hg]", 138, 12, 90, 140],
  ["8462-4", "mm[Hg]", 82, 8, 60, 90],
  ["8867-4", "/min", 76, 9, 60, 100],
  ["2708-6", "%", 96, 2, 94, 100],
  ["8310-5", "Cel", 36.7, 0.4, 36, 37.3],
  ["9279-1", "/min", 17, 2, 12, 20],
  ["14743-9", "mmol/L", 7.4, 1.6, 3.9, 10],
];

/** What is charted beside them, seldom: the last one long before the stretch that the chart opens with. */
const seldom: [code: string, unit: string, value: number, days: number, range?: [number, number]][] = [
  ["8478-0", "mm[Hg]", 101, 2, [65, 110]],
  ["8478-0", "mm[Hg]", 114, 0, [65, 110]],
  ["72514-3", "{score}", 2, 5, [0, 3]],
  ["72514-3", "{score}", 5, 1, [0, 3]],
  ["9269-2", "{score}", 15, 6, [14, 15]],
  ["9269-2", "{score}", 14, 1, [14, 15]],
  ["29463-7", "kg", 58.4, 9],
  ["39156-5", "kg/m2", 22.8, 9, [18.5, 28]],
  ["14682-9", "umol/L", 126, 40, [41, 111]],
  ["2823-3", "mmol/L", 4.1, 40, [3.5, 5.3]],
];

let seed = 7;
const random = (): number => {
  seed = (seed * 16807) % 2147483647;
  return seed / 2147483647;
};

export const observations: Observation[] = signs.flatMap(([code, unit, mean, spread, low, high]) =>
  Array.from({ length: 14 }, (_, day): Observation => {
    const at = ago((13 - day) * 1440 + 95);
    const drift = code === "8480-6" ? day * 1.4 : 0;
    const value = Math.round((mean + drift + (random() - 0.5) * 2 * spread) * 10) / 10;
    return {
      id: `${code}-${day}`,
      code,
      unit,
      value: code === "8310-5" || code === "14743-9" ? value : Math.round(value),
      measured_at: at,
      received_at: at,
      source: day % 3 === 0 ? "device" : "nurse",
      low,
      high,
    };
  }),
);

observations.push(
  ...seldom.map(([code, unit, value, days, range], n): Observation => {
    const at = ago(days * 1440 + 120);
    const [low, high] = range ?? [];
    return { id: `s-${n}`, code, unit, value, measured_at: at, received_at: at, source: "nurse", low, high };
  }),
);

/** Drawn, so that a face is neither a file nor anybody's. */
const FACE = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80"><rect width="80" height="80" fill="#c9dedb"/><circle cx="40" cy="34" r="17" fill="#8a6a56"/><path d="M8 80c4-24 18-30 32-30s28 6 32 30" fill="#3b5b66"/></svg>',
)}`;

const last = signs.flatMap(([code]) => observations.filter((one) => one.code === code).slice(-1));

const person = (
  id: string,
  name: string,
  sex: "male" | "female",
  age: number,
  bed: string,
  allergies: string[],
  out: string[],
): ResidentSummary => ({
  id,
  name,
  sex,
  age,
  bed,
  birth_date: "1943-05-02",
  home_id: "h1",
  home_name: "松鹤护理院",
  allergies,
  allergies_en: allergensEn(allergies),
  allergies_asked: true,
  early_warning: { at_least: 1, total: 1, band: "low", parts: [], missing: [], old: [] },
  conditions: [{ code: "I10", display: "原发性高血压", display_en: "Essential hypertension" }],
  last_observations: last,
  out_of_range: out,
});

const wang = person("r1", "王桂兰", "female", 83, "2-05", ["青霉素类", "磺胺类"], ["8480-6"]);
const ouyang = person("r3", "欧阳志明", "male", 91, "1-11", ["阿司匹林"], ["2708-6", "8867-4"]);
const zhao = person("r4", "赵玉珍", "female", 88, "2-01", [], []);

wang.photo_url = FACE;
ouyang.photo_url = FACE;

export const residents: ResidentSummary[] = [
  wang,
  person("r2", "陈德福", "male", 79, "1-02", [], []),
  ouyang,
  zhao,
  person("r5", "孙国强", "male", 76, "2-03", ["碘造影剂"], []),
  person("r6", "周美华", "female", 85, "2-10", [], []),
  person("r7", "吴建国", "male", 82, "3-02", [], ["14743-9"]),
  person("r8", "郑淑芬", "female", 90, "3-07", ["头孢菌素类"], []),
];

const short = ({ id, name, age, sex, bed, home_id, home_name }: ResidentSummary) => ({
  id,
  name,
  age,
  sex,
  bed,
  home_id,
  home_name,
});

const consultation = (
  id: string,
  resident: ResidentSummary,
  state: ConsultationState,
  more: Partial<ConsultationSummary> = {},
): ConsultationSummary => ({
  id,
  state,
  version: 3,
  resident: short(resident),
  reason: "咳嗽三天，夜间加重，血压偏高",
  urgency: "routine",
  specialist: { id: "d1", name: "周明" },
  requested_at: ago(40),
  out_of_range: [],
  link: "good",
  participants: 1,
  ...more,
});

export const consultations: ConsultationSummary[] = [
  consultation("c1", wang, "waiting", { waiting_since: ago(7) }),
  consultation("c2", ouyang, "scheduled", { scheduled_at: ago(-45) }),
  consultation("c3", zhao, "completed", { began_at: ago(130), ended_at: ago(112), requested_at: ago(140) }),
];

const drug = (name_zh: string, name_en: string, strength: string): Drug => ({
  id: name_en,
  name_zh,
  name_en,
  pinyin: "",
  atc: "",
  form: "片剂",
  strength,
  unit: "片",
  class: "",
  banned: "none",
  anti_infective: false,
  cold_chain: false,
  decoction: false,
  doses_per_unit: 1,
});

/** A box of it, as it is packed. */
export const amlodipine = (batch: string, expiry: string): Pack => ({
  item_no: 1,
  name: "苯磺酸氨氯地平片",
  strength: "5 mg",
  quantity: 1,
  unit: "盒",
  batch,
  expiry,
});

/** One pharmacy gave it back, the next one sent a part. */
export const fillings: Dispense[] = [
  {
    id: "f1",
    number: 1,
    state: "declined",
    pharmacy_name: "仁和大药房",
    declined: "out_of_stock",
    declined_words: "明早到货",
    packs: [],
    created_at: ago(98),
    state_since: ago(95),
  },
  {
    id: "f2",
    number: 2,
    state: "in_progress",
    fill: "first_part",
    part_reason: "out_of_stock",
    pharmacy_name: "康民药房",
    packs: [amlodipine("A2604", "2027-08-31")],
    created_at: ago(90),
    state_since: ago(60),
  },
];

export const prescription: Prescription = {
  id: "p1",
  version: 6,
  state: "in_delivery",
  consultation_id: "c3",
  resident: { ...short(zhao), allergies: wang.allergies, allergies_en: allergensEn(wang.allergies) },
  specialist: { id: "d1", name: "周明", title: "主任医师", hospital: "市第一人民医院" },
  diagnosis: { code: "I10", display: "原发性高血压" },
  supply: "ordinary",
  valid_days: 1,
  valid_until: "2026-11-24",
  approved_at: ago(100),
  items: [
    {
      no: 1,
      drug: drug("苯磺酸氨氯地平片", "Amlodipine besylate tablets", "5 mg"),
      dose: 5,
      dose_unit: "mg",
      frequency: "qd",
      route: "oral",
      days: 7,
      quantity: 1,
      owed: 1,
      quantity_unit: "盒",
      instruction: "晨起服用",
    },
    {
      no: 2,
      drug: drug("盐酸二甲双胍片", "Metformin tablets", "0.5 g"),
      dose: 0.5,
      dose_unit: "g",
      frequency: "bid",
      route: "oral",
      days: 7,
      quantity: 1,
      owed: 1,
      quantity_unit: "盒",
      instruction: "餐中服用",
    },
  ],
  findings: [],
  questions: [],
  timeline: [
    { step: "sign", at: ago(115), who: "周明" },
    { step: "approve", at: ago(100), who: "药师 何静" },
    { step: "accept", at: ago(90), who: "康民药房" },
    { step: "pack", at: ago(60), who: "康民药房" },
    { step: "hand_over", at: ago(25), who: "配送员 李强" },
  ],
  allowed: [],
};

const summary: PrescriptionSummary = {
  id: "p1",
  state: "in_delivery",
  version: 6,
  resident: short(zhao),
  specialist_name: "周明",
  diagnosis_display: "原发性高血压",
  item_count: 2,
  drug_names: ["苯磺酸氨氯地平片", "盐酸二甲双胍片"],
  strengths: ["5 mg", "0.5 g"],
  urgency: "routine",
  waiting_since: ago(115),
};

export const reminded = (id: string): Change => ({
  seq: 7,
  at: ago(0),
  kind: "consultation.reminded",
  entity: "consultation",
  entity_id: id,
});

/** Ended because the condition changed: a referral came of it, and the specialist's draft was left lying. */
const stopped = (): Consultation => ({
  ...consultation("c9", zhao, "stopped_in_person", { began_at: ago(60), ended_at: ago(48), requested_at: ago(70) }),
  note: { text: "血压 210/120，伴视物模糊，停止远程会诊。", diagnosis_code: "I10", version: 1 },
  missing_consents: [],
  prescriptions: [{ ...summary, id: "draft", state: "draft" }],
  referrals: [
    {
      id: "f1",
      state: "sent",
      version: 2,
      resident: {
        id: zhao.id,
        name: zhao.name,
        age: zhao.age,
        sex: zhao.sex,
        bed: zhao.bed,
        home_id: zhao.home_id,
        home_name: zhao.home_name,
      },
      urgency: "urgent",
      reason: "血压 210/120，伴视物模糊",
      hospital: "云溪市第一人民医院",
      department: "神经内科",
      created_at: ago(48),
      state_since: ago(40),
    },
  ],
  allowed: [],
});

export const consultationDetail = (id: string): Consultation | undefined => {
  if (id === "c9") return stopped();
  const found = consultations.find((one) => one.id === id);
  if (!found) return undefined;
  return {
    ...found,
    note: {
      text: "血压较上周升高，咳嗽考虑上呼吸道感染。\n继续监测血压，每日两次；如发热超过 38.5 °C 立即联系。",
      diagnosis_code: "I10",
      version: 2,
    },
    missing_consents: [],
    prescriptions: found.state === "completed" ? [summary] : [],
    allowed: ["complete", "cancel"],
  };
};

export const resident = (id: string): Resident | undefined => {
  const found = residents.find((one) => one.id === id);
  if (!found) return undefined;
  return {
    ...found,
    id_number_masked: "3101**********0023",
    version: 1,
    allergies_asked: true,
    oxygen_scale: "scale1",
    early_warning: { now: { at_least: 0, parts: [], missing: [], old: [] }, trend: [] },
    consents: [],
    contacts: [],
    allergy_records: [],
    conditions: [
      { code: "I10", display_zh: "原发性高血压", display_en: "Essential hypertension", since: "2015-03-01" },
      { code: "E11", display_zh: "2 型糖尿病", display_en: "Type 2 diabetes", since: "2018-07-01" },
      { code: "I50", display_zh: "慢性心力衰竭", display_en: "Chronic heart failure", since: "2022-01-01" },
    ],
    medicines: [
      {
        name: "苯磺酸氨氯地平片 5 mg",
        name_en: "Amlodipine besilate tablets 5 mg",
        dose_text: "每日 1 次，每次 1 片",
        since: "2024-02-01",
      },
      {
        name: "盐酸二甲双胍片 0.5 g",
        name_en: "Metformin hydrochloride tablets 0.5 g",
        dose_text: "每日 2 次，每次 1 片",
        since: "2023-06-11",
      },
      { name: "呋塞米片 20 mg", dose_text: "每日 1 次，晨起", since: "2025-09-01" },
    ],
    eligibility: [],
    notes: [
      {
        id: "n1",
        text: "夜间咳嗽两次，白痰少量，无发热。",
        kind: "nursing",
        written_at: ago(380),
        received_at: ago(379),
        author_name: "林秀英",
      },
    ],
    consultations: consultations.filter((one) => one.resident.id === id),
    prescriptions: id === "r4" ? [summary] : [],
  };
};

const delivery = (id: string, state: DeliveryState, more: Partial<Delivery> = {}): Delivery => ({
  id,
  version: 4,
  state,
  prescription_id: "p1",
  resident: { name: "赵玉珍", bed: "2-01" },
  home: { name: "松鹤护理院", address: "和平路 18 号", phone: "021-5550 0101" },
  batch_recalled: false,
  cold_chain: false,
  packs: [
    amlodipine("A2409", "2027-05-31"),
    {
      item_no: 2,
      name: "盐酸二甲双胍片",
      strength: "0.5 g",
      quantity: 2,
      unit: "盒",
      batch: "M1187",
      expiry: "2027-01-31",
    },
  ],
  courier: { name: "李强", phone: "138 0000 0000" },
  attempts: [],
  timeline: prescription.timeline.slice(3),
  allowed: state === "at_door" ? ["receive", "refuse"] : [],
  ...more,
});

export const deliveries: Delivery[] = [
  delivery("v1", "at_door"),
  delivery("v2", "in_transit", { resident: { name: "吴建国", bed: "3-02" }, cold_chain: true }),
  delivery("v3", "received", { resident: { name: "陈德福", bed: "1-02" } }),
];

export type Link = "online" | "offline";

export const status = (link: Link, failed = 0): BoxStatus => ({
  link:
    link === "online"
      ? { state: "connected", words_zh: "5G 良好", words_en: "5G good", since: ago(300), rtt_ms: 42 }
      : {
          state: "offline",
          words_zh: "离线：所有记录都保存在本机",
          words_en: "Offline: everything is saved here",
          since: ago(12),
        },
  spool:
    link === "online"
      ? { saved: 0, sent: 1, received: 12, failed }
      : { saved: 3, sent: 0, received: 12, failed, oldest_saved_at: ago(11) },
  media: { state: "idle", camera: "room", cameras: ["room", "close_up"] },
});

export const spool = (link: Link): SpoolItem[] => [
  {
    id: "o1",
    kind: "observations",
    resident_id: "r1",
    state: link === "online" ? "sent" : "saved",
    created_at: ago(9),
  },
  { id: "o2", kind: "note", resident_id: "r3", state: link === "online" ? "received" : "saved", created_at: ago(6) },
  {
    id: "o5",
    kind: "document",
    resident_id: "gone",
    state: link === "online" ? "received" : "saved",
    created_at: ago(4),
  },
];

/** Buttons that are wired to the box: one press that the relay has not heard, one that it refused; the wire itself works or does not. */
export const pressed = (works: boolean): BoxStatus => ({
  ...status(works ? "online" : "offline"),
  buttons: {
    state: works ? "on" : "failed",
    works,
    words_zh: works ? "呼叫按钮正常" : "读不到呼叫按钮：请检查按钮接收器的连线，并多巡视床旁",
    words_en: works
      ? "The call buttons work"
      : "The call buttons cannot be read: check the receiver's cable and look after the beds more often",
    calls: [
      { id: "b1", bed: "2-05", pressed_at: ago(1), state: "sending" },
      { id: "b2", bed: "3-12", pressed_at: ago(3), state: "refused" },
    ],
  },
});

/** What the hospital did not take. */
export const returned: SpoolItem[] = [
  {
    id: "o3",
    kind: "observations",
    resident_id: "r1",
    state: "refused",
    created_at: ago(20),
    problem: {
      title: "数值不可能",
      status: 422,
      code: "implausible",
      detail: "收缩压应在 50–280 mmHg 之间。",
      action: "请核对后重新录入。",
    },
    body: {
      readings: [
        { code: "8480-6", value: 1720, unit: "mm[Hg]", measured_at: ago(21) },
        { code: "8462-4", value: 96, unit: "mm[Hg]", measured_at: ago(21) },
        { code: "8310-5", value: 36.8, unit: "Cel", measured_at: ago(21) },
      ],
    },
  },
  {
    id: "o4",
    kind: "note",
    resident_id: "r1",
    state: "refused",
    created_at: ago(15),
    problem: {
      title: "记录已存在",
      status: 422,
      code: "invalid",
      detail: "书写时间在将来。",
      action: "请核对平板的时间。",
    },
    body: { text: "午后诉头晕，已卧床休息，血压复测 168/96。", written_at: ago(15), kind: "nursing" },
  },
  {
    id: "o5",
    kind: "note",
    resident_id: "moved",
    whose: { bed: "1-08", name: "孙桂芳" },
    state: "refused",
    created_at: ago(40),
    problem: {
      title: "没有找到",
      status: 404,
      code: "not_found",
      detail: "内容不存在，或您无权查看。",
      action: "请返回列表重新选择。",
    },
    body: { text: "晨间测血压前已服药。", written_at: ago(40), kind: "nursing" },
  },
];

export const staleSince = ago(12);

/** The room of `c1`: nobody else there yet, a specialist and a relative in it, or over. */
export const room = (state: "waiting" | "call" | "ended"): RoomState => {
  const participant = { audio: "on", video: "on", link: "good", since: ago(4) } as const;
  const others: RoomState["participants"] = [
    { ...participant, id: "doc", kind: "specialist", display_name: "周明 主任医师" },
    { ...participant, id: "son", kind: "observer", display_name: "王先生（家属）", audio: "muted" },
  ];
  const present = state === "waiting" ? [] : others;
  return {
    consultation_id: "c1",
    state: state === "ended" ? "ended" : "open",
    ended_reason: state === "ended" ? "crash" : undefined,
    participants: [{ ...participant, id: "me", kind: "home", display_name: "松鹤护理院", camera: "room" }, ...present],
    departed: [],
    slots: present.map(({ id }, slot) => ({ slot, participant_id: id })),
    you: "me",
    version: 1,
  };
};
