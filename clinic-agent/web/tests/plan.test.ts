import type {
  Appointment,
  ConsultationSummary,
  ReferralSummary,
  Round,
  RoundStop,
  Slot,
  UrgentCall,
} from "@yunzhen/client";
import { describe, expect, it, vi } from "vitest";
import { feedAddress } from "../src/calendars/feed-address";
import { isOpenReferral, shownReferrals, shownRides } from "../src/referrals/standing";
import { inRound, isFixed, isMeasured, lateness, moved, neighbour, orderOf } from "../src/rounds/running-order";
import { placeAt } from "../src/rounds/use-drag-order";
import {
  asLocalInput,
  clockElsewhere,
  fromLocalInput,
  heldWithin,
  isDay,
  matchesAppointment,
  nextFree,
  onDay,
  slotsByDay,
  specialistsOf,
  weekOf,
  windowOf,
} from "../src/schedule/calendar";
import { Alarm } from "../src/urgent-calls/alarm";
import { atOnce, bedOfPath, bedsideOf, isRinging, nextPlace, sameTime, worstFirst } from "../src/urgent-calls/standing";
import { visitsThatHelp } from "../src/eligibility/visits";

const SHANGHAI = "Asia/Shanghai";
/** The instant at which a clock in Shanghai shows this. */
const local = (text: string): string => new Date(`${text}:00+08:00`).toISOString();
const consultation = (id: string, more: Partial<ConsultationSummary> = {}): ConsultationSummary => ({
  id,
  state: "scheduled",
  version: 1,
  resident: { id: `r-${id}`, name: "王桂兰", age: 83, sex: "female", bed: "2-05", home_id: "h1", home_name: "松鹤" },
  reason: "",
  urgency: "routine",
  requested_at: "2026-11-24T00:00:00Z",
  out_of_range: [],
  link: "none",
  participants: 0,
  ...more,
});

describe("days of the calendar", () => {
  it("make weeks from Monday", () => {
    expect(weekOf("2026-11-24")).toEqual(Array.from({ length: 7 }, (_, n) => `2026-11-${23 + n}`));
    expect(weekOf("2026-11-29")[0]).toBe("2026-11-23");
    expect(weekOf("2026-11-30")[0]).toBe("2026-11-30");
  });

  it("are asked for from the home's midnight to the one after", () => {
    const day = { from: "2026-11-23T16:00:00.000Z", until: "2026-11-24T16:00:00.000Z" };
    expect(windowOf("2026-11-24", "2026-11-24", SHANGHAI)).toEqual(day);
    expect(windowOf("2026-11-23", "2026-11-29", SHANGHAI).until).toBe("2026-11-29T16:00:00.000Z");
    const long = windowOf("2026-10-25", "2026-10-25", "Europe/Berlin");
    expect(Date.parse(long.until) - Date.parse(long.from)).toBe(25 * 3600_000);
  });

  it("are read from the address only when they are days", () => {
    expect([isDay("2026-11-24"), isDay("today"), isDay(null), isDay("2026-1-1")]).toEqual([true, false, false, false]);
  });

  it("go in and out of a field without loss", () => {
    const at = Date.parse("2026-11-24T01:05:00.000Z");
    expect([asLocalInput(at, SHANGHAI), asLocalInput(at, "Asia/Urumqi")]).toEqual([
      "2026-11-24T09:05",
      "2026-11-24T07:05",
    ]);
    expect(fromLocalInput("2026-11-24T09:05", SHANGHAI)).toBe("2026-11-24T01:05:00.000Z");
    expect([fromLocalInput("", SHANGHAI), fromLocalInput("x", SHANGHAI)]).toEqual([undefined, undefined]);
  });

  it("say the clock of another zone only where it differs", () => {
    const at = "2026-11-24T06:00:00Z";
    expect(clockElsewhere(at, SHANGHAI, "Asia/Singapore")).toBeUndefined();
    expect(clockElsewhere(at, SHANGHAI, "Asia/Urumqi")).toBe("14:00");
  });
});

describe("appointments", () => {
  const one = (id: string, starts_at: string, name = "周明"): Appointment => ({
    consultation: consultation(id),
    specialist: { id: name, name },
    starts_at,
    ends_at: starts_at,
    expected_at: starts_at,
    late_minutes: 0,
    zone: "Asia/Shanghai",
    status: "booked",
    sequence: 0,
  });
  const late = one("b", local("2026-11-24T15:00"));
  const early = one("a", local("2026-11-24T09:00"), "陈建国");

  it("stand on their day, earliest first", () => {
    expect(onDay([late, early, one("c", local("2026-11-25T00:00"))], "2026-11-24", SHANGHAI)).toEqual([early, late]);
  });

  it("are in the way of a round only while they hold a time in its block", () => {
    const lasting = (id: string, from: string, until: string, state: ConsultationSummary["state"] = "scheduled") => ({
      ...one(id, local(from)),
      ends_at: local(until),
      consultation: consultation(id, { state }),
    });
    const all = [
      lasting("before", "2026-11-24T13:40", "2026-11-24T14:00"),
      lasting("over its beginning", "2026-11-24T13:50", "2026-11-24T14:10"),
      lasting("called off", "2026-11-24T14:20", "2026-11-24T14:40", "cancelled"),
      lasting("after", "2026-11-24T15:00", "2026-11-24T15:20"),
    ];
    const block = ["2026-11-24T14:00", "2026-11-24T15:00"].map((at) => Date.parse(local(at))) as [number, number];
    expect(heldWithin(all, ...block).map(({ consultation: { id } }) => id)).toEqual(["over its beginning"]);
  });

  it("are found by name, bed and doctor", () => {
    const sought = (text: string, specialistId: string | null = null) =>
      [early, late].filter((x) => matchesAppointment(x, { text, specialistId }));
    expect(sought(" 王 ")).toHaveLength(2);
    expect(sought("2-05")).toHaveLength(2);
    expect(sought("陈")).toEqual([early]);
    expect(sought("", "周明")).toEqual([late]);
    expect(sought("no")).toEqual([]);
  });

  it("tell whom the home can book, each once", () => {
    expect(specialistsOf([early, late, late]).map(({ name }) => name)).toEqual(["陈建国", "周明"]);
  });
});

describe("slots", () => {
  const slot = (at: string, free = true): Slot => ({ starts_at: local(at), ends_at: local(at), free });
  const all = [
    slot("2026-11-24T14:40"),
    slot("2026-11-24T14:00", false),
    slot("2026-11-24T14:20"),
    slot("2026-11-25T09:00"),
  ];

  it("stand by day with the number of free ones", () => {
    expect(slotsByDay(all, SHANGHAI).map(({ day, slots, free }) => [day, slots.length, free])).toEqual([
      ["2026-11-24", 3, 2],
      ["2026-11-25", 1, 1],
    ]);
  });

  it("next to a lost one: later ones first, then the nearest earlier", () => {
    expect(nextFree(all, local("2026-11-24T14:40")).map((x) => x.starts_at)).toEqual([
      local("2026-11-25T09:00"),
      local("2026-11-24T14:20"),
    ]);
    expect(nextFree(all, local("2026-11-24T14:00"), 2).map((x) => x.starts_at)).toEqual([
      local("2026-11-24T14:20"),
      local("2026-11-24T14:40"),
    ]);
    expect(nextFree([], local("2026-11-24T14:00"))).toEqual([]);
  });
});

describe("the running order of a round", () => {
  const stop = (id: string, position: RoundStop["position"], more: Partial<ConsultationSummary> = {}): RoundStop => ({
    consultation: consultation(id, more),
    position,
    planned_at: local("2026-11-24T14:00"),
    expected_at: local("2026-11-24T14:05"),
    late_minutes: 5,
  });
  const past = stop("p", "past", { began_at: local("2026-11-24T13:40"), state: "completed" });
  const missed = stop("m", "past", { state: "no_show" });
  const now = stop("n", "current", { began_at: local("2026-11-24T14:00"), state: "in_progress" });
  const [a, b, c] = [stop("a", "next"), stop("b", "later"), stop("c", "later")];
  const stops = [past, now, a, b, c];

  it("keeps who was begun or is over", () => {
    expect([past, missed, now, a].map(isFixed)).toEqual([true, true, true, false]);
    expect(orderOf(moved(stops, 1, 4))).toEqual(["p", "n", "a", "b", "c"]);
  });

  it("moves one, the others step aside", () => {
    expect(orderOf(moved(stops, 4, 2))).toEqual(["p", "n", "c", "a", "b"]);
    expect(orderOf(moved(stops, 2, 4))).toEqual(["p", "n", "b", "c", "a"]);
    expect(orderOf(moved(stops, 4, 0))).toEqual(["p", "n", "c", "a", "b"]);
    expect(orderOf(moved(stops, 9, 2))).toEqual(orderOf(stops));
  });

  it("never moves a fixed one that stands between", () => {
    expect(orderOf(moved([a, missed, b, c], 0, 3))).toEqual(["b", "m", "c", "a"]);
    expect(neighbour([a, missed, b], 0, 1)).toBe(2);
    expect(neighbour(stops, 2, -1)).toBeUndefined();
    expect(neighbour(stops, 4, 1)).toBeUndefined();
  });

  it("holds everybody exactly once whatever is moved", () => {
    for (let from = 0; from < stops.length; from += 1) {
      for (let to = 0; to < stops.length; to += 1) {
        expect(orderOf(moved(stops, from, to)).sort()).toEqual(["a", "b", "c", "n", "p"]);
      }
    }
  });

  it("says how late it runs, and who comes next", () => {
    const round = { id: "q", stops } as unknown as Round;
    expect(lateness(round)).toBe(5);
    expect(inRound([round], "n")?.next).toBe(a);
    expect(inRound([round], "a")?.next).toBe(b);
    expect(inRound([round], "elsewhere")).toBeUndefined();
  });

  it("counts vital signs of the day only", () => {
    expect(isMeasured({ ...a, vital_signs_at: local("2026-11-24T07:00") }, SHANGHAI)).toBe(true);
    expect(isMeasured({ ...a, vital_signs_at: local("2026-11-23T07:00") }, SHANGHAI)).toBe(false);
    expect(isMeasured(a, SHANGHAI)).toBe(false);
  });

  it("finds the place under the finger", () => {
    const middles = [10, 30, 50, 70];
    expect([0, 20, 60, 99].map((y) => placeAt(middles, y, 1))).toEqual([0, 1, 2, 3]);
  });
});

describe("one-key calls", () => {
  const call = (id: string, more: Partial<UrgentCall> = {}): UrgentCall => ({
    id,
    version: 1,
    state: "raised",
    triage: "in_range",
    bed: "2-05",
    home_id: "h1",
    home_name: "",
    home_phone: "",
    called: [],
    shared_by: [],
    raised_at: "2026-11-24T06:00:00Z",
    steps: [],
    allowed: [],
    ...more,
  });

  it("ring until somebody takes them", () => {
    expect(
      (["raised", "with_next_on_duty", "with_administrator", "answered", "false_alarm"] as const).map(isRinging),
    ).toEqual([true, true, true, false, false]);
  });

  it("tell at the bed whether somebody comes", () => {
    expect(
      (["raised", "with_administrator", "answered", "consultation", "false_alarm"] as const).map(bedsideOf),
    ).toEqual(["heard", "heard", "answered", "over", "over"]);
  });

  it("stand with the worst first", () => {
    const sorted = worstFirst([
      call("answered", { state: "answered", triage: "abnormal" }),
      call("late", { raised_at: "2026-11-24T06:01:00Z" }),
      call("early"),
      call("unknown", { triage: "unknown", raised_at: "2026-11-24T07:00:00Z" }),
      call("abnormal", { triage: "abnormal", raised_at: "2026-11-24T08:00:00Z" }),
    ]);
    expect(sorted.map(({ id }) => id)).toEqual(["abnormal", "unknown", "early", "late", "answered"]);
  });

  it("lead on to what was decided", () => {
    const resident = consultation("x").resident;
    expect(nextPlace(call("a", { state: "consultation", consultation_id: "c1" }))).toBe("/consultations/c1");
    expect(nextPlace(call("a", { state: "transport_request", transport_id: "t1" }))).toBe("/transports/t1");
    expect(nextPlace(call("a", { state: "hospital_registration", referral_id: "f1" }))).toBe("/referrals/f1");
    expect(nextPlace(call("a", { state: "false_alarm", resident }))).toBeUndefined();
  });

  it("know the bed from the address", () => {
    expect([bedOfPath("/call/2-05"), bedOfPath("/call"), bedOfPath("/call/"), bedOfPath("/call/%E4%B8%80")]).toEqual([
      "2-05",
      "",
      "",
      "一",
    ]);
    expect([bedOfPath("/"), bedOfPath("/called"), bedOfPath("/call/%")]).toEqual([undefined, undefined, ""]);
  });

  it("show what is read on the way to a bed, breath first, and no laboratory values", () => {
    const sign = (code: string) => ({ code }) as NonNullable<UrgentCall["vital_signs"]>[number];
    const signs = ["14682-9", "8480-6", "8310-5", "29463-7", "2708-6", "9279-1"].map(sign);
    expect(atOnce(signs).map(({ code }) => code)).toEqual(["9279-1", "2708-6", "8480-6", "8310-5"]);
  });

  it("say the time of measurement once where it is one", () => {
    const at = (measured_at: string) => ({ measured_at }) as NonNullable<UrgentCall["vital_signs"]>[number];
    expect(sameTime([at("2026-11-24T06:00:10Z"), at("2026-11-24T06:00:50Z")])).toBe("2026-11-24T06:00:10Z");
    expect(sameTime([at("2026-11-24T06:00:10Z"), at("2026-11-24T06:05:00Z")])).toBeUndefined();
    expect(sameTime([])).toBeUndefined();
  });
});

describe("the tone of a call", () => {
  const context = (state: AudioContextState) => {
    const node = () => ({
      connect: vi.fn((next: unknown) => next),
      start: vi.fn(),
      stop: vi.fn(),
      frequency: { value: 0 },
      gain: { setValueAtTime: vi.fn(), linearRampToValueAtTime: vi.fn() },
    });
    return {
      state,
      currentTime: 0,
      destination: {},
      resume: vi.fn(() => Promise.resolve()),
      createOscillator: vi.fn(node),
      createGain: vi.fn(node),
    };
  };

  it("repeats until it is stopped", async () => {
    vi.useFakeTimers();
    const audio = context("running");
    const alarm = new Alarm(() => audio as unknown as AudioContext);
    await alarm.start();
    expect(audio.createOscillator).toHaveBeenCalledTimes(3);
    vi.advanceTimersByTime(3200);
    expect(audio.createOscillator).toHaveBeenCalledTimes(9);
    alarm.stop();
    vi.advanceTimersByTime(10_000);
    expect(audio.createOscillator).toHaveBeenCalledTimes(9);
    expect(alarm.blocked).toBe(false);
    vi.useRealTimers();
  });

  it("says when the browser keeps it silent, and rings once it may", async () => {
    const audio = context("suspended");
    const alarm = new Alarm(() => audio as unknown as AudioContext);
    await alarm.start();
    expect([alarm.blocked, audio.createOscillator.mock.calls.length]).toEqual([true, 0]);
    audio.state = "running";
    await alarm.unblock();
    expect(alarm.blocked).toBe(false);
    alarm.stop();
  });

  it("is no error where there is no sound at all", async () => {
    const alarm = new Alarm(() => {
      throw new Error("no audio");
    });
    await alarm.start();
    expect(alarm.blocked).toBe(true);
    alarm.stop();
  });
});

describe("referrals and rides", () => {
  const referral = (id: string, more: Partial<ReferralSummary>): ReferralSummary => ({
    id,
    version: 1,
    state: "sent",
    resident: { ...consultation(id).resident, id },
    urgency: "routine",
    reason: "",
    hospital: "市第一人民医院",
    department: "心内科",
    created_at: "2026-11-20T00:00:00Z",
    state_since: "2026-11-20T00:00:00Z",
    ...more,
  });
  const all = { text: "", all: true, residentId: null };

  it("are open until done, refused or withdrawn", () => {
    expect(isOpenReferral("accepted")).toBe(true);
    expect((["done", "refused", "withdrawn"] as const).map(isOpenReferral)).toEqual([false, false, false]);
  });

  it("stand with what needs the nurse first", () => {
    const items = [
      referral("old", {}),
      referral("done", { state: "done", created_at: "2026-11-23T00:00:00Z" }),
      referral("urgent", { urgency: "urgent" }),
      referral("asked", { state: "information_requested" }),
    ];
    expect(shownReferrals(items, all).map(({ id }) => id)).toEqual(["asked", "urgent", "done", "old"]);
    expect(shownReferrals(items, { ...all, all: false }).map(({ id }) => id)).toEqual(["asked", "urgent", "old"]);
    expect(shownReferrals(items, { ...all, residentId: "old" }).map(({ id }) => id)).toEqual(["old"]);
    expect(shownReferrals(items, { ...all, text: "云溪" })).toEqual([]);
  });

  it("list the next ride first", () => {
    const ride = (id: string, pick_up_at: string) =>
      ({
        id,
        pick_up_at,
        state: "requested",
        resident_id: "r",
        resident_name: "王",
        bed: "1",
        destination: "医院",
      }) as Parameters<typeof shownRides>[0][number];
    expect(
      shownRides([ride("b", "2026-11-25T00:00:00Z"), ride("a", "2026-11-24T00:00:00Z")], all).map(({ id }) => id),
    ).toEqual(["a", "b"]);
  });
});

it("makes the calendar's link absolute, and leaves one that is", () => {
  expect(feedAddress("/api/calendar-feeds/x", "https://box.home")).toBe("https://box.home/api/calendar-feeds/x");
  expect(feedAddress("https://relay.example/f/x", "https://box.home")).toBe("https://relay.example/f/x");
});

it("a first visit of a hospital whose proof is there already is not offered, one that has the resident is shown", () => {
  const seen = { hospital: "第一医院", eligible: true };
  const lacking = { hospital: "中医院", eligible: false };
  const visit = (hospital: string, includes_resident = false) => ({ hospital, includes_resident });
  const [first, second, unknown] = [visit("第一医院"), visit("中医院"), visit("妇幼")];
  expect(visitsThatHelp([seen, lacking], [first, second, unknown])).toEqual([second, unknown]);
  expect(visitsThatHelp([seen], [visit("第一医院", true)])).toHaveLength(1);
});
