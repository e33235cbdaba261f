/** Invented residents, consents, documents and scores for looking at the nurse's registry, in the relay's shapes. Test-only. */
import type {
  CareDocument,
  Consent,
  ConsentKind,
  Consents,
  ConsentText,
  EarlyWarning,
  EarlyWarningBand,
  EarlyWarningScore,
  Problem,
  Resident,
  ResidentSummary,
} from "@yunzhen/client";
import * as record from "./nurse-record";
import type { SpoolItem } from "../../../clinic-agent/web/src/box/box-api";
import type { Mode, OwnAnswer, OwnAnswers } from "./nurse-box";
import { now } from "./clock";

const ago = (minutes: number): string => new Date(now() - minutes * 60_000).toISOString();

const NOTHING = { parts: [], missing: [], old: [] };
const SCORES: Record<string, Partial<EarlyWarningScore>> = {
  r1: { total: 3, band: "low_medium", at_least: 3 },
  r2: { total: 1, band: "low", at_least: 1 },
  r3: { total: 8, band: "high", at_least: 8 },
  r4: { at_least: 2 },
  r7: { total: 5, band: "medium", at_least: 5 },
};

const listed: ResidentSummary[] = record.residents.map((resident) => ({
  ...resident,
  early_warning: { ...NOTHING, at_least: 0, ...SCORES[resident.id] },
  allergies_asked: resident.id !== "r6",
}));

const part = (parameter: EarlyWarning["now"]["parts"][number]["parameter"], value: number, points: number) => ({
  parameter,
  value,
  points,
  measured_at: ago(90),
});

const whole: EarlyWarning = {
  now: {
    at_least: 3,
    total: 3,
    band: "low_medium",
    parts: [
      part("respiration", 17, 0),
      part("saturation", 96, 0),
      part("oxygen", 0, 0),
      part("systolic", 158, 0),
      part("pulse", 78, 0),
      part("consciousness", 1, 3),
      part("temperature", 36.7, 0),
    ],
    missing: [],
    old: [],
  },
  trend: Array.from({ length: 16 }, (_, position) => {
    const score = [1, 1, 2, 0, 1, 3, 5, 7, 6, 4, 3, 2, 1, 2, 3, 3][position] ?? 0;
    const band: EarlyWarningBand = score >= 7 ? "high" : score >= 5 ? "medium" : score === 3 ? "low_medium" : "low";
    const at = ago((16 - position) * 720);
    return position % 6 === 4 ? { at, at_least: score } : { at, at_least: score, total: score, band };
  }),
};

const lacking: EarlyWarning = {
  now: {
    at_least: 2,
    parts: [part("pulse", 96, 1), part("temperature", 38.4, 1)],
    missing: ["oxygen", "consciousness"],
    old: ["respiration", "saturation", "systolic"],
  },
  trend: [],
};

export const consentTexts: ConsentText[] = (
  [
    [
      "tele_consultation",
      1,
      "我同意由医院专科医师通过音视频远程为我会诊。我知道远程会诊不能代替面诊；病情需要时，医师会停止远程会诊并安排到院就诊。我可以随时撤回此同意。",
      "I agree to be seen by a hospital specialist at a distance, by picture and sound. I know that this does not replace an examination in person.",
    ],
    [
      "recording",
      1,
      "我同意保存会诊的画面、声音和文字（旧文本）。",
      "I agree that picture and sound are kept (older text).",
    ],
    [
      "recording",
      2,
      "我同意保存会诊的画面、声音和文字，用于医疗记录，保存不少于三年。不同意不影响会诊。我可以随时撤回此同意。",
      "I agree that picture, sound and text of the consultation are kept for the medical record, for at least three years.",
    ],
    [
      "family_present",
      1,
      "我同意我的家属通过链接旁听会诊。",
      "I agree that my family may join the consultation by a link.",
    ],
    [
      "data_sharing",
      1,
      "我同意养老院将健康记录提供给会诊医院。",
      "I agree that the home gives the hospital my record.",
    ],
    ["surrogate_decision_maker", 1, "我委托登记的代理人代我作出医疗决定。", "I authorise the registered surrogate."],
  ] as [ConsentKind, number, string, string][]
).map(([kind, version, zh, en]) => ({ kind, version, since: "2026-01-01", zh, en }));

const NAME = "M12 60L40 22L66 64M30 48L56 44M84 24L86 66M84 30L120 26L118 60L88 62M140 20L150 66M132 40L178 34";

const consent = (kind: ConsentKind, days: number, more: Partial<Consent> = {}): Consent => ({
  id: `k-${kind}-${days}`,
  version: 1,
  kind,
  text_version: 1,
  giver: "resident",
  giver_name: "王桂兰",
  giver_relation: undefined,
  signature: { svg_path: NAME },
  given_at: ago(days * 1440),
  received_at: ago(days * 1440),
  witness_name: "林秀英",
  ...more,
});

const consents: Consents = {
  now: [
    { kind: "tele_consultation", in_force: true, given_at: ago(40 * 1440), outdated: false },
    { kind: "recording", in_force: true, given_at: ago(200 * 1440), outdated: true },
    { kind: "family_present", in_force: false, outdated: false },
    { kind: "data_sharing", in_force: true, given_at: ago(40 * 1440), outdated: false },
    { kind: "surrogate_decision_maker", in_force: false, outdated: false },
  ],
  history: [
    consent("tele_consultation", 40),
    consent("data_sharing", 40, { giver: "surrogate", giver_name: "王磊", giver_relation: "儿子" }),
    consent("family_present", 90, { revoked_at: ago(20 * 1440), revoke_reason: "不想让亲戚旁听" }),
    consent("recording", 200),
  ],
};

const noConsents: Consents = {
  now: consents.now.map(({ kind }) => ({ kind, in_force: false, outdated: false })),
  history: [],
};

const document = (id: string, title: string, kind: CareDocument["kind"], hours: number): CareDocument => ({
  id,
  resident_id: "r1",
  kind,
  ...(title.startsWith("左足跟") ? { body_site: "left_heel" as const } : {}),
  title,
  media_type: kind === "report" ? "application/pdf" : "image/jpeg",
  bytes: 212_000,
  sha256: "0".repeat(64),
  taken_at: ago(hours * 60),
  received_at: ago(hours * 60 - 2),
  author_name: "林秀英",
});

const documents: CareDocument[] = [
  document("f1", "左足跟压疮，第 3 天", "photo", 5),
  document("f2", "左足跟压疮，第 1 天", "photo", 53),
  document("f3", "血常规化验单", "report", 80),
  document("f4", "医保卡", "identity", 400),
  document("f5", "药盒：氨氯地平", "photo", 500),
  document("f6", "家属留言", "other", 700),
];

/** A drawing in place of a photo. */
const PHOTO = Buffer.from(
  `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="900"><rect width="1200" height="900" fill="#d8c3b2"/><ellipse cx="600" cy="450" rx="190" ry="130" fill="#a85446"/><ellipse cx="610" cy="455" rx="90" ry="60" fill="#7c2f2a"/></svg>`,
);

function chart(id: string): Resident | undefined {
  const found = record.resident(id);
  if (!found) return undefined;
  const first = id === "r1";
  return {
    ...found,
    version: 4,
    oxygen_scale: "scale1",
    allergies_asked: id !== "r6",
    allergy_records: found.allergies.map((substance, at) => ({
      substance,
      substance_en: found.allergies_en?.[at],
      reaction: "全身皮疹",
      severity: "severe",
    })),
    contacts: first ? [{ name: "王磊", relation: "儿子", phone: "138-0571-0001" }] : [],
    surrogate: first ? { name: "王磊", relation: "儿子", phone: "138-0571-0001" } : undefined,
    medicines: [
      ...found.medicines,
      { name: "阿莫西林", dose_text: "每 8 小时 1 次", since: ago(6 * 1440).slice(0, 10) },
    ],
    early_warning: id === "r4" ? lacking : whole,
    consents: id === "r4" ? noConsents.now : consents.now,
  };
}

const problem = (
  status: number,
  code: string,
  title: string,
  action: string,
  more: Partial<Problem> = {},
): OwnAnswer => ({
  status,
  body: { status, code, title, detail: title, action, ...more },
});

/** Both changed the bed; only the other changed the contacts. */
const changed = problem(409, "resident_changed", "档案已被他人修改", "请逐项选择后再保存。", {
  conflict: {
    seen: 4,
    current: 5,
    fields: [
      { field: "bed", mine: "2-06", theirs: "3-01", seen: "2-05" },
      {
        field: "contacts",
        mine: [{ name: "王磊", relation: "儿子", phone: "138-0571-0001" }],
        theirs: [
          { name: "王磊", relation: "儿子", phone: "139-0571-0002" },
          { name: "王敏", relation: "女儿", phone: "137-0571-0003" },
        ],
        seen: [{ name: "王磊", relation: "儿子", phone: "138-0571-0001" }],
      },
      { field: "allergies_asked", mine: true, theirs: false, seen: true },
    ],
  },
});

const registered = problem(
  409,
  "already_registered",
  "此人已登记",
  "请打开已有的档案；若在其他养老院，请联系管理员转入。",
  {
    fields: [{ path: "id_number", message: "已登记：欧阳志明 松鹤护理院 1-11" }],
  },
);

/** Without the link two photos wait; with it one came back. */
const photosOnTheirWay = (mode: Mode): SpoolItem[] => {
  const photo = { kind: "document", resident_id: "r1" } as const;
  if (mode === "offline") {
    return [
      { ...photo, id: "w1", state: "saved", created_at: ago(4) },
      { ...photo, id: "w2", state: "saved", created_at: ago(3) },
    ];
  }
  const problem: Problem = {
    status: 413,
    code: "body_too_large",
    title: "内容太大",
    detail: "照片超过 720 KiB。",
    action: "请重新拍照。",
  };
  return [
    { ...photo, id: "w1", state: "sent", created_at: ago(2) },
    { ...photo, id: "w2", state: "refused", created_at: ago(90), problem },
  ];
};

/** The feature's answers in front of those of all; of `mode` it needs the link. */
export const residentsOf =
  (mode: Mode): OwnAnswers =>
  (method, path, query) => {
    const [, area, kind, id, part] = path.split("/");
    if (method === "GET" && path === "/page/spool") return { body: { items: photosOnTheirWay(mode) } };
    if (area !== "api") return undefined;
    if (method === "POST" && path === "/api/residents") return registered;
    if (method === "PUT" && kind === "residents") return changed;
    if (method !== "GET") return undefined;
    if (path === "/api/residents") {
      if (mode === "empty" || mode === "error") return undefined;
      const q = query.get("q");
      return { body: { items: q === null ? listed : listed.filter((one) => q === "wgl" && one.id === "r1") } };
    }
    if (path === "/api/consent-texts") return { body: { items: consentTexts } };
    if (path === "/api/diagnoses") {
      return {
        body: {
          items: [
            { code: "I10", display_zh: "原发性高血压", display_en: "Essential hypertension" },
            { code: "I11.9", display_zh: "高血压性心脏病", display_en: "Hypertensive heart disease" },
          ],
        },
      };
    }
    if (kind === "documents") return { body: PHOTO };
    if (kind !== "residents" || id === undefined) return undefined;
    const lost = problem(503, "link_down", "网络中断", "恢复后请重试。");
    if (part === "consents") return mode === "offline" ? lost : { body: id === "r4" ? noConsents : consents };
    if (part === "documents") return mode === "offline" ? lost : { body: { items: id === "r4" ? [] : documents } };
    const found = part === undefined ? chart(id) : undefined;
    return found && { body: found };
  };
