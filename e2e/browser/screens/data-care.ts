/** Made-up answers for the specialist's schedule, urgent calls, rounds, first visits and referrals; typed by the relay's contract. */
import type {
  Appointment,
  Availability,
  Calendar,
  ConsultationSummary,
  EligibilityLedger,
  Page as Items,
  Referral,
  Round,
  Shift,
  Slot,
  Specialist,
  UrgentCall,
  Visit,
  VisitCandidate,
  WaitlistEntry,
} from "@yunzhen/client";
import type { Day } from "./data";
import type { Answers } from "./mock";

const MINUTE = 60_000;
const me = { id: "s1", name: "陈立诚" };
const page = <T>(items: T[]): { body: Items<T> } => ({ body: { items, next: null } });

export function careAnswers(day: Day, now: number): Answers {
  const at = (minutes: number): string => new Date(now + minutes * MINUTE).toISOString();
  const date = (days: number): string => at(days * 1440).slice(0, 10);
  const [wang, sun, li, ouyang] = day.consultations as [
    ConsultationSummary,
    ConsultationSummary,
    ConsultationSummary,
    ConsultationSummary,
  ];
  const scheduled = (c: ConsultationSummary, id: string, minutes: number): ConsultationSummary => ({
    ...c,
    id,
    state: "scheduled",
    specialist: me,
    scheduled_at: at(minutes),
    waiting_since: undefined,
  });
  const appointment = (c: ConsultationSummary, minutes: number): Appointment => ({
    consultation: scheduled(c, `a-${c.id}`, minutes),
    specialist: me,
    starts_at: at(minutes),
    ends_at: at(minutes + 15),
    expected_at: at(minutes),
    late_minutes: 0,
    zone: "Asia/Shanghai",
    status: "booked",
    sequence: 0,
  });
  const slots: Slot[] = Array.from({ length: 8 }, (_, n) => ({
    starts_at: at(120 + n * 15),
    ends_at: at(135 + n * 15),
    free: n % 3 !== 1,
  }));
  const duty: Shift[] = [{ id: "d1", specialist: me, line: 1, starts_at: at(-120), ends_at: at(360), now: true }];
  const waitlist: WaitlistEntry[] = [
    {
      consultation: { ...ouyang, id: "w1", state: "requested" },
      specialist: me,
      not_before: at(60),
      not_after: at(4320),
      since: at(-600),
    },
  ];
  const round: Round = {
    id: "ro1",
    version: 2,
    home_id: "h1",
    home_name: "松鹤颐养院",
    specialist: me,
    starts_at: at(-20),
    minutes: 10,
    stops: [
      {
        consultation: { ...wang, id: "s1", state: "completed", began_at: at(-20), ended_at: at(-6) },
        position: "past",
        planned_at: at(-20),
        expected_at: at(-20),
        late_minutes: 0,
        vital_signs_at: at(-24),
      },
      {
        consultation: { ...sun, id: "s2", state: "in_progress", began_at: at(-6) },
        position: "current",
        planned_at: at(-10),
        expected_at: at(-6),
        late_minutes: 4,
        vital_signs_at: at(-9),
      },
      {
        consultation: { ...li, id: "s3" },
        position: "next",
        planned_at: at(0),
        expected_at: at(6),
        late_minutes: 6,
        vital_signs_at: at(-2),
      },
      {
        consultation: scheduled(ouyang, "s4", 10),
        position: "later",
        planned_at: at(10),
        expected_at: at(16),
        late_minutes: 6,
      },
    ],
  };
  const availability: Availability = {
    specialist: me,
    version: 3,
    zone: "Asia/Shanghai",
    rules: [
      { weekday: "tuesday", start: "14:00:00", end: "16:00:00", slot_minutes: 15, valid_from: "2026-01-01" },
      {
        weekday: "thursday",
        start: "09:00:00",
        end: "11:30:00",
        slot_minutes: 20,
        valid_from: "2026-01-01",
        valid_until: "2027-12-31",
      },
    ],
    exceptions: [
      { kind: "day_off", date: date(7) },
      { kind: "extra_block", date: date(5), start: "19:00:00", end: "20:00:00", slot_minutes: 15 },
    ],
  };
  const call: UrgentCall = {
    id: "u1",
    version: 1,
    state: "raised",
    triage: "abnormal",
    resident: sun.resident,
    shared_by: [],
    bed: sun.resident.bed,
    home_id: "h2",
    home_name: sun.resident.home_name,
    home_phone: "027-85017788",
    vital_signs: day.resident.last_observations,
    called: [me],
    raised_at: at(-1),
    steps: [{ state: "raised", at: at(-1) }],
    allowed: ["answer"],
  };
  const missing = {
    kind: "never_seen",
    message_zh: "本院医师没有面诊过冠心病",
    message_en: "No doctor of this hospital has seen the resident for it",
    action_zh: "安排上门初诊，或到医院就诊",
    action_en: "Plan a visit in person, or a visit to the hospital",
  };
  const ledger: EligibilityLedger = {
    resident_id: "r1",
    on: date(0),
    joint_consultation_allowed: true,
    standings: [
      {
        diagnosis_code: "M81.9",
        display_zh: "骨质疏松",
        display_en: "Osteoporosis",
        hospital: "江城市第一医院",
        eligible: false,
        missing,
      },
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
    facts: [
      {
        id: "e1",
        diagnosis_code: "I10",
        display: "原发性高血压",
        hospital: "江城市第一医院",
        seen_on: "2026-03-12",
        clinician: "陈立诚",
        evidence: "三次测压均高于 150/95 mmHg，动态血压支持。",
      },
    ],
    visits: [{ id: "v1", hospital: "江城市第一医院", planned_on: date(3), includes_resident: false }],
  };
  const candidates: VisitCandidate[] = [wang, sun, li].map((c, n) => ({
    resident_id: c.resident.id,
    name: c.resident.name,
    bed: c.resident.bed,
    home: { id: c.resident.home_id, name: c.resident.home_name },
    missing: [{ code: "I25.1", display_zh: "冠心病", display_en: "Coronary heart disease", missing }],
    planned:
      n === 1 ? { id: "v1", hospital: "江城市第一医院", planned_on: date(3), includes_resident: true } : undefined,
  }));
  const visit: Visit = {
    id: "v1",
    version: 2,
    state: "under_way",
    hospital: "江城市第一医院",
    planned_on: date(0),
    doctors: [me],
    homes: [{ id: "h2", name: sun.resident.home_name }],
    expected: 1,
    seen: 1,
    not_seen: 0,
    remark: "带便携心电图机",
    started_at: at(-60),
    allowed: ["results", "cancel"],
    route: [
      {
        home_id: "h2",
        name: sun.resident.home_name,
        address: "江城市桂花路 8 号",
        phone: "027-85017788",
        stops: [sun, li].map((c, n) => ({
          resident_id: c.resident.id,
          name: c.resident.name,
          sex: c.resident.sex,
          age: c.resident.age,
          bed: c.resident.bed,
          allergies: n === 0 ? ["青霉素"] : [],
          allergies_en: n === 0 ? ["Penicillins"] : [],
          state: n === 0 ? "expected" : "seen",
          decided_on: n === 0 ? undefined : date(0),
          decided_by: n === 0 ? undefined : me,
          diagnoses: [
            { code: "I25.1", display_zh: "冠心病", display_en: "Coronary heart disease", confirmed: n === 1 },
          ],
        })),
      },
    ],
  };
  const referral: Referral = {
    id: "f1",
    version: 4,
    state: "accepted",
    state_since: at(-90),
    created_at: at(-300),
    resident: ouyang.resident,
    urgency: "urgent",
    reason: "突发胸痛，含服硝酸甘油未缓解",
    hospital: "江城市第一医院",
    department: "心内科",
    diagnosis: { code: "I20.0", display_zh: "不稳定型心绞痛", display_en: "Unstable angina" },
    drafted_by: me,
    specialist: me,
    consultation_id: "c6",
    appointment: {
      at: at(300),
      department: "心内科",
      place: "急诊楼 1 层 3 诊室",
      instruction: "空腹，带近期心电图",
    },
    questions: [
      {
        question: "请补充近一周的心电图",
        asked_at: at(-200),
        asked_by: "许明",
        answer: "已上传两份",
        answered_at: at(-180),
        answered_by: "李护士",
      },
    ],
    transports: [],
    timeline: [
      { step: "draft", at: at(-300), who: "陈立诚" },
      { step: "send", at: at(-290), who: "陈立诚" },
      { step: "accept", at: at(-90), who: "许明" },
    ],
    allowed: ["accept", "start", "report", "withdraw"],
  };
  const draft: Referral = {
    ...referral,
    id: "f2",
    state: "drafted",
    appointment: undefined,
    questions: [],
    department: "",
    timeline: [{ step: "draft", at: at(-1), who: "陈立诚" }],
    allowed: ["edit", "send", "withdraw"],
  };
  const specialists: Specialist[] = [me, { id: "s9", name: "许明", hospital: "江城市第一医院" }];
  const calendars: Calendar[] = [{ id: "k1", created_at: at(-8000), shared_by: me }];
  return {
    "GET /api/appointments": page([appointment(wang, 30), appointment(li, 75)]),
    "GET /api/slots": page(slots),
    "GET /api/duty": page(duty),
    "GET /api/waitlist": page(waitlist),
    "GET /api/rounds": page([round]),
    "GET /api/rounds/ro1": { body: round },
    "GET /api/availability/s1": { body: availability },
    "GET /api/specialists": page(specialists),
    "GET /api/calendars": page(calendars),
    "POST /api/calendars": { status: 201, body: { id: "k2", link: "/api/calendar-feeds/5f3e0c71d2" } },
    "GET /api/urgent-calls": page([]),
    "GET /api/residents": page([]),
    "GET /api/residents/r1/eligibility": { body: ledger },
    "GET /api/visit-candidates": page(candidates),
    "GET /api/visits": page([visit]),
    "GET /api/visits/v1": { body: visit },
    "GET /api/referrals": page([referral, draft]),
    "GET /api/referrals/f1": { body: referral },
    "GET /api/referrals/f2": { body: draft },
    ringing: page([call]),
  };
}
