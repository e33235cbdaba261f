import {
  createI18n,
  keyPaths,
  type ConsultationSummary,
  type Delivery,
  type Observation,
  type Pack,
  type ResidentSummary,
} from "@yunzhen/client";
import { VITAL_SIGNS } from "@yunzhen/client/ui";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DEVICE_REMARKS, DISCARD_REASONS, type DeviceReading, type SpoolItem } from "../src/box/box-api";
import { linkWords } from "../src/box/link-words";
import { canCorrect, correctedEntry, reasonsFor, residentGone, typedOf, wrongIn } from "../src/box/returned";
import { pendingOf, summarize } from "../src/box/spool-view";
import {
  asBody,
  expectedFirst,
  hasDifference,
  isExpected,
  startCounts,
  toCount,
  tooManyDamaged,
  isComingBack,
  medicinesIn,
} from "../src/deliveries/counting";
import { cardsOf, freshOf, newestFirst, shownUnit, standingOf } from "../src/devices/readings-view";
import { matches, roundOf } from "../src/today/round";
import { vitalsNow } from "../src/today/trend";
import { isSigned } from "../src/visit/signed";
import { press, problems, readings } from "../src/visit/vitals-check";
import { en } from "../src/words/en";
import { zh } from "../src/words/zh";

const sign = (code: string) => {
  const found = VITAL_SIGNS.find((one) => one.code === code);
  if (!found) throw new Error(code);
  return found;
};

describe("a returned entry", () => {
  const measured_at = "2026-11-23T02:00:00Z";
  const device = { device: "BP-1", raw_frame: "16a00", clock_offset_ms: 12 };
  const item: SpoolItem = {
    id: "o1",
    kind: "observations",
    resident_id: "r1",
    state: "refused",
    created_at: measured_at,
    body: {
      readings: [
        { code: "8480-6", value: 1720, unit: "mm[Hg]", measured_at, ...device },
        { code: "8462-4", value: 96, unit: "mm[Hg]", measured_at, ...device },
      ],
    },
  };

  it("is shown as typed, and its faults as they are now", () => {
    expect(typedOf(item)).toEqual(["1720", "96"]);
    expect(wrongIn(item, ["1720", "96"]).map(({ kind }) => kind)).toEqual(["implausible"]);
    expect(wrongIn(item, ["172", ""]).map(({ kind }) => kind)).toEqual(["both_pressures"]);
    expect(wrongIn(item, ["172", "96"])).toEqual([]);
  });

  it("put right keeps the time of measurement; what was written over is not the device's any more", () => {
    expect(correctedEntry(item, ["172", "96"])).toEqual({
      kind: "observations",
      resident_id: "r1",
      body: {
        readings: [
          { code: "8480-6", value: 172, unit: "mm[Hg]", measured_at },
          { code: "8462-4", value: 96, unit: "mm[Hg]", measured_at, ...device },
        ],
      },
    });
    expect(correctedEntry(item, ["", ""])).toBeUndefined();
  });

  it("keeps a note's time and kind", () => {
    const body = { text: "a", written_at: measured_at, kind: "nursing" } as const;
    const note: SpoolItem = { ...item, kind: "note", body };
    expect(correctedEntry(note, [" b "])).toEqual({ kind: "note", resident_id: "r1", body: { ...body, text: "b" } });
    expect(correctedEntry(note, [" "])).toBeUndefined();
  });

  it("of a resident who moved meanwhile is not offered to be put right: it could only come back again", () => {
    const refusedWith = (code: string): SpoolItem => ({ ...item, problem: { title: "", status: 404, code } });
    const listed = [{ id: "r2" }];
    const told = (code: string, list: typeof listed | undefined, of = refusedWith(code)) => {
      const gone = residentGone(of, list);
      return [canCorrect(of, gone), reasonsFor(gone)[0]];
    };
    expect(told("invalid", listed)).toEqual([true, "wrong"]);
    expect(told("not_found", listed)).toEqual([false, "handed_on"]);
    // Something else was not found: the resident is here, or the list has not come.
    expect(told("not_found", [{ id: "r1" }])).toEqual([true, "wrong"]);
    expect(told("not_found", undefined)).toEqual([true, "wrong"]);
  });
});

it("a doctor's unsigned draft is not shown to the nurse as if it ordered something", () => {
  expect((["draft", "signed", "approved", "cancelled"] as const).filter((state) => isSigned({ state }))).toEqual([
    "signed",
    "approved",
    "cancelled",
  ]);
});

describe("words", () => {
  it("exist in both languages with the same blanks", () => {
    expect(keyPaths(en)).toEqual(keyPaths(zh));
  });

  it("exist for every key that a screen uses", () => {
    const i18n = createI18n({ zh, en });
    const folder = join(import.meta.dirname, "../src");
    const missing = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".tsx"))
      .flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(/\bt\(\s*"([^"]+)"/g)])
      .map((match) => match[1] ?? "")
      .filter((key) => !i18n.exists(key) && !i18n.exists(`${key}_other`));
    expect(missing).toEqual([]);
  });
});

describe("the spool as the nurse sees it", () => {
  const counts = { saved: 0, sent: 0, received: 0, failed: 0 };
  it("shows the worst thing first", () => {
    expect(summarize(undefined)).toEqual({ state: "empty", count: 0 });
    expect(summarize(counts)).toEqual({ state: "empty", count: 0 });
    expect(summarize({ ...counts, received: 4 })).toEqual({ state: "received", count: 4 });
    expect(summarize({ ...counts, received: 4, sent: 1 })).toEqual({ state: "sent", count: 1 });
    expect(summarize({ ...counts, received: 4, sent: 1, saved: 2 })).toEqual({ state: "saved", count: 2 });
    expect(summarize({ saved: 2, sent: 1, received: 4, failed: 1 })).toEqual({ state: "refused", count: 1 });
  });

  it("lists what has not arrived: returned ones, then the oldest", () => {
    const item = (id: string, state: SpoolItem["state"], at: string, resident = "r"): SpoolItem => ({
      id,
      kind: "note",
      resident_id: resident,
      state,
      created_at: at,
    });
    const items = [
      item("new", "saved", "2026-11-23T09:00:00Z"),
      item("old", "sent", "2026-11-23T08:00:00Z"),
      item("back", "refused", "2026-11-23T10:00:00Z"),
      item("there", "received", "2026-11-23T07:00:00Z"),
      item("other", "saved", "2026-11-23T06:00:00Z", "q"),
    ];
    expect(pendingOf(items, "r").map((one) => one.id)).toEqual(["back", "old", "new"]);
    expect(pendingOf(items).map((one) => one.id)).toEqual(["back", "other", "old", "new"]);
  });
});

describe("vital signs", () => {
  it("accepts what a living person can have and nothing else", () => {
    expect(problems({ "8310-5": "38.4", "8867-4": "104" })).toEqual([]);
    expect(problems({ "8310-5": "384" })).toMatchObject([{ kind: "implausible" }]);
    expect(problems({ "8310-5": "3.8.4" })).toMatchObject([{ kind: "implausible" }]);
    expect(problems({ "2708-6": "101" })).toMatchObject([{ kind: "implausible" }]);
  });

  it("wants both blood pressures, the right way round", () => {
    expect(problems({ "8480-6": "120" })).toEqual([{ kind: "both_pressures" }]);
    expect(problems({ "8480-6": "80", "8462-4": "120" })).toEqual([{ kind: "pressure_order" }]);
    expect(problems({ "8480-6": "120", "8462-4": "80" })).toEqual([]);
  });

  it("sends only what was entered, in UCUM", () => {
    expect(readings({ "8310-5": "37,2", "8867-4": "" }, "2026-11-23T08:00:00Z")).toEqual([
      { code: "8310-5", value: 37.2, unit: "Cel", measured_at: "2026-11-23T08:00:00Z" },
    ]);
  });

  it("types on the keypad within the sign's decimals", () => {
    const type = (keys: string, code: string): string =>
      [...keys].reduce((text, key) => press(text, key, sign(code)), "");
    expect(type("36.55", "8310-5")).toBe("36.5");
    expect(type("12.0", "8480-6")).toBe("120");
    expect(type(".5", "8310-5")).toBe("0.5");
    expect(press("36.5", "back", sign("8310-5"))).toBe("36.");
    expect(press("36.5", "clear", sign("8310-5"))).toBe("");
  });

  it("compares the last value with the one before", () => {
    const value = (id: string, number: number, at: string): Observation => ({
      id,
      code: "8310-5",
      value: number,
      unit: "Cel",
      measured_at: at,
      received_at: at,
      source: "nurse",
    });
    const last = value("b", 38.2, "2026-11-23T08:00:00Z");
    expect(vitalsNow(VITAL_SIGNS, [last], [value("a", 36.6, "2026-11-22T08:00:00Z"), last])).toMatchObject([
      { last: { id: "b" }, trend: "up" },
    ]);
    expect(vitalsNow(VITAL_SIGNS, [last], [])).toMatchObject([{ trend: undefined }]);
  });
});

describe("readings of devices", () => {
  const reading = (id: string, at: string): DeviceReading => ({
    id,
    device: { address: "02:00:00:00:18:10", name: "血压计" },
    profile: "blood_pressure",
    arrived_at: at,
    measured_at: at,
    basis: "arrival",
    values: [],
    remarks: [],
  });

  it("stay where they are, whatever arrives and whoever decides", () => {
    const [a, b, c] = ["08:00", "08:02", "08:01"].map((time, n) => reading(`${n}`, `2026-11-23T${time}:00Z`));
    if (!a || !b || !c) throw new Error("three readings");
    const arranged = newestFirst([a, c]);
    expect(arranged.map((one) => one.id)).toEqual(["2", "0"]);
    // The newest of all arrives and another tablet decides about the upper one.
    const waiting = [b, { ...a, remarks: ["fasting" as const] }];
    expect(cardsOf(arranged, waiting)).toEqual([
      { reading: c, decided: true },
      { reading: { ...a, remarks: ["fasting"] }, decided: false },
    ]);
    expect(freshOf(arranged, waiting)).toEqual([b]);
    expect(freshOf([], waiting)).toHaveLength(2);
  });

  it("say whether devices can be heard at all", () => {
    const standing = (state: string, works: boolean): string =>
      standingOf({ state, works, words_zh: "", words_en: "" });
    expect(standing("off", false)).toBe("off");
    expect(standing("simulated", true)).toBe("simulated");
    expect(standing("listening", true)).toBe("ready");
    expect(standing("no_devices", false)).toBe("ready");
    for (const state of ["no_adapter", "no_service", "not_permitted", "powered_off", "failed"]) {
      expect(standing(state, false)).toBe("broken");
    }
  });

  it("have words for every remark, reason and basis", () => {
    const i18n = createI18n({ zh, en });
    const keys = [
      ...DEVICE_REMARKS.map((remark) => `app:devices.remark.${remark}`),
      ...DISCARD_REASONS.map((reason) => `app:devices.reason.${reason}`),
      ...["arrival", "corrected", "device_clock", "doubtful"].map((basis) => `app:devices.basis.${basis}`),
      ...["8480-6", "8462-4", "8478-0", "8867-4", "59408-5", "8310-5", "14743-9", "15074-8", "29463-7"].map(
        (code) => `vital.${code}`,
      ),
    ];
    expect(keys.filter((key) => !i18n.exists(key) && !i18n.exists(`${key}_other`))).toEqual([]);
    expect(shownUnit("mm[Hg]")).toBe("mmHg");
  });
});

describe("the round", () => {
  const resident = (id: string, bed: string): ResidentSummary =>
    ({ id, name: `住民${id}`, bed, out_of_range: [] }) as unknown as ResidentSummary;
  const consultation = (residentId: string, state: ConsultationSummary["state"], ended?: string): ConsultationSummary =>
    ({
      id: `${residentId}-${state}`,
      state,
      resident: { id: residentId },
      requested_at: "2026-11-23T08:00:00Z",
      ended_at: ended,
    }) as unknown as ConsultationSummary;
  const now = Date.parse("2026-11-23T09:00:00Z");
  const zone = "Asia/Shanghai";

  it("begins with whom somebody needs now and goes on by bed", () => {
    const residents = [resident("a", "2-10"), resident("b", "2-9"), resident("c", "1-1"), resident("d", "3-1")];
    const rows = roundOf(residents, [consultation("a", "waiting"), consultation("d", "in_progress")], now, zone);
    expect(rows.map((row) => row.resident.id)).toEqual(["d", "a", "c", "b"]);
  });

  it("shows an ended consultation only on its day and an open one before it", () => {
    const [row] = roundOf([resident("a", "1")], [consultation("a", "completed", "2026-11-22T08:00:00Z")], now, zone);
    expect(row?.consultation).toBeUndefined();
    const [both] = roundOf(
      [resident("a", "1")],
      [consultation("a", "completed", "2026-11-23T08:30:00Z"), consultation("a", "waiting")],
      now,
      zone,
    );
    expect(both?.consultation?.state).toBe("waiting");
  });

  it("goes by the home's day and by time, and names the next of several appointments", () => {
    const booked = (residentId: string, scheduled_at: string) => ({
      ...consultation(residentId, "scheduled"),
      id: `${residentId}-${scheduled_at}`,
      scheduled_at,
    });
    const rows = roundOf(
      [resident("a", "1"), resident("b", "2"), resident("c", "3")],
      [booked("a", "2026-11-25T01:00:00Z"), booked("b", "2026-11-24T01:00:00Z"), booked("a", "2026-11-24T00:00:00Z")],
      now,
      zone,
    );
    expect(rows.map((row) => row.consultation?.id)).toEqual([
      "a-2026-11-24T00:00:00Z",
      "b-2026-11-24T01:00:00Z",
      undefined,
    ]);
    const ended = [consultation("a", "completed", "2026-11-22T17:00:00Z")];
    expect(roundOf([resident("a", "1")], ended, now, zone)[0]?.consultation).toBeDefined();
    expect(roundOf([resident("a", "1")], ended, now, "UTC")[0]?.consultation).toBeUndefined();
  });

  it("finds by name and bed", () => {
    expect(matches(resident("a", "2-10"), " 2-1 ")).toBe(true);
    expect(matches(resident("a", "2-10"), "住民a")).toBe(true);
    expect(matches(resident("a", "2-10"), "x")).toBe(false);
  });
});

describe("counting a delivery", () => {
  const packs: Pack[] = [
    { item_no: 1, name: "氨氯地平", quantity: 2, unit: "盒", batch: "B1", expiry: "2027-05-01" },
    { item_no: 2, name: "二甲双胍", quantity: 1, unit: "盒", batch: "B2", expiry: "2027-05-01" },
  ];
  it("counts no parcel again whose count waits on this box: a second nurse was sent to it", () => {
    const deliveries = [
      { id: "v1", state: "at_door" },
      { id: "v2", state: "at_door" },
      { id: "v3", state: "in_transit" },
    ] as const;
    const receipt = { kind: "receipt", resident_id: "v1" } as const;
    expect(toCount(deliveries, [])).toBe(2);
    expect(toCount(deliveries, [{ ...receipt, state: "saved" }])).toBe(1);
    expect(toCount(deliveries, [{ ...receipt, state: "sent" }])).toBe(1);
    // The nurse has to count again what the relay refused.
    expect(toCount(deliveries, [{ ...receipt, state: "refused" }])).toBe(2);
    expect(toCount(deliveries, [{ ...receipt, kind: "note", state: "saved" }])).toBe(2);
  });
  it("knows short and damaged from complete", () => {
    const counts = startCounts(packs);
    expect(hasDifference(packs, counts)).toBe(false);
    expect(hasDifference(packs, { ...counts, 1: { quantity: 1, damaged: 0 } })).toBe(true);
    expect(hasDifference(packs, { ...counts, 2: { quantity: 1, damaged: 1 } })).toBe(true);
    expect(tooManyDamaged({ ...counts, 2: { quantity: 1, damaged: 2 } })).toBe(true);
    expect(asBody(packs, counts)).toEqual([
      { item_no: 1, quantity: 2, damaged: 0 },
      { item_no: 2, quantity: 1, damaged: 0 },
    ]);
  });

  it("puts the parcel at the door first", () => {
    const delivery = (id: string, state: Delivery["state"]): Delivery =>
      ({ id, state, timeline: [] }) as unknown as Delivery;
    const order = expectedFirst([delivery("a", "received"), delivery("b", "in_transit"), delivery("c", "at_door")]);
    expect(order.map((one) => one.id)).toEqual(["c", "b", "a"]);
  });
  it("puts a parcel that goes back neither among those that come nor among what is done: it stood as done", () => {
    const on = ["returning", "refused"] as const;
    expect(on.map((state) => [isComingBack({ state }), isExpected({ state })])).toEqual([
      [true, false],
      [true, false],
    ]);
    expect([isComingBack({ state: "returned" }), isComingBack({ state: "at_door" })]).toEqual([false, false]);
  });
  it("names each medicine of a parcel once, though it is of several batches", () => {
    const pack = (name: string, batch: string): Pack => ({
      item_no: 1,
      name,
      quantity: 1,
      unit: "片",
      batch,
      expiry: "",
    });
    expect(medicinesIn([pack("A", "1"), pack("A", "2"), pack("B", "3")], ({ name }) => name)).toEqual(["A", "B"]);
  });
  it("keeps a withdrawn parcel among those that the nurse looks for, until it went back", () => {
    expect(isExpected({ state: "recalled" })).toBe(true);
    expect(isExpected({ state: "returned" })).toBe(false);
  });
});

describe("the link", () => {
  it("is said path by path where there are several, and by its sentence while it is away", () => {
    const path = (name: string, words_zh: string, words_en: string) => ({
      name,
      words_zh,
      words_en,
      carries_picture: false,
    });
    const paths = [path("5G", "良好", "good"), path("有线", "断开", "away")];
    const link = { state: "connected" as const, words_zh: "信号良好", words_en: "Signal good", since: "" };
    expect(linkWords(link, "zh")).toBe("信号良好");
    expect(linkWords({ ...link, paths }, "zh")).toBe("5G 良好，有线 断开");
    expect(linkWords({ ...link, paths }, "en")).toBe("5G good, 有线 away");
    expect(linkWords({ ...link, state: "offline", paths }, "en")).toBe("Signal good");
    const signals = [{ name: "5G", words_zh: "5G，信号弱", words_en: "5G, signal weak" }];
    expect(linkWords({ ...link, signals }, "zh")).toBe("信号良好 · 5G，信号弱");
  });
});
