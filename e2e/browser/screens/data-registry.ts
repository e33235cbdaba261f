/** Made-up answers for the administrator's pages and the specialist's record; typed by the relay's contract. */
import type {
  AuditEvent,
  BreakGlass,
  CareDocument,
  Consent,
  ConsentKind,
  Consents,
  ConsentText,
  Duplicate,
  EarlyWarning,
  Home,
  ImportReport,
  JointConsultation,
  Page as Items,
  Registered,
  Resident,
  ResidentIdentity,
  ResidentSummary,
  SafetyFile,
  SafetyOverride,
  SafetyOverrides,
  LegalHold,
  OfferedPrescription,
  Pharmacy,
  Retention,
  Shift,
  UrgentCall,
  Weekday,
} from "@yunzhen/client";
import type { Answers } from "./mock";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const page = <T>(items: T[]): { body: Items<T> } => ({ body: { items, next: null } });
export const refused = (status: number, code: string, title: string, fields?: { path: string; message: string }[]) => ({
  status,
  body: {
    type: `https://yunzhen.dev/problems/${code}`,
    title,
    status,
    code,
    detail: title,
    action: "请核对后重试",
    fields,
  },
});

export const homes: Home[] = [
  {
    id: "h1",
    name: "松鹤颐养院",
    address: "江城市滨江区松鹤路 18 号",
    phone: "027-85012266",
    version: 1,
    zone: "Asia/Shanghai",
  },
  {
    id: "h2",
    name: "桂花园护理院",
    address: "江城市东湖区桂花园路 5 号",
    phone: "027-86550100",
    version: 1,
    zone: "Asia/Shanghai",
  },
  {
    id: "h3",
    name: "长江路社区养老中心",
    address: "江城市武昌区长江路 200 号",
    phone: "027-88120033",
    version: 1,
    zone: "Asia/Shanghai",
  },
];

const WEEK: readonly Weekday[] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

export const pharmacies: Pharmacy[] = [
  {
    id: "ph1",
    version: 3,
    name: "仁济大药房（滨江店）",
    address: "江城市滨江区松鹤路 40 号",
    phone: "027-85010088",
    zone: "Asia/Shanghai",
    latitude: 30.5721,
    longitude: 114.3055,
    hours: WEEK.map((weekday) => ({ weekday, opens: "08:00", closes: "21:30" })),
    radius_metres: 8000,
  },
  {
    id: "ph2",
    version: 1,
    name: "百草堂药店",
    address: "江城市武昌区长江路 12 号",
    phone: "027-88120011",
    zone: "Asia/Shanghai",
    hours: [],
  },
];

const joint = (home_id: string, more: Partial<JointConsultation> = {}): { body: JointConsultation } => ({
  body: { home_id, allowed: false, version: 0, ...more },
});

export function importReport(dry_run: boolean): ImportReport {
  const bad = [
    ["line 4", "id_number", "身份证号校验位不对，请核对", "The check digit of the ID number is wrong"],
    ["line 9", "birth_date", "出生日期与身份证号不一致", "The birth date differs from the ID number"],
    ["line 9", "conditions[1].since", "日期应在出生之后、今天之前", "The date is after birth and before today"],
    ["line 17", "", "应有 12 列，实有 11 列", "12 columns expected, 11 found"],
    ["line 22", "name", "姓名含有控制字符", "The name has control characters"],
    ["line 31", "medicines[0]", "应写作 药品@日期@用法", "Is written drug@date@dose"],
  ] as const;
  const places = [...new Set(bad.map(([place]) => place))];
  return {
    dry_run,
    total: 38,
    registered: Array.from({ length: 31 }, (_, n) => ({
      place: `line ${n + 40}`,
      name: ["周桂英", "吴长顺", "𠮷田㛃", "郑国梁"][n % 4] ?? "",
      bed: `${201 + (n >> 1)}-${1 + (n % 2)}`,
      id: dry_run ? undefined : `0199a1c0-0000-7000-8000-0000000000${10 + n}`,
      medicines: n % 3,
      observations: n % 5,
      twin: n === 3 ? { same_as_place: "line 42" } : undefined,
    })),
    duplicates: [
      { place: "line 6", name: "王秀英", likeness: "id_number", resident_id: undefined },
      { place: "line 12", name: "冯淑华", likeness: "id_number", same_as_place: "line 11" },
    ],
    bad: places.map((place) => ({
      place,
      reasons: bad
        .filter(([at]) => at === place)
        .map(([, field, message_zh, message_en]) => ({ field, message_zh, message_en })),
    })),
  };
}

/** Given back by one and asked of another since; taken by the first; nobody was there to be asked. */
function offered(now: number): OfferedPrescription[] {
  const minutes = (n: number): string => new Date(now - n * MINUTE).toISOString();
  return [
    {
      ...{ id: "rx3", state: "approved", home_name: "松鹤颐养院", approved_at: minutes(50), next_at: minutes(-4) },
      offers: [
        {
          ...{ pharmacy_name: "百草堂药店", rank: 1, offered_at: minutes(20) },
          why: { reasons: ["substitute_in_stock", "open_now"], metres: 5300 },
        },
        {
          ...{ pharmacy_name: "仁和大药房", rank: 2 },
          why: { reasons: ["preferred", "part_in_stock", "open_now", "declined_before"], metres: 1240 },
          answer: { accepted: false, declined: "other", declined_words: "柜台明日盘点", at: minutes(21) },
        },
      ],
    },
    {
      ...{ id: "rx5", state: "in_delivery", home_name: "夕阳红护理院", approved_at: minutes(170) },
      offers: [
        {
          ...{ pharmacy_name: "仁和大药房", rank: 1, offered_at: minutes(170) },
          why: { reasons: ["all_in_stock", "open_now"], metres: 860 },
          answer: { accepted: true, at: minutes(150) },
        },
      ],
    },
    { id: "rx6", state: "expired", home_name: "松鹤颐养院", approved_at: minutes(6000), offers: [] },
  ];
}

function duplicates(now: number): Duplicate[] {
  const ago = (ms: number): string => new Date(now - ms).toISOString();
  const person = (id: string, more: Partial<ResidentIdentity>): ResidentIdentity => ({
    id,
    version: 2,
    name: "冯淑华",
    sex: "female",
    birth_date: "1940-02-03",
    id_number_masked: "4201**********0023",
    home_id: "h1",
    home_name: "松鹤颐养院",
    bed: "105-1",
    ...more,
  });
  return [
    {
      id: "dup1",
      version: 1,
      state: "suspected",
      likeness: "name_and_birth_date",
      residents: [
        person("r10", {}),
        person("r11", {
          id_number_masked: "4201**********0031",
          home_id: "h2",
          home_name: "桂花园护理院",
          bed: "302-2",
        }),
      ],
      found_at: ago(3 * HOUR),
      allowed: ["merge", "dismiss"],
    },
    {
      id: "dup2",
      version: 3,
      state: "merged",
      likeness: "name_and_birth_date",
      residents: [
        person("r12", { name: "赵国强", sex: "male", birth_date: "1947-06-30", bed: "215-2" }),
        person("r13", { name: "赵国强", sex: "male", birth_date: "1947-06-30", bed: "216-1" }),
      ],
      survivor_id: "r12",
      found_at: ago(6 * DAY),
      decided_at: ago(5 * DAY),
      decided_by: { id: "a1", name: "高岚" },
      reason: "与护理院电话核对，两次入住登记为同一人。",
      allowed: ["unmerge"],
    },
    {
      id: "dup3",
      version: 2,
      state: "dismissed",
      likeness: "name_and_birth_date",
      residents: [
        person("r14", { name: "李建民", sex: "male" }),
        person("r15", { name: "李建民", sex: "male", id_number_masked: "4203**********4419", bed: "401-3" }),
      ],
      found_at: ago(12 * DAY),
      decided_at: ago(11 * DAY),
      decided_by: { id: "a1", name: "高岚" },
      reason: "同名同日生，身份证号与籍贯不同。",
      allowed: ["merge"],
    },
  ];
}

function glasses(now: number): BreakGlass[] {
  const at = (ms: number): string => new Date(now + ms).toISOString();
  const glass = (id: string, more: Partial<BreakGlass>): BreakGlass => ({
    id,
    version: 1,
    state: "open",
    resident_id: "r7",
    resident_name: "周桂英",
    bed: "201-1",
    home_id: "h1",
    home_name: "松鹤颐养院",
    hospital: "云溪市中医院",
    specialist: { id: "s3", name: "沈若兰" },
    reason: "夜间值班接到护士电话，住民突发气促，需要核对既往用药和过敏史。",
    opened_at: at(-17 * MINUTE),
    ends_at: at(43 * MINUTE),
    ...more,
  });
  return [
    glass("g1", {}),
    glass("g2", {
      specialist: { id: "s2", name: "孟广平" },
      hospital: "江城市第一医院",
      reason: "转诊途中家属来电，核对造影剂过敏。",
      opened_at: at(-5 * HOUR),
      ends_at: at(-4 * HOUR),
    }),
  ];
}

/** What was read through the first of them, and that it was opened. */
function readsThroughGlass(now: number): AuditEvent[] {
  const row = (seq: number, minutes: number, action: string, entity = "resident", entity_id = "r7"): AuditEvent => ({
    seq,
    at: new Date(now - minutes * MINUTE).toISOString(),
    actor: "specialist:s3",
    actor_role: "specialist",
    actor_name: "沈若兰",
    action,
    entity,
    entity_id,
    purpose: "BTG",
  });
  return [
    row(214, 12, "resident.documents_viewed"),
    row(213, 15, "resident.prescription_viewed"),
    row(212, 16, "resident.viewed"),
    row(211, 17, "break_glass.opened", "break_glass", "g1"),
  ];
}

function judged(now: number): BreakGlass[] {
  const [open, over] = glasses(now);
  if (!open || !over) return [];
  const review = { reviewed_at: new Date(now - DAY).toISOString(), reviewed_by: { id: "a1", name: "高岚" } };
  return [
    open,
    over,
    { ...over, id: "g3", state: "accepted", ...review, review_note: "护理院证实当时情况紧急。" },
    { ...over, id: "g4", state: "questioned", ...review, review_note: "理由与护理院记录不符，已请医务科核实。" },
  ];
}

/** Two lines over the week with a night that nobody covers. */
function shifts(now: number): Shift[] {
  const day = new Date(now);
  const monday = new Date(day.getFullYear(), day.getMonth(), day.getDate() - ((day.getDay() + 6) % 7));
  const at = (days: number, hours: number): Date =>
    new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + days, hours);
  const doctors = [
    { id: "s1", name: "陈立诚" },
    { id: "s2", name: "孟广平" },
    { id: "s3", name: "沈若兰" },
  ];
  const turn = (id: string, line: number, who: number, days: number, from: number, hours: number): Shift => {
    const [starts, ends] = [at(days, from), at(days, from + hours)];
    return {
      id,
      line,
      specialist: doctors[who % 3] ?? { id: "s1", name: "陈立诚" },
      starts_at: starts.toISOString(),
      ends_at: ends.toISOString(),
      now: starts.getTime() <= now && now < ends.getTime(),
    };
  };
  return Array.from({ length: 7 }, (_, d) => d)
    .flatMap((d) => [
      turn(`day${d}`, 1, d, d, 8, 12),
      ...(d === 5 ? [] : [turn(`night${d}`, 1, d + 1, d, 20, 12)]),
      turn(`second${d}`, 2, d + 2, d, 8, 24),
    ])
    .filter((shift) => shift.id !== "second5");
}

function calls(now: number): UrgentCall[] {
  const ago = (ms: number): string => new Date(now - ms).toISOString();
  const call = (id: string, more: Partial<UrgentCall>): UrgentCall => ({
    id,
    version: 3,
    state: "with_administrator",
    triage: "abnormal",
    shared_by: [],
    bed: "302-1",
    home_id: "h1",
    home_name: "松鹤颐养院",
    home_phone: "027-85012266",
    called: [
      { id: "s1", name: "陈立诚" },
      { id: "s2", name: "孟广平" },
    ],
    raised_at: ago(4 * MINUTE + 20_000),
    steps: [
      { state: "raised", at: ago(4 * MINUTE + 20_000) },
      { state: "with_next_on_duty", at: ago(3 * MINUTE) },
      { state: "with_administrator", at: ago(90_000) },
    ],
    allowed: ["answer"],
    ...more,
  });
  return [
    call("u2", {
      state: "answered",
      triage: "unknown",
      bed: "118-2",
      home_id: "h2",
      home_name: "桂花园护理院",
      home_phone: "027-86550100",
      called: [{ id: "s3", name: "沈若兰" }],
      answered_by: { id: "a1", name: "高岚" },
      raised_at: ago(9 * MINUTE),
      steps: [
        { state: "raised", at: ago(9 * MINUTE) },
        { state: "answered", at: ago(8 * MINUTE) },
      ],
      allowed: ["end"],
    }),
    call("u1", {}),
    call("u3", {
      state: "raised",
      triage: "in_range",
      bed: "207-1",
      called: [],
      steps: [],
      raised_at: ago(12_000),
      pressed_at: ago(40 * MINUTE),
    }),
  ];
}

const KINDS: ConsentKind[] = [
  "tele_consultation",
  "recording",
  "family_present",
  "data_sharing",
  "surrogate_decision_maker",
];

function consents(now: number): Consents {
  const ago = (days: number): string => new Date(now - days * DAY).toISOString();
  const consent = (id: string, kind: ConsentKind, more: Partial<Consent> = {}): Consent => ({
    id,
    kind,
    version: 1,
    text_version: 1,
    giver: "resident",
    giver_name: "王秀英",
    witness_name: "李慧",
    given_at: ago(120),
    received_at: ago(120),
    signature: {
      svg_path: "M20 60L40 30L52 66L70 28L84 62M100 40L132 36M116 22L114 70M150 30L148 66L176 64L178 32L150 30",
    },
    ...more,
  });
  return {
    now: KINDS.map((kind) => ({
      kind,
      in_force: kind === "tele_consultation" || kind === "data_sharing",
      outdated: kind === "data_sharing",
      given_at: kind === "tele_consultation" || kind === "data_sharing" ? ago(120) : undefined,
    })),
    history: [
      consent("k3", "recording", {
        version: 2,
        revoked_at: ago(20),
        revoke_reason: "家属要求不再录制",
        giver: "surrogate",
        giver_name: "王磊",
        giver_relation: "儿子",
      }),
      consent("k2", "data_sharing"),
      consent("k1", "tele_consultation"),
    ],
  };
}

const texts: ConsentText[] = KINDS.map((kind) => ({
  kind,
  version: 1,
  since: "2026-01-01",
  zh: "我同意由医院专科医师通过音视频远程为我会诊。我知道远程会诊不能代替面诊；病情需要时，医师会停止远程会诊并安排到院就诊。我可以随时撤回此同意。",
  en: "I agree to be seen by a hospital specialist at a distance, by picture and sound. I can take this back at any time.",
}));

/** A grey picture of 8 × 6 points, large enough to be seen as one. */
const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAAAAADbboAnAAAAE0lEQVR42mPYcgkCGaD0FgYiRADbkySRoMVH0gAAAABJRU5ErkJggg==";

function documents(now: number): CareDocument[] {
  const document = (id: string, more: Partial<CareDocument>): CareDocument => ({
    id,
    resident_id: "r1",
    kind: "photo",
    title: "左足背皮肤，2 cm 红肿",
    media_type: "image/png",
    bytes: 218_400,
    sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    taken_at: new Date(now - 2 * HOUR).toISOString(),
    received_at: new Date(now - HOUR).toISOString(),
    author_name: "李慧",
    ...more,
  });
  return [
    document("doc1", {}),
    document("doc2", {
      kind: "report",
      title: "心电图报告",
      media_type: "application/pdf",
      taken_at: new Date(now - 40 * DAY).toISOString(),
    }),
    document("doc3", { kind: "identity", title: "身份证正面", taken_at: new Date(now - 200 * DAY).toISOString() }),
  ];
}

function earlyWarning(now: number): EarlyWarning {
  const at = (hours: number): string => new Date(now - hours * HOUR).toISOString();
  return {
    now: {
      at_least: 5,
      band: "medium",
      parts: [
        { parameter: "respiration", value: 22, points: 2, measured_at: at(1) },
        { parameter: "saturation", value: 94, points: 1, measured_at: at(1) },
        { parameter: "systolic", value: 168, points: 0, measured_at: at(1) },
        { parameter: "pulse", value: 112, points: 2, measured_at: at(1) },
        { parameter: "consciousness", value: 0, points: 0, measured_at: at(1) },
      ],
      missing: ["oxygen"],
      old: ["temperature"],
    },
    trend: [1, 2, 1, 3, 2, 4, 3, 5, 7, 5].map((score, n) => {
      const whole = n % 4 !== 3;
      const band = score >= 7 ? "high" : score >= 5 ? "medium" : whole ? "low" : undefined;
      return { at: at(160 - n * 17), at_least: score, total: whole ? score : undefined, band };
    }),
  };
}

/** The chart of `resident` as it is after this: a score, a surrogate, a merge, consents. */
export function fullChart(resident: Resident, now: number): Resident {
  return {
    ...resident,
    early_warning: earlyWarning(now),
    consents: consents(now).now,
    merged_ids: ["r12"],
    surrogate: { name: "王磊", relation: "儿子", phone: "13971550088" },
    contacts: [{ name: "王敏", relation: "女儿", phone: "13971550099" }],
    medicines: [
      ...resident.medicines,
      { name: "呋塞米片", dose_text: "20 mg 每日一次", since: new Date(now - 5 * DAY).toISOString().slice(0, 10) },
    ],
  };
}

function summaries(resident: Resident, now: number): ResidentSummary[] {
  const { id, name, sex, age, birth_date, bed, home_id, home_name } = resident;
  const { allergies, allergies_en, allergies_asked, last_observations, out_of_range } = resident;
  const conditions = resident.conditions.map((c) => ({
    code: c.code,
    display: c.display_zh,
    display_en: c.display_en,
  }));
  const wang: ResidentSummary = {
    ...{ id, name, sex, age, birth_date, bed, home_id, home_name },
    ...{ allergies, allergies_en, allergies_asked, conditions, last_observations, out_of_range },
    early_warning: earlyWarning(now).now,
  };
  const calm = { total: 1, at_least: 1, band: "low" as const, parts: [], missing: [], old: [] };
  return [
    wang,
    {
      ...wang,
      ...{ id: "r3", name: "孙桂兰", age: 91, bed: "118-1", allergies: [], allergies_en: [], allergies_asked: false },
      ...{ last_observations: [], out_of_range: [] },
      early_warning: { at_least: 0, parts: [], missing: ["respiration", "pulse"], old: [] },
    },
    {
      ...wang,
      ...{ id: "r4", name: "𠮷田㛃", sex: "male", age: 76, bed: "401-3", home_id: "h2", home_name: "桂花园护理院" },
      ...{ allergies: [], allergies_en: [], out_of_range: [], early_warning: calm },
    },
  ];
}

/** Everything that the registry's pages ask for. */
export function registryAnswers(resident: Resident, now: number): Answers {
  return {
    "GET /api/homes": page(homes),
    "GET /api/pharmacies": page(pharmacies),
    "GET /api/offers": page(offered(now)),
    "GET /api/homes/h1/joint-consultation": joint("h1", {
      allowed: true,
      version: 1,
      changed_at: new Date(now - 30 * DAY).toISOString(),
      changed_by: { id: "a1", name: "高岚" },
      reason: "内设医疗机构执业许可证在有效期内，有两名执业医师。",
    }),
    "GET /api/homes/h2/joint-consultation": joint("h2"),
    "GET /api/homes/h3/joint-consultation": joint("h3"),
    "POST /api/resident-imports/dry-run": { body: importReport(true) },
    "POST /api/resident-imports": { status: 201, body: importReport(false) },
    "GET /api/resident-identities": page(duplicates(now).flatMap((pair) => pair.residents)),
    "POST /api/residents/r10/transfer": {
      body: {
        ...{ id: "r10", version: 3, name: "冯淑华", pinyin: "fsh", sex: "female", birth_date: "1940-02-03" },
        ...{ bed: "12-2", home_id: "h3", id_number_masked: "4201**********0023", duplicate_suspected: false },
      } satisfies Registered,
    },
    "GET /api/duplicates": page(duplicates(now)),
    "GET /api/break-glass": page(judged(now)),
    "GET /api/audit": page(readsThroughGlass(now)),
    "POST /api/break-glass": refused(422, "invalid", "填写有误", [
      { path: "id_number", message: "身份证号有误，请核对" },
    ]),
    "GET /api/safety/overrides": { body: overrides(now) },
    "GET /api/retention": { body: clocks },
    "GET /api/legal-holds": page(holds(now)),
    "GET /api/duty": page(shifts(now)),
    "GET /api/urgent-calls": page(calls(now)),
    "GET /api/residents": page(summaries(resident, now)),
    "GET /api/residents/r1": { body: fullChart(resident, now) },
    "GET /api/residents/r8": refused(404, "not_found", "没有找到"),
    "GET /api/residents/r9": {
      body: {
        ...fullChart(resident, now),
        id: "r9",
        merged_ids: [],
        allergies: [],
        allergy_records: [],
        allergies_asked: false,
        surrogate: undefined,
        break_glass: { id: "g1", version: 1, until: new Date(now + 43 * MINUTE).toISOString() },
      } satisfies Resident,
    },
    "GET /api/residents/r1/consents": { body: consents(now) },
    "GET /api/residents/r1/documents": page(documents(now)),
    "GET /api/documents/doc1/content": { body: undefined, picture: { type: "image/png", base64: PICTURE } },
    "GET /api/consent-texts": page(texts),
  };
}

const clocks: Retention = {
  clocks: [
    { kind: "medical_record", months: 180 },
    { kind: "call_media", months: 36 },
    { kind: "drug_sale", months: 60 },
    { kind: "network_log", months: 6 },
  ],
};

/** One that stands, and one that was lifted. */
function holds(now: number): LegalHold[] {
  const placed_by = { id: "s20", name: "何建平" };
  return [
    {
      ...{ id: "lh2", version: 1, state: "placed", resident_id: "r1", resident_name: "王桂兰" },
      ...{ home_id: "h1", home_name: "松鹤护理院", reason: "云溪市中级人民法院（2026）民初 118 号调取病历通知" },
      ...{ placed_at: new Date(now - 9 * DAY).toISOString(), placed_by },
    },
    {
      ...{ id: "lh1", version: 2, state: "released", resident_id: "r4", resident_name: "欧阳志明" },
      ...{ home_id: "h1", home_name: "松鹤护理院", reason: "卫健委医疗纠纷调查 2026-07" },
      ...{ placed_at: new Date(now - 120 * DAY).toISOString(), placed_by },
      ...{ released_at: new Date(now - 30 * DAY).toISOString(), released_by: placed_by },
    },
  ];
}

/** What became of the safety rules in the last quarter. */
export function overrides(now: number): SafetyOverrides {
  const row = (
    rule_id: string,
    severity: SafetyOverride["severity"],
    message_zh: string,
    message_en: string,
    spoke: number,
    overridden: number,
  ): SafetyOverride => ({
    ...{ rule_id, rule_version: "2026-11-1", severity, message_zh, message_en, spoke, overridden },
    source: "药品说明书",
    source_en: "Product labels",
  });
  const file = (name: string, entries: number, version = "2026-11-1"): SafetyFile => ({ file: name, version, entries });
  return {
    since: new Date(now - 90 * DAY).toISOString(),
    until: new Date(now).toISOString(),
    files: [
      file("ingredients.toml", 198),
      file("interactions.toml", 107),
      file("elderly.toml", 83),
      file("/etc/yunzhen/safety-rules/licensed.toml", 412, "2026-Q4"),
    ],
    items: [
      row("old-ppi", "info", "长期使用：骨折、艰难梭菌、低镁", "long use: fractures, C. difficile", 41, 40),
      row("ix-anticoagulant-nsaid", "hard_stop", "出血风险明显升高", "bleeding becomes much more likely", 12, 3),
      row("renal-metformin-half", "warn", "低于 45 每日不超过 1000 mg", "below 45 not above 1000 mg a day", 9, 2),
      row("penicillins", "block", "青霉素与头孢菌素可交叉过敏", "Penicillins and cephalosporins may cross-react", 2, 0),
    ],
  };
}
