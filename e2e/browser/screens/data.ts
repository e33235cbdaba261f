/**
 * A day at the hospital for looking at screens without a relay. Test-only; the shapes are the relay's (types from its
 * OpenAPI document), so a drift fails to compile.
 */
import type {
  AuditEvent,
  Box,
  Consultation,
  ConsultationSummary,
  Delivery,
  Drug,
  Finding,
  Licence,
  Observation,
  Prescription,
  PrescriptionSummary,
  Resident,
  Staff,
} from "@yunzhen/client";
import { ecg, ecgSummaries } from "./data-ecg";
import { buildStock } from "./data-stock";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

export function buildDay(now: number) {
  const ago = (ms: number): string => new Date(now - ms).toISOString();
  const date = (ms: number): string => ago(ms).slice(0, 10);

  /** As a licence of somebody who signs is on record: complete. */
  const licence = (number: string, specialty: string): Licence => ({
    version: 1,
    number,
    hospital: "江城市第一医院",
    specialty,
    valid_until: date(-3 * 365 * DAY),
    standing: "good",
    recorded_at: ago(60 * DAY),
    recorded_by: { id: "a1", name: "高岚" },
  });
  const staff: Record<"specialist" | "pharmacist" | "pharmacy" | "administrator", Staff> = {
    specialist: {
      id: "s1",
      version: 1,
      name: "陈立诚",
      role: "specialist",
      hospital: "江城市第一医院",
      title: "主任医师",
      licence: "110420000012345",
      licence_record: licence("110420000012345", "心血管内科"),
      practising_since: "2004-07-01",
    },
    pharmacist: {
      id: "p1",
      version: 1,
      name: "周敏",
      role: "pharmacist",
      hospital: "江城市第一医院",
      title: "主管药师",
      licence: "210420000054321",
      licence_record: licence("210420000054321", "药学"),
    },
    pharmacy: {
      id: "f1",
      version: 1,
      name: "梁伟",
      role: "pharmacy",
      pharmacy_id: "ph1",
      pharmacy_name: "仁和大药房（滨江店）",
    },
    administrator: { id: "a1", version: 1, name: "高岚", role: "administrator", hospital: "江城市第一医院" },
  };

  const person = (id: string, name: string, sex: "male" | "female", age: number, bed: string, home = "松鹤颐养院") => ({
    id,
    name,
    sex,
    age,
    bed,
    home_id: home === "松鹤颐养院" ? "h1" : "h2",
    home_name: home,
  });
  const wang = person("r1", "王秀英", "female", 84, "302-1");
  const zhao = person("r2", "赵国强", "male", 79, "215-2");
  const sun = person("r3", "孙桂兰", "female", 91, "118-1", "桂花园护理院");
  const li = person("r4", "李建民", "male", 76, "401-3", "桂花园护理院");
  const ouyang = person("r5", "欧阳婉清", "female", 88, "207-1");

  const summary = (
    id: string,
    resident: ConsultationSummary["resident"],
    state: ConsultationSummary["state"],
    more: Partial<ConsultationSummary>,
  ): ConsultationSummary => ({
    id,
    resident,
    state,
    version: 3,
    reason: "血压波动，头晕",
    urgency: "routine",
    requested_at: ago(40 * MINUTE),
    out_of_range: [],
    link: "none",
    participants: 0,
    ...more,
  });
  const me = { id: "s1", name: "陈立诚" };
  const consultations: ConsultationSummary[] = [
    summary("c1", wang, "waiting", {
      reason: "近三日血压升高伴头晕，晨起明显",
      waiting_since: ago(24 * MINUTE),
      link: "good",
      participants: 1,
      out_of_range: [
        { code: "8480-6", value: 168, unit: "mm[Hg]" },
        { code: "8462-4", value: 96, unit: "mm[Hg]" },
      ],
    }),
    summary("c2", sun, "waiting", {
      reason: "夜间气促、下肢水肿加重",
      urgency: "urgent",
      waiting_since: ago(6 * MINUTE),
      link: "weak",
      participants: 1,
      out_of_range: [
        { code: "2708-6", value: 90, unit: "%" },
        { code: "9279-1", value: 26, unit: "/min" },
      ],
    }),
    summary("c3", li, "waiting", {
      reason: "糖尿病复诊，血糖控制评估",
      waiting_since: ago(11 * MINUTE),
      link: "good",
      participants: 1,
      out_of_range: [{ code: "14743-9", value: 13.6, unit: "mmol/L" }],
    }),
    summary("c4", ouyang, "waiting", { reason: "骨质疏松复诊开药", waiting_since: ago(3 * MINUTE), link: "none" }),
    summary("c5", zhao, "completed", {
      reason: "冠心病复诊",
      specialist: me,
      began_at: ago(190 * MINUTE),
      ended_at: ago(178 * MINUTE),
      requested_at: ago(200 * MINUTE),
    }),
    summary("c6", ouyang, "stopped_in_person", {
      reason: "突发胸痛",
      specialist: me,
      began_at: ago(120 * MINUTE),
      ended_at: ago(113 * MINUTE),
      requested_at: ago(125 * MINUTE),
    }),
    summary("c7", li, "scheduled", {
      reason: "糖尿病季度随访",
      specialist: me,
      scheduled_at: new Date(now + 90 * MINUTE).toISOString(),
    }),
  ];

  const bands: Record<string, [string, number, number]> = {
    "8480-6": ["mm[Hg]", 90, 140],
    "8462-4": ["mm[Hg]", 60, 90],
    "8867-4": ["/min", 60, 100],
    "2708-6": ["%", 94, 100],
    "8310-5": ["Cel", 36, 37.3],
    "14743-9": ["mmol/L", 3.9, 10],
    "8478-0": ["mm[Hg]", 65, 110],
    "72514-3": ["{score}", 0, 3],
    "2823-3": ["mmol/L", 3.5, 5.3],
  };
  const base: Record<string, [number, number]> = {
    "8480-6": [142, 14],
    "8462-4": [84, 9],
    "8867-4": [76, 8],
    "2708-6": [96, 1.4],
    "8310-5": [36.6, 0.25],
    "14743-9": [7.2, 1.6],
    "8478-0": [103, 10],
    "72514-3": [2, 2],
    "2823-3": [4.4, 0.5],
  };
  const observations: Observation[] = Object.entries(bands).flatMap(([code, [unit, low, high]]) =>
    Array.from({ length: 42 }, (_, n) => {
      const [mean, spread] = base[code] ?? [0, 0];
      const trend = code.startsWith("84") ? n * 0.35 : 0;
      const value = mean + spread * Math.sin(n * 1.7 + code.length) * 0.8 + trend;
      const measured_at = ago((42 - n) * 8 * 60 * MINUTE);
      return {
        id: `${code}-${n}`,
        code,
        value: Math.round(value * 10) / 10,
        unit,
        measured_at,
        received_at: measured_at,
        source: n % 3 ? "nurse" : "device",
        low,
        high,
      } satisfies Observation;
    }),
  );
  const last = Object.keys(bands).map((code) => observations.filter((o) => o.code === code).at(-1) as Observation);

  const drug = (
    id: string,
    name_zh: string,
    name_en: string,
    pinyin: string,
    atc: string,
    more: Partial<Drug> = {},
  ): Drug => ({
    id,
    name_zh,
    name_en,
    pinyin,
    atc,
    form: "片剂",
    routes: ["oral"],
    strength: "5 mg",
    unit: "盒",
    dose_unit: "mg",
    doses_per_unit: 28,
    class: "",
    banned: "none",
    anti_infective: false,
    cold_chain: false,
    decoction: false,
    ...more,
  });
  const drugs: Drug[] = [
    drug("d1", "氨氯地平片", "Amlodipine", "aldp", "C08CA01"),
    drug("d2", "缬沙坦胶囊", "Valsartan", "xst", "C09CA03", { strength: "80 mg", form: "胶囊" }),
    drug("d3", "甘精胰岛素注射液", "Insulin glargine", "gjyds", "A10AE04", {
      strength: "3 ml:300 IU",
      form: "注射液",
      routes: ["subcutaneous"],
      unit: "支",
      dose_unit: "IU",
      cold_chain: true,
    }),
    drug("d4", "阿莫西林胶囊", "Amoxicillin", "amxl", "J01CA04", {
      strength: "0.25 g",
      form: "胶囊",
      dose_unit: "g",
      anti_infective: true,
      allergy_group: "penicillin",
    }),
    drug("d5", "地西泮片", "Diazepam", "dxp", "N05BA01", { strength: "2.5 mg", banned: "psychotropic" }),
    drug("d6", "阿托伐他汀钙片", "Atorvastatin", "atftt", "C10AA05", { strength: "20 mg" }),
  ];
  const finding = (more: Partial<Finding>): Finding => ({
    outcome: "alert",
    severity: "warn",
    kind: "supply",
    message_zh: "",
    message_en: "",
    source: "处方管理办法 第十九条",
    source_en: "Prescription Administration Measures, article 19",
    action_zh: "按说明处理",
    action_en: "Follow the advice",
    ...more,
  });
  const findings: Finding[] = [
    finding({
      severity: "hard_stop",
      kind: "allergy",
      item_no: 2,
      message_zh: "住民对磺胺类过敏，本药与其有交叉反应的可能",
      message_en: "The resident is allergic to sulfonamides; cross-reaction is possible",
      action_zh: "换药，或写明理由",
      action_en: "Choose another drug or give the reason",
      source: "过敏组规则 2026.1",
      source_en: "Rules on allergy groups 2026.1",
    }),
    finding({
      severity: "warn",
      item_no: 1,
      message_zh: "与在用的美托洛尔同服，注意心率",
      message_en: "Taken with metoprolol: watch the heart rate",
      source: "药品说明书",
      source_en: "Product labels",
      rule_id: "ix-betablocker-cholinesterase",
      rule_version: "2026-11-1",
      rule_date: "2026-11-28",
      action_zh: "一周内复测心率",
      action_en: "Measure the heart rate again within a week",
    }),
    finding({
      severity: "warn",
      outcome: "input_missing",
      kind: "renal",
      item_no: 1,
      message_zh: "须按肾功能用药，肌酐已是 214 天前，未能核查",
      message_en: "Depends on the kidneys and was not checked: the creatinine is 214 days old",
      action_zh: "请补测肌酐",
      action_en: "Have the creatinine measured",
      source: "用药安全数据（renal.toml 2026-11-1）",
      source_en: "Medication safety data (renal.toml 2026-11-1)",
      creatinine_days: 214,
    }),
    finding({
      severity: "warn",
      outcome: "not_covered",
      kind: "coverage",
      message_zh: "在用的“降压胶囊”不在知识库中：相互作用等均未核查",
      message_en: "“Jiangya capsules” in hand is not in the knowledge base: interactions were not checked",
      action_zh: "请自行核对该药品",
      action_en: "Check this medicine yourself",
      source: "用药安全数据",
      source_en: "Medication safety data",
    }),
  ];

  const item = (
    no: number,
    d: Drug,
    dose: number,
    frequency: Prescription["items"][number]["frequency"],
    days: number,
    quantity: number,
    instruction: string,
  ) => ({
    no,
    drug: d,
    dose,
    dose_unit: d.dose_unit ?? d.unit,
    frequency,
    route: d.id === "d3" ? ("subcutaneous" as const) : ("oral" as const),
    days,
    quantity,
    owed: quantity,
    quantity_unit: d.unit,
    instruction,
  });
  const d1 = drugs[0] as Drug;
  const d2 = drugs[1] as Drug;
  const d3 = drugs[2] as Drug;
  const prescription = (
    id: string,
    resident: ConsultationSummary["resident"],
    state: Prescription["state"],
    more: Partial<Prescription> = {},
  ): Prescription => ({
    id,
    version: 4,
    state,
    consultation_id: "c8",
    resident: { ...resident, allergies: ["青霉素", "磺胺类"], allergies_en: ["Penicillins", "Sulfonamides"] },
    specialist: { ...me, title: "主任医师", hospital: "江城市第一医院" },
    diagnosis: { code: "I10", display: "原发性高血压" },
    supply: "ordinary",
    valid_days: 1,
    valid_until: date(-DAY),
    items: [item(1, d1, 5, "qd", 7, 1, "早餐后服"), item(2, d2, 80, "qd", 7, 1, "")],
    findings: [],
    questions: [],
    timeline: [],
    allowed: [],
    ...(state === "draft"
      ? {}
      : { signed_at: ago(9 * MINUTE), signature: { jws: "eyJ…", certificate_serial: "4F:21:9A:07:C3" } }),
    ...more,
  });
  const steps = (...names: [string, number, string?][]) =>
    names.map(([step, minutes, who]) => ({ step, at: ago(minutes * MINUTE), who }));
  const prescriptions: Prescription[] = [
    prescription("rx1", wang, "signed", {
      findings,
      hard_stop_reason: "既往磺胺皮疹为 1998 年轻度反应，近年服用同类药无反应，已与家属沟通。",
      allowed: ["claim"],
      timeline: steps(["draft", 12, "陈立诚"], ["sign", 9, "陈立诚"]),
    }),
    prescription("rx2", sun, "in_review", {
      pharmacist: { id: "p1", name: "周敏" },
      allowed: ["approve", "reject", "ask", "release"],
      findings: findings.slice(1),
      timeline: steps(["sign", 26, "陈立诚"], ["claim", 2, "周敏"]),
    }),
    prescription("rx3", li, "approved", {
      items: [item(1, d3, 12, "qn", 28, 2, "睡前皮下注射")],
      supply: "chronic",
      diagnosis: { code: "E11.9", display: "2型糖尿病" },
      allowed: ["accept"],
      offers: {
        offers: [
          {
            pharmacy_name: "仁和大药房",
            rank: 1,
            why: { reasons: ["preferred", "all_in_stock", "open_now"], metres: 1240 },
            offered_at: ago(38 * MINUTE),
          },
          {
            pharmacy_name: "百草堂药店",
            rank: 2,
            why: { reasons: ["part_in_stock", "closed"], metres: 5300, opens_at: ago(-540 * MINUTE) },
          },
        ],
        next_at: ago(-4 * MINUTE),
      },
      timeline: steps(["sign", 50, "陈立诚"], ["approve", 38, "周敏"]),
    }),
    prescription("rx4", zhao, "dispensing", {
      allowed: ["dispense", "decline"],
      pharmacy: { id: "ph1", name: "仁和大药房" },
      timeline: steps(["sign", 80], ["approve", 70, "周敏"], ["accept", 20, "仁和大药房"]),
    }),
    prescription("rx5", ouyang, "in_delivery", {
      delivery_id: "dv1",
      timeline: steps(
        ["sign", 180, "陈立诚"],
        ["approve", 170, "周敏"],
        ["accept", 150, "仁和大药房"],
        ["pack", 100, "仁和大药房"],
        ["hand_over", 40, "刘洋"],
      ),
    }),
    prescription("rx6", wang, "delivered", { delivery_id: "dv2" }),
    prescription("rx7", li, "packed", {
      delivery_id: "dv3",
      timeline: steps(["sign", 200], ["pack", 14, "仁和大药房"]),
    }),
    prescription("rx8", sun, "in_delivery", { delivery_id: "dv4" }),
    prescription("rx9", zhao, "returned", { delivery_id: "dv5" }),
    // A part of it reached the home; the shelf has too little for the rest.
    prescription("rx11", ouyang, "dispensing", {
      items: [{ ...item(1, d1, 5, "qd", 7, 7, "早餐后服"), owed: 5 }, item(2, d2, 80, "qd", 7, 7, "")],
      allowed: ["dispense", "decline"],
      pharmacy: { id: "ph1", name: "仁和大药房" },
      approved_at: ago(70 * MINUTE),
      timeline: steps(["sign", 80], ["approve", 70, "周敏"], ["accept", 20, "仁和大药房"]),
    }),
    prescription("rx10", zhao, "dispensing", { allowed: ["pack"], pharmacy: { id: "ph1", name: "仁和大药房" } }),
  ];
  const brief = (p: Prescription): PrescriptionSummary => ({
    id: p.id,
    state: p.state,
    version: p.version,
    resident: p.resident,
    specialist_name: p.specialist.name,
    diagnosis_display: p.diagnosis.display,
    item_count: p.items.length,
    drug_names: p.items.map((i) => i.drug.name_zh),
    strengths: p.items.map((i) => i.drug.strength),
    urgency: p.id === "rx2" || p.id === "rx3" ? "urgent" : "routine",
    signed_at: p.signed_at,
    waiting_since: p.signed_at ?? ago(9 * MINUTE),
    worst_finding: p.findings[0]?.severity,
    ...(p.state === "approved" ? { offer: p.offers?.offers[0]?.why } : {}),
  });

  const delivery = (
    id: string,
    prescription_id: string,
    state: Delivery["state"],
    more: Partial<Delivery> = {},
  ): Delivery => ({
    id,
    version: 2,
    state,
    prescription_id,
    resident: { name: "欧阳婉清", bed: "207-1" },
    home: { name: "松鹤颐养院", address: "江城市滨江区松鹤路 18 号 2 号楼护士站", phone: "027-85012266" },
    parcel_code: "K7M-42P",
    batch_recalled: false,
    cold_chain: false,
    courier: { name: "刘洋", phone: "13800138022" },
    attempts: [],
    timeline: steps(["pack", 60], ["pick_up", 30, "刘洋"]),
    allowed: [],
    ...more,
  });
  const series = (values: number[]): NonNullable<Delivery["temperatures"]> =>
    values.map((celsius, index) => ({
      celsius,
      measured_at: ago((values.length - index) * 12 * MINUTE),
      by: index === 0 ? "pharmacy" : "courier",
      out_of_range: celsius < 2 || celsius > 8,
    }));
  const deliveries: Delivery[] = [
    delivery("dv1", "rx5", "in_transit", { allowed: ["arrive", "fail-attempt"] }),
    delivery("dv2", "rx6", "received"),
    delivery("dv3", "rx7", "awaiting_courier", { cold_chain: true, allowed: ["accept"] }),
    delivery("dv4", "rx8", "on_hold", {
      attempts: [{ at: ago(12 * MINUTE), code: "closed" }],
      allowed: ["resume", "give-back"],
    }),
    delivery("dv5", "rx9", "returned"),
    delivery("dv6", "rx5", "in_transit", {
      cold_chain: true,
      cold_range: { lowest: 2, highest: 8 },
      home: { name: "夕阳红护理院", address: "江城市汉江区沿河大道 77 号护士站", phone: "027-85551188" },
      parcel_code: "R8T55WXY",
      temperatures: series([4.2, 4.8, 5.1]),
      allowed: ["arrive", "fail-attempt"],
    }),
    delivery("dv7", "rx8", "quarantined", {
      cold_chain: true,
      cold_range: { lowest: 2, highest: 8 },
      quarantine: "temperature",
      temperatures: series([4.2, 5.4, 7.6, 9.3]),
      allowed: ["give-back"],
    }),
    delivery("dv8", "rx5", "quarantined", { quarantine: "identity", allowed: ["give-back"] }),
    delivery("dv9", "rx5", "recalled"),
  ];

  const resident: Resident = {
    ...wang,
    birth_date: "1942-03-18",
    version: 1,
    allergies_asked: true,
    oxygen_scale: "scale1",
    early_warning: { now: { at_least: 0, parts: [], missing: [], old: [] }, trend: [] },
    consents: [],
    allergies: ["青霉素", "磺胺类"],
    allergies_en: ["Penicillins", "Sulfonamides"],
    last_observations: last,
    out_of_range: ["8480-6"],
    id_number_masked: "4201**********0023",
    contacts: [{ name: "王磊", relation: "儿子", phone: "13971550088" }],
    allergy_records: [
      {
        substance: "青霉素",
        substance_en: "Penicillins",
        group: "penicillins",
        reaction: "皮疹、喉头水肿",
        severity: "severe",
      },
      {
        substance: "磺胺类",
        substance_en: "Sulfonamides",
        group: "sulfonamides",
        reaction: "皮疹",
        severity: "mild",
      },
    ],
    conditions: [
      { code: "I10", display_zh: "原发性高血压", display_en: "Essential hypertension", since: "2009-05-01" },
      { code: "E11.9", display_zh: "2型糖尿病", display_en: "Type 2 diabetes", since: "2015-09-01" },
      { code: "M81.9", display_zh: "骨质疏松", display_en: "Osteoporosis", since: "2019-02-01" },
    ],
    medicines: [
      {
        name: "美托洛尔缓释片",
        name_en: "Metoprolol succinate prolonged-release tablets 47.5 mg",
        dose_text: "47.5 mg 每日一次",
        since: "2020-01-11",
      },
      {
        name: "二甲双胍片",
        name_en: "Metformin hydrochloride tablets 500 mg",
        dose_text: "0.5 g 每日两次",
        since: "2016-03-02",
      },
      { name: "碳酸钙 D3 片", dose_text: "1 片 每日一次", since: "2019-02-20" },
    ],
    eligibility: [
      {
        diagnosis_code: "I10",
        display: "原发性高血压",
        display_en: "Essential hypertension",
        hospital: "江城市第一医院",
        date: "2026-03-12",
        clinician: "陈立诚",
      },
      {
        diagnosis_code: "E11.9",
        display: "2型糖尿病",
        display_en: "Type 2 diabetes",
        hospital: "江城市第一医院",
        date: "2026-03-12",
        clinician: "陈立诚",
      },
    ],
    notes: [
      {
        id: "n1",
        text: "晨起头晕，站立时明显，无恶心呕吐。早餐进食约一半。",
        kind: "complaint",
        written_at: ago(35 * MINUTE),
        received_at: ago(35 * MINUTE),
        author_name: "李护士",
      },
      {
        id: "n2",
        text: "夜间起床两次，睡眠欠佳。已嘱缓慢起身，床栏已上。",
        kind: "nursing",
        written_at: ago(9 * 60 * MINUTE),
        received_at: ago(2 * 60 * MINUTE),
        author_name: "吴护士",
      },
    ],
    consultations: [
      summary("c0", wang, "completed", {
        reason: "高血压季度复诊",
        specialist: me,
        began_at: ago(5 * DAY),
        ended_at: ago(5 * DAY - 11 * MINUTE),
      }),
    ],
    prescriptions: [brief(prescriptions[5] as Prescription)],
  };

  const consultation: Consultation = {
    ...summary("c8", wang, "in_progress", {
      reason: "近三日血压升高伴头晕，晨起明显",
      specialist: me,
      began_at: ago(4 * MINUTE),
      link: "good",
      participants: 2,
    }),
    missing_consents: [],
    eligibility: {
      standings: [
        {
          diagnosis_code: "I10",
          display_zh: "原发性高血压",
          display_en: "Essential hypertension",
          hospital: "江城市第一医院",
          eligible: true,
          seen_on: "2026-03-12",
          clinician: "陈立诚",
        },
      ],
      present_doctors: [],
      joint_consultation_allowed: false,
    },
    note: {
      text: "主诉：头晕三日，晨起明显。\n查体：血压 168/96 mmHg，心率 82 次/分，律齐。\n评估：高血压控制不佳。\n计划：加用氨氯地平，一周后复诊。",
      diagnosis_code: "I10",
      version: 5,
    },
    prescriptions: [],
    allowed: ["complete", "stop", "fail", "note", "invite", "prescribe"],
  };

  const boxes: Box[] = [
    {
      home_id: "h1",
      home_name: "松鹤颐养院",
      state: "connected",
      connected: true,
      since: ago(9 * DAY),
      last_seen: ago(0),
      version: "0.1.0",
      address: "10.20.4.17",
      certificate_serial: "4af0b1c2d3e4f5061728394a5b6c7d8e",
      certificate_until: ago(-5 * DAY),
      certificate_days_left: 5,
      certificate_ends_soon: false,
      link: "good",
      last_call: { until: ago(2 * 60 * MINUTE), shown: "full" },
    },
    {
      home_id: "h2",
      home_name: "桂花园护理院",
      state: "connected",
      connected: true,
      since: ago(42 * MINUTE),
      last_seen: ago(0),
      version: "0.1.0",
      address: "10.31.0.9",
      certificate_serial: "5be1c2d3e4f5061728394a5b6c7d8e9f",
      certificate_until: ago(-9 * DAY),
      certificate_days_left: 9,
      certificate_ends_soon: true,
      clone_seen_at: ago(3 * MINUTE),
      link: "weak",
    },
    {
      home_id: "h3",
      home_name: "长江路社区养老中心",
      state: "away",
      connected: false,
      since: ago(3 * 60 * MINUTE),
      last_seen: ago(3 * 60 * MINUTE),
      version: "0.1.0",
      address: undefined,
      certificate_serial: "6cd2e3f4051728394a5b6c7d8e9fa0b1",
      certificate_until: ago(-33 * DAY),
      certificate_days_left: 33,
      certificate_ends_soon: false,
      link: "none",
      last_call: { until: ago(3 * 60 * MINUTE) },
    },
    {
      home_id: "h4",
      home_name: "滨江护理院",
      state: "enrolling",
      connected: false,
      enrolment_until: ago(-8 * MINUTE),
      certificate_ends_soon: false,
      link: "none",
    },
  ];
  const audit: AuditEvent[] = [
    "session.opened",
    "consultation.begun",
    "prescription.signed",
    "prescription.approved",
    "delivery.received",
  ].map((action, n) => ({
    seq: 1204 - n,
    at: ago((n + 1) * 7 * MINUTE),
    actor: `${n === 3 ? "pharmacist" : "specialist"}:0199a1c0-7d4e-7c11-9a2b-0000000${n}aaaa`,
    actor_role: n === 3 ? ("pharmacist" as const) : ("specialist" as const),
    actor_name: n === 3 ? "周敏" : "陈立诚",
    action,
    entity: action.split(".")[0] ?? "",
    entity_id: `0199a1c0-7d4e-7c11-9a2b-0000000${n}af2`,
    home_id: "h1",
  }));

  return {
    staff,
    consultations,
    consultation,
    resident,
    observations,
    ecgs: ecgSummaries("r1"),
    ecg: ecg("r1"),
    drugs,
    shelf: buildStock(now, drugs),
    findings,
    prescriptions,
    summaries: prescriptions.map(brief),
    deliveries,
    boxes,
    audit,
  };
}

export type Day = ReturnType<typeof buildDay>;
