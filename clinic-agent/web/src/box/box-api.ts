/** What the box itself answers (`/page/…`): its link, its spool, its cameras. Works while the relay is unreachable. */
import type {
  Count,
  EcgCurve,
  EcgLead,
  HomeCamera,
  Http,
  NewDocument,
  NewDoseEntry,
  Problem,
  Reading,
  Rung,
  UrgentCallRaised,
} from "@yunzhen/client";

export interface BoxStatus {
  link: {
    state: "connected" | "connecting" | "offline";
    words_zh: string;
    words_en: string;
    since: string;
    rtt_ms?: number | null;
    /** The relay shut this box out: it comes back only when it is enrolled anew. */
    revoked?: boolean;
    /** Each way to the relay, where the box has several. */
    paths?: LinkPath[];
    /** What the modems say of their signal, where they tell it. */
    signals?: { name: string; words_zh: string; words_en: string }[];
  };
  /** Absent for whom the box does not know. */
  spool?: SpoolCounts;
  media?: {
    state: "idle" | "live";
    consultation_id?: string | null;
    camera?: HomeCamera | "none" | null;
    cameras: HomeCamera[];
    /** The step of the ladder in use while it is live; `forward`: no sound can be had. */
    rung?: Rung | null;
    error?: string | null;
  };
  devices?: DeviceStanding & { waiting?: number; newest?: string | null };
  buttons?: ButtonStanding;
  /** What the box found wrong with itself, a sentence each. */
  notes?: string[];
}

/** One way to the relay: what the home calls it, and how it is in a word. */
export interface LinkPath {
  name: string;
  words_zh: string;
  words_en: string;
  /** The picture goes by it; sound goes by all. */
  carries_picture: boolean;
}

/** How the measuring devices stand, in words. */
export interface DeviceStanding {
  state: string;
  works: boolean;
  words_zh: string;
  words_en: string;
  /** The last measurement, when it gave no value. */
  failure?: { device: DeviceName; at: string; remarks: DeviceRemark[] } | null;
}

/** The call buttons that are wired to the box: how they stand, in words, and the presses that are not done with. */
export interface ButtonStanding {
  state: string;
  works: boolean;
  words_zh: string;
  words_en: string;
  calls: { id: string; bed: string; pressed_at: string; state: "sending" | "heard" | "refused" }[];
}

export interface DeviceName {
  address: string;
  name: string;
}

/** A reading of a device that nobody has confirmed yet. */
export interface DeviceReading {
  id: string;
  device: DeviceName;
  profile: string;
  arrived_at: string;
  measured_at: string;
  basis: "arrival" | "corrected" | "device_clock" | "doubtful";
  clock_offset_ms?: number | null;
  values: { code: string; value: number; unit: string }[];
  remarks: DeviceRemark[];
  /** Of an ECG, whose curve is asked for by itself. */
  leads?: EcgLead[] | null;
}

/** What a device says about its own measurement. */
export const DEVICE_REMARKS = [
  "moved",
  "cuff_loose",
  "irregular_pulse",
  "pulse_out_of_range",
  "wrong_position",
  "early",
  "from_memory",
  "questionable",
  "poor_signal",
  "low_perfusion",
  "clock_not_set",
  "battery_low",
  "before_meal",
  "after_meal",
  "fasting",
  "bedtime",
  "not_of_a_person",
  "sensor_off",
  "sensor_fault",
  "invalid",
  "above_range",
  "below_range",
  "strip_fault",
  "sample_too_small",
  "wrong_temperature",
  "not_blood",
  "implausible",
  "no_value",
] as const;
export type DeviceRemark = (typeof DEVICE_REMARKS)[number];

export const DISCARD_REASONS = ["measured_wrongly", "not_a_resident", "unknown", "repeated"] as const;
export type DiscardReason = (typeof DISCARD_REASONS)[number];

export interface DeviceList extends DeviceStanding {
  /** Newest first. */
  readings: DeviceReading[];
  /** Let go by the box because nobody confirmed them. */
  dropped: number;
}

export interface SpoolCounts {
  saved: number;
  sent: number;
  received: number;
  oldest_saved_at?: string | null;
  failed: number;
}

export type SpoolItemState = "saved" | "sent" | "received" | "refused";

/** A resident as the page knew them when the entry was written: the home's list may not have them any more when it comes back. */
export interface BedAndName {
  bed: string;
  name: string;
}

interface SpoolItemHead {
  id: string;
  resident_id: string;
  /** Who that was when it was written; none on entries of an older box, and on receipts. */
  whose?: BedAndName | null;
  state: SpoolItemState;
  created_at: string;
  problem?: Problem | null;
}

interface NoteBody {
  text: string;
  written_at: string;
  kind: "nursing" | "complaint";
}

/** A returned one comes with what was typed. */
export type SpoolItem = SpoolItemHead &
  (
    | { kind: "observations"; body?: { readings: Reading[] } | null }
    | { kind: "note"; body?: NoteBody | null }
    /** Without its curve. */
    | { kind: "ecg"; body?: { recorded_at: string; device: string } | null }
    | { kind: "document"; body?: { title: string } | null }
    /** Comes with what was written, whatever its state: until the list shows it, nobody may give the dose again. */
    | { kind: "dose"; body?: NewDoseEntry | null }
    /** A counted parcel; `resident_id` is the delivery. */
    | { kind: "receipt"; body?: null }
  );

export const DISMISS_REASONS = ["wrong", "other_resident", "repeated"] as const;
/** `corrected`: sent again as a new entry. `handed_on`: the resident lives elsewhere by now, and the people there were told. */
export type DismissReason = (typeof DISMISS_REASONS)[number] | "corrected" | "handed_on";

export type SpoolEntry =
  | { kind: "observations"; resident_id: string; body: { readings: Reading[] } }
  | { kind: "note"; resident_id: string; body: NoteBody }
  | { kind: "document"; resident_id: string; body: NewDocument }
  | { kind: "dose"; resident_id: string; body: NewDoseEntry };

export interface NewReceipt {
  parcel_code: string;
  counts: Count[];
  celsius?: number;
  comment?: string;
}

/** `whose` finds a resident among those that the page knows. */
export const boxApi = (http: Http, whose: (residentId: string) => BedAndName | undefined = () => undefined) => ({
  spool: () => http.json<{ items: SpoolItem[] } | SpoolItem[]>("GET", "/page/spool").then(asItems),
  /** Durable on the box before it answers. */
  save: (entry: SpoolEntry, key: string) =>
    http.json<{ id: string; state: SpoolItemState }>("POST", "/page/spool", {
      body: { ...entry, whose: whose(entry.resident_id) },
      idempotencyKey: key,
    }),
  /** A counted parcel, signed by the box. `saved`: there is no link, the receipt is on the box and arrives later. */
  receive: (deliveryId: string, body: NewReceipt, key: string) =>
    http.json<{ id: string; state: SpoolItemState }>("POST", `/page/deliveries/${deliveryId}/receipt`, {
      body,
      idempotencyKey: key,
    }),
  /** A returned entry goes no further; the box keeps who said so and why. */
  dismiss: (id: string, reason: DismissReason) =>
    http.json<void>("POST", `/page/spool/${id}/dismiss`, { body: { reason } }),
  /** A resident's button at a bed; nobody is signed in there. Never kept for later: without the link it says so at once. */
  raiseCall: (body: { bed: string }, key: string) =>
    http.json<UrgentCallRaised>("POST", "/page/urgent-calls", { body, idempotencyKey: key }),
  callProgress: (id: string) => http.json<UrgentCallRaised>("GET", `/page/urgent-calls/${id}`),
  /** A nurse goes to the bed: the box does not repeat the call any more. */
  buttonCallSeen: (id: string) => http.json<void>("POST", `/page/buttons/calls/${id}/seen`, { body: {} }),
  devices: () => http.json<DeviceList>("GET", "/page/devices"),
  /** The nurse says whose a reading is. Saying it twice is saying it once: the reading's id is the key. */
  confirmReading: (id: string, residentId: string) =>
    http.json<{ id: string; state: SpoolItemState }>("POST", `/page/devices/readings/${id}/confirm`, {
      body: { resident_id: residentId, whose: whose(residentId) },
    }),
  recording: (id: string) => http.json<EcgCurve>("GET", `/page/devices/readings/${id}/recording`),
  /** A recorder's file as it is; it then waits like what a device sent by itself. */
  takeEcgFile: async (file: File): Promise<void> => {
    await http.raw("POST", "/page/devices/recordings", { body: await file.text() });
  },
  discardReading: (id: string, reason: DiscardReason) =>
    http.json<void>("POST", `/page/devices/readings/${id}/discard`, { body: { reason } }),
});

function asItems(answer: { items: SpoolItem[] } | SpoolItem[]): SpoolItem[] {
  return Array.isArray(answer) ? answer : answer.items;
}
