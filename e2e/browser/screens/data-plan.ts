/** Invented appointments, rounds, calls, visits and referrals for looking at the nurse's screens, in the relay's shapes. Test-only. */
import type {
  Appointment,
  Calendar,
  Consultation,
  ConsultationState,
  ConsultationSummary,
  EligibilityLedger,
  Referral,
  ReferralState,
  ReferralSummary,
  ResidentSummary,
  Round,
  RoundStop,
  Specialist,
  Slot,
  Transport,
  TransportState,
  TransportSummary,
  UrgentCall,
  Visit,
  VisitSummary,
  WaitlistEntry,
} from "@yunzhen/client";
import { observations, residents } from "./nurse-record";
import { now } from "./clock";
import { allergensEn } from "./english";

const DAY_MS = 24 * 3600_000;
const SHANGHAI_MS = 8 * 3600_000;
const ago = (minutes: number): string => new Date(now() - minutes * 60_000).toISOString();

/** A clock time of a day from today on, as the home's clock shows it. */
const at = (days: number, clock: string): string => {
  const day = new Date(now() + SHANGHAI_MS + days * DAY_MS).toISOString().slice(0, 10);
  return new Date(`${day}T${clock}:00+08:00`).toISOString();
};
const dateOf = (days: number): string => new Date(now() + SHANGHAI_MS + days * DAY_MS).toISOString().slice(0, 10);

const zhou = { id: "d1", name: "周明" };
const chen = { id: "d2", name: "陈建国" };
const person = (n: number): ResidentSummary => residents[n] as ResidentSummary;
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
  version: 2,
  resident: short(resident),
  reason: "高血压复诊，近一周血压偏高",
  urgency: "routine",
  specialist: zhou,
  requested_at: ago(2000),
  out_of_range: [],
  link: "none",
  participants: 0,
  ...more,
});

const appointment = (
  starts_at: string,
  of: ConsultationSummary,
  more: Partial<Appointment> = {},
  specialist = zhou,
): Appointment => ({
  consultation: { ...of, scheduled_at: starts_at, specialist },
  specialist,
  starts_at,
  ends_at: new Date(Date.parse(starts_at) + 20 * 60_000).toISOString(),
  expected_at: starts_at,
  late_minutes: 0,
  zone: "Asia/Shanghai",
  status: "booked",
  sequence: 0,
  ...more,
});

export const appointments: Appointment[] = [
  appointment(at(0, "08:40"), consultation("a1", person(1), "completed", { began_at: at(0, "08:42") })),
  appointment(at(0, "09:00"), consultation("a2", person(4), "no_show", { reason: "双膝关节疼痛" }), {
    status: "noshow",
  }),
  appointment(
    at(0, "09:20"),
    consultation("a3", person(5), "failed_technical", { rebooked_as: "a5", reason: "饮水呛咳，康复评估" }),
  ),
  appointment(at(0, "22:00"), consultation("a4", person(2), "scheduled", { reason: "咳嗽、气促，复查" }), {
    zone: "Asia/Urumqi",
    expected_at: at(0, "22:15"),
    late_minutes: 15,
  }),
  appointment(
    at(0, "22:20"),
    consultation("a5", person(5), "scheduled", { reason: "饮水呛咳，康复评估" }),
    { makes_up_for: "a3" },
    chen,
  ),
  appointment(at(0, "22:40"), consultation("a6", person(6), "cancelled"), { status: "cancelled" }),
  appointment(at(1, "14:00"), consultation("a7", person(0), "scheduled"), { round_id: "q1" }, chen),
  appointment(at(2, "15:20"), consultation("a8", person(7), "scheduled", { reason: "夜间徘徊" })),
];

export const waitlist: WaitlistEntry[] = [
  {
    consultation: consultation("w1", person(6), "requested", { urgency: "urgent" }),
    specialist: chen,
    not_before: at(0, "08:00"),
    not_after: at(3, "18:00"),
    since: ago(95),
  },
];

export const specialists: Specialist[] = [
  { ...zhou, title: "主任医师", hospital: "市第一人民医院", zone: "Asia/Shanghai" },
  { ...chen, title: "心内科主任医师", hospital: "市第一人民医院", zone: "Asia/Shanghai" },
];

/** Six days with times, the first of them full. */
export const slots: Slot[] = [1, 2, 3, 4, 7, 8].flatMap((days) =>
  Array.from({ length: 9 }, (_, n): Slot => {
    const starts_at = new Date(Date.parse(at(days, "14:00")) + n * 20 * 60_000).toISOString();
    return {
      starts_at,
      ends_at: new Date(Date.parse(starts_at) + 20 * 60_000).toISOString(),
      free: days !== 1 && (n * 7 + days) % 3 !== 0,
    };
  }),
);

export const calendars: Calendar[] = [
  { id: "k1", created_at: ago(9000), shared_by: { id: "s1", name: "林秀英" } },
  { id: "k2", created_at: ago(400), shared_by: { id: "s3", name: "何丽" } },
];

const standing = (code: string, display_zh: string, display_en: string, seen?: string) => ({
  diagnosis_code: code,
  display_zh,
  display_en,
  hospital: "市第一人民医院",
  eligible: seen !== undefined,
  ...(seen
    ? { seen_on: seen, clinician: "周明" }
    : {
        missing: {
          kind: "diagnosis",
          message_zh: "没有当面诊断过该病的记录。",
          message_en: "There is no record of this diagnosis made in person.",
          action_zh: "请安排医院医生到院初诊。",
          action_en: "Arrange a first visit by the hospital's doctors.",
        },
      }),
});

export const ledger = (residentId: string): EligibilityLedger => ({
  resident_id: residentId,
  on: dateOf(0),
  standings: [
    standing("I50", "慢性心力衰竭", "Chronic heart failure"),
    standing("I10", "原发性高血压", "Essential hypertension", "2026-09-02"),
  ],
  facts: [],
  visits: [
    { id: "v1", hospital: "市第一人民医院", planned_on: dateOf(5), includes_resident: false },
    { id: "v2", hospital: "云溪市中医院", planned_on: dateOf(12), includes_resident: true },
  ],
  joint_consultation_allowed: true,
});

const stop = (
  place: number,
  resident: ResidentSummary,
  position: RoundStop["position"],
  state: ConsultationState,
  late: number,
  more: Partial<ConsultationSummary> = {},
): RoundStop => {
  const planned = now() - 45 * 60_000 + place * 15 * 60_000;
  return {
    consultation: consultation(place === 2 ? "c1" : `q1-${place}`, resident, state, more),
    position,
    planned_at: new Date(planned).toISOString(),
    expected_at: new Date(planned + late * 60_000).toISOString(),
    late_minutes: late,
    ...(place < 3 ? { vital_signs_at: ago(30) } : {}),
  };
};

const roundOf = (id: string, starts_at: string, stops: RoundStop[]): Round => ({
  id,
  version: 4,
  home_id: "h1",
  home_name: "松鹤护理院",
  specialist: zhou,
  starts_at,
  minutes: 15,
  stops,
});

export const rounds: Round[] = [
  roundOf("q1", ago(45), [
    stop(0, person(1), "past", "completed", 0, { began_at: ago(45) }),
    stop(1, person(3), "past", "no_show", 4),
    stop(2, person(0), "current", "in_progress", 6, { began_at: ago(9) }),
    stop(3, person(2), "next", "scheduled", 12),
    stop(4, person(4), "later", "scheduled", 12),
    stop(5, person(6), "later", "scheduled", 12),
  ]),
  roundOf(
    "q2",
    at(1, "14:00"),
    [4, 5, 6].map((n) => ({ ...stop(n, person(n), "later", "scheduled", 0), late_minutes: 0 })),
  ),
];

const latest = [...new Map(observations.map((one) => [one.code, one])).values()].slice(0, 5);

const call = (id: string, resident: ResidentSummary, more: Partial<UrgentCall>): UrgentCall => ({
  id,
  version: 1,
  state: "raised",
  triage: "abnormal",
  resident: short(resident),
  shared_by: [],
  bed: resident.bed,
  home_id: "h1",
  home_name: "松鹤护理院",
  home_phone: "021-5550 0101",
  called: [zhou],
  raised_at: ago(0.5),
  steps: [{ state: "raised", at: ago(0.5) }],
  vital_signs: latest,
  allowed: ["answer"],
  ...more,
});

export const ringingCalls: UrgentCall[] = [
  call("u1", person(2), {
    state: "with_next_on_duty",
    called: [zhou, chen],
    raised_at: ago(2.4),
    steps: [
      { state: "raised", at: ago(2.4) },
      { state: "with_next_on_duty", at: ago(0.4) },
    ],
  }),
  call("u2", person(7), { triage: "unknown", vital_signs: [], called: [] }),
];

export const answeredCalls: UrgentCall[] = [
  call("u1", person(2), {
    state: "answered",
    version: 3,
    raised_at: ago(4),
    answered_by: { id: "s1", name: "林秀英" },
    steps: [
      { state: "raised", at: ago(4) },
      { state: "answered", at: ago(3) },
    ],
    allowed: ["end"],
  }),
];

/** A bed that two residents have: nobody is guessed. One call rings, the other is answered and waits for its end. */
export const sharedBedCalls: UrgentCall[] = [
  call("u3", person(3), {
    bed: "2-01",
    resident: undefined,
    shared_by: [short(person(3)), short(person(2))],
    triage: "unknown",
    vital_signs: undefined,
    raised_at: ago(1.5),
  }),
  call("u4", person(5), {
    state: "answered",
    bed: "2-10",
    resident: undefined,
    shared_by: [short(person(5)), short(person(6))],
    triage: "unknown",
    vital_signs: undefined,
    raised_at: ago(4),
    answered_by: { id: "s1", name: "林秀英" },
    allowed: ["end"],
  }),
];

/** An urgent request that waits, with its place. */
export const urgentConsultations: ConsultationSummary[] = [
  consultation("c1", person(0), "waiting", {
    urgency: "urgent",
    waiting_since: ago(6),
    scheduled_at: undefined,
    reason: "突发胸闷、心慌",
    link: "good",
    queue: { position: 2, expected_wait_minutes: 12 },
  }),
  consultation("q1-3", person(2), "scheduled", { scheduled_at: ago(-20) }),
];

const visitSummary = (
  id: string,
  days: number,
  state: VisitSummary["state"],
  counts: [number, number, number],
): VisitSummary => ({
  id,
  version: 3,
  state,
  hospital: "市第一人民医院",
  planned_on: dateOf(days),
  doctors: [zhou, chen],
  homes: [{ id: "h1", name: "松鹤护理院" }],
  expected: counts[0],
  seen: counts[1],
  not_seen: counts[2],
});

export const visits: VisitSummary[] = [
  visitSummary("v0", 0, "under_way", [2, 1, 1]),
  visitSummary("v1", 5, "planned", [4, 0, 0]),
  visitSummary("v9", -30, "done", [0, 6, 0]),
];

const diagnosis = (code: string, display_zh: string, display_en: string, confirmed: boolean) => ({
  code,
  display_zh,
  display_en,
  confirmed,
});
const visitStop = (n: number, state: "expected" | "seen" | "not_seen", reason?: string) => {
  const { id, name, age, sex, bed, allergies } = person(n);
  return {
    resident_id: id,
    name,
    age,
    sex,
    bed,
    allergies,
    allergies_en: allergensEn(allergies),
    state,
    diagnoses: [
      diagnosis("I50", "慢性心力衰竭", "Chronic heart failure", state === "seen"),
      ...(n === 0 ? [diagnosis("E11", "2 型糖尿病", "Type 2 diabetes", false)] : []),
    ],
    ...(state === "expected" ? {} : { decided_on: dateOf(0), decided_by: zhou }),
    ...(reason ? { reason } : {}),
  };
};

export const visit = (id: string): Visit | undefined => {
  const found = visits.find((one) => one.id === id);
  return (
    found && {
      ...found,
      remark: "先看二楼，请备好近三个月化验单。",
      route: [
        {
          home_id: "h1",
          name: "松鹤护理院",
          address: "和平路 18 号",
          phone: "021-5550 0101",
          stops:
            found.state === "planned"
              ? [0, 2, 4, 6, 7, 5].map((n) => visitStop(n, "expected"))
              : [
                  visitStop(0, "seen"),
                  visitStop(2, "not_seen", "住民外出就医"),
                  visitStop(4, "expected"),
                  visitStop(6, "expected"),
                ],
        },
      ],
      allowed: [],
    }
  );
};

const referralSummary = (
  id: string,
  n: number,
  state: ReferralState,
  more: Partial<ReferralSummary> = {},
): ReferralSummary => ({
  id,
  version: 5,
  state,
  resident: short(person(n)),
  urgency: "routine",
  diagnosis: { code: "I50", display_zh: "慢性心力衰竭", display_en: "Chronic heart failure" },
  reason: "气促加重，下肢水肿，建议住院评估。",
  hospital: "市第一人民医院",
  department: "心内科",
  specialist: zhou,
  created_at: ago(3000),
  state_since: ago(200),
  ...more,
});

const visitAt = {
  at: at(2, "09:30"),
  department: "心内科门诊",
  place: "门诊楼 3 层 306",
  doctor: "刘医生",
  instruction: "请带医保卡与近期化验单，空腹。",
};

export const referrals: ReferralSummary[] = [
  referralSummary("f1", 0, "accepted", { urgency: "urgent", appointment: visitAt }),
  referralSummary("f2", 4, "information_requested"),
  referralSummary("f3", 6, "sent"),
  referralSummary("f4", 3, "done", { appointment: visitAt }),
  referralSummary("f5", 1, "drafted", {
    reason: "气促加重，建议到院评估。\n\n护士所见：今晨起不能平卧，已吸氧 2 L/min。\n\n接送意向：轮椅车",
    hospital: "",
    department: "",
    diagnosis: undefined,
    specialist: undefined,
  }),
];

const ALLOWED: Partial<Record<ReferralState, string[]>> = {
  accepted: ["start"],
  information_requested: ["answer-information"],
  drafted: ["edit"],
};

export const referral = (id: string): Referral | undefined => {
  const found = referrals.find((one) => one.id === id);
  if (!found) return undefined;
  return {
    ...found,
    drafted_by: found.state === "drafted" ? { id: "s1", name: "林秀英" } : zhou,
    questions:
      found.state === "information_requested"
        ? [
            {
              question: "近一周体重变化？是否已停用利尿剂？",
              asked_at: ago(200),
              asked_by: "市第一人民医院 心内科",
            },
          ]
        : [],
    ...(found.state === "done"
      ? {
          report: {
            findings: "左室射血分数 42%，双肺底少许湿啰音。",
            diagnoses: [{ code: "I50", display_zh: "慢性心力衰竭", display_en: "Chronic heart failure" }],
            advice: "呋塞米加至 40 mg，每日称体重，两周后复查。",
            reported_at: ago(100),
            reported_by: "刘医生",
          },
        }
      : {}),
    transports: found.state === "done" ? rides.filter((ride) => ride.referral_id === id) : [],
    timeline:
      found.state === "drafted"
        ? [{ step: "draft", at: ago(30), who: "林秀英" }]
        : [
            { step: "draft", at: ago(3000), who: "周明" },
            { step: "send", at: ago(2990), who: "周明" },
            { step: "see", at: ago(2000), who: "刘医生" },
          ],
    allowed: ALLOWED[found.state] ?? [],
  };
};

const ride = (
  id: string,
  n: number,
  state: TransportState,
  more: Partial<TransportSummary> = {},
): TransportSummary => ({
  id,
  version: 2,
  state,
  resident_id: person(n).id,
  resident_name: person(n).name,
  bed: person(n).bed,
  home_id: "h1",
  vehicle: "wheelchair_van",
  destination: "市第一人民医院 心内科门诊 门诊楼 3 层 306",
  pick_up_at: at(2, "08:30"),
  needs: ["wheelchair", "escort"],
  ...more,
});

export const rides: TransportSummary[] = [
  ride("t1", 6, "requested", { vehicle: "ambulance", needs: ["stretcher", "oxygen"] }),
  ride("t2", 0, "confirmed", { carrier: { name: "安康转运", phone: "021-5550 0199", plate: "沪A·D1234" } }),
  ride("t3", 3, "done", { referral_id: "f4" }),
];

export const transport = (id: string): Transport | undefined => {
  const found = rides.find((one) => one.id === id);
  const allowed = { requested: ["confirm", "cancel"], confirmed: ["confirm", "depart", "cancel"] } as const;
  return (
    found && {
      ...found,
      created_at: ago(300),
      requested_by: { id: "s1", name: "林秀英" },
      timeline: [
        { step: "request", at: ago(300), who: "林秀英" },
        ...(found.carrier ? [{ step: "confirm", at: ago(200), who: "林秀英" }] : []),
      ],
      allowed: found.state === "requested" || found.state === "confirmed" ? [...allowed[found.state]] : [],
    }
  );
};

/** A consultation as its own page shows it before or after the call. */
export const plannedConsultation = (id: string): Consultation | undefined => {
  const found =
    appointments.find((one) => one.consultation.id === id)?.consultation ??
    waitlist.find((one) => one.consultation.id === id)?.consultation;
  return (
    found && {
      ...found,
      note: { text: "", version: 0 },
      missing_consents: [],
      prescriptions: [],
      allowed: found.state === "scheduled" ? ["check-in", "move", "cancel", "no-show"] : [],
    }
  );
};
