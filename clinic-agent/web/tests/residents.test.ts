import type {
  Conflict,
  Consent,
  ConsentText,
  EarlyWarning,
  Resident,
  ResidentInput,
  ResidentSummary,
} from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { barsOf, shownValue } from "../src/chart/early-warning-view";
import {
  canPan,
  canZoom,
  marksOf,
  nameIn,
  pan,
  REACH,
  spanOf,
  SPANS,
  windowOf,
  zh as shared,
  zoom,
} from "@yunzhen/client";
import { boundedPathOf, isSigned, MOST_CHARACTERS, pathOf, viewBoxOf } from "../src/consents/signature-path";
import { currentText, mayGive, missingForVisit, newestAnswer, openKinds, revokedLast } from "../src/consents/texts";
import { placesOf, viewOf } from "../src/documents/body-places";
import { base64Of, fitted, MOST_BYTES, problemOf, takenAt } from "../src/documents/picture";
import { allergiesKnown, found } from "../src/residents/find";
import { asked, isDecided, linesOf, proposed, resolve } from "../src/residents/form/conflict";
import { draftOf, EMPTY, fieldOf, inputOf, messagesByPath, problemsOf, type Draft } from "../src/residents/form/draft";
import { asIdNumber, checkIdNumber, maskIdNumber } from "../src/residents/form/id-number";
import { problems, readings } from "../src/visit/vitals-check";

const RIGHT = "11010519491231002X";

describe("the identity number while it is typed", () => {
  it("says the same as the relay", () => {
    expect(checkIdNumber("")).toEqual({ state: "empty" });
    expect(checkIdNumber("1101051949")).toEqual({ state: "incomplete", missing: 8 });
    expect(checkIdNumber(RIGHT)).toEqual({ state: "right", birthDate: "1949-12-31", sex: "female" });
    expect(checkIdNumber("110105194912310021").state).toBe("wrong_checksum");
    expect(checkIdNumber("11010519491331").state).toBe("no_such_day");
    expect(checkIdNumber("11010519490230").state).toBe("no_such_day");
    expect(checkIdNumber("11010517491231").state).toBe("no_such_day");
    expect(checkIdNumber("1101A").state).toBe("wrong_character");
    expect(checkIdNumber("1101X").state).toBe("wrong_character");
  });
  it("forgives spaces, full-width digits and a small x", () => {
    expect(asIdNumber("１１０１０５ 19491231-002x")).toBe(RIGHT);
    expect(asIdNumber(`${RIGHT}99`)).toBe(RIGHT);
  });
  it("is masked as the relay masks it", () => {
    expect(maskIdNumber(RIGHT)).toBe("110*************2X");
    expect(maskIdNumber("1101")).toBe("1101");
  });
});

const contact = { name: "王磊", relation: "儿子", phone: "138-0571-0001" };
const chart = {
  name: "王桂兰",
  bed: "2-05",
  contacts: [contact],
  surrogate: undefined,
  allergies_asked: true,
  allergy_records: [{ substance: "青霉素", group: "penicillins", reaction: "", severity: "severe" }],
  conditions: [{ code: "I10", display_zh: "高血压", display_en: "Hypertension", since: "2015-03-01" }],
  medicines: [{ drug_id: "amlodipine-5", name: "氨氯地平", dose_text: "每日 1 次", since: "2024-02-01" }],
  oxygen_scale: "scale2",
} as unknown as Resident;

describe("the form of a resident", () => {
  const full: Draft = { ...EMPTY, name: " 王桂兰 ", idNumber: RIGHT, bed: "2-05" };

  it("opens with the record and sends it back unchanged", () => {
    const draft = draftOf(chart, "en");
    expect(draft.conditions[0]?.display).toBe("Hypertension");
    expect(inputOf(draft)).toEqual({
      name: "王桂兰",
      bed: "2-05",
      contacts: [contact],
      allergies: [{ substance: "青霉素", group: "penicillins", reaction: "", severity: "severe" }],
      allergies_asked: true,
      conditions: [{ code: "I10", since: "2015-03-01" }],
      medicines: [{ drug_id: "amlodipine-5", name: "氨氯地平", dose_text: "每日 1 次", since: "2024-02-01" }],
      oxygen_scale: "scale2",
    });
  });
  it("shows what is coded by its English name and keeps the record's: the English form said it in Chinese", () => {
    const medicines = chart.medicines.map((one) => ({ ...one, name_en: "Amlodipine besilate tablets 5 mg" }));
    const draft = draftOf({ ...chart, medicines }, "en");
    expect(nameIn(draft.medicines[0] ?? { name: "" }, "en")).toBe("Amlodipine besilate tablets 5 mg");
    expect(inputOf(draft).medicines).toEqual(inputOf(draftOf(chart, "en")).medicines);
  });
  it("keeps 'asked: none' apart from 'not asked', and hides lines that the answer took away", () => {
    const line = { substance: "x", reaction: "", severity: "mild" as const };
    expect(inputOf({ ...full, allergyAnswer: "none", allergies: [line] })).toMatchObject({
      allergies: [],
      allergies_asked: true,
    });
    expect(inputOf(full)).toMatchObject({ allergies_asked: false, name: "王桂兰", id_number: RIGHT });
    expect(draftOf({ ...chart, allergy_records: [], allergies_asked: false }, "zh").allergyAnswer).toBe("not_asked");
    expect(draftOf({ ...chart, allergy_records: [] }, "zh").allergyAnswer).toBe("none");
  });
  it("names each wrong field by the relay's path", () => {
    expect(problemsOf(full, false)).toEqual([]);
    expect(problemsOf(EMPTY, false)).toEqual([
      { path: "name", key: "needed" },
      { path: "id_number", key: "id_empty" },
      { path: "bed", key: "needed" },
    ]);
    expect(problemsOf({ ...full, idNumber: "" }, true)).toEqual([]);
    expect(problemsOf({ ...full, idNumber: "123" }, true)).toEqual([{ path: "id_number", key: "id_incomplete" }]);
    const lines: Draft = {
      ...full,
      contacts: [contact, { ...contact, phone: " " }],
      surrogate: { ...contact, relation: "" },
      allergyAnswer: "some",
      allergies: [{ substance: "", reaction: "", severity: "mild" }],
      conditions: [{ code: "I10", display: "", since: "" }],
      medicines: [{ name: "", dose: "", since: "2024-01-01" }],
    };
    expect(problemsOf(lines, false).map((one) => one.path)).toEqual([
      "contacts[1].phone",
      "surrogate.relation",
      "allergies[0].substance",
      "conditions[0].since",
      "medicines[0].name",
    ]);
    expect(problemsOf({ ...full, allergyAnswer: "some" }, false)).toEqual([
      { path: "allergies", key: "allergies_missing" },
    ]);
  });
  it("finds the relay's messages whether it registered or changed", () => {
    const said = messagesByPath([
      { path: "resident.contacts[0].phone", message: "a" },
      { path: "name", message: "b" },
    ]);
    expect(said.get("contacts[0].phone")).toBe("a");
    expect(said.get("name")).toBe("b");
    expect(fieldOf("contacts[0].phone")).toBe("contacts");
    expect(fieldOf("id_number")).toBe("idNumber");
    expect(fieldOf("birth_date")).toBeUndefined();
  });
});

describe("two people who changed one record", () => {
  const mine: ResidentInput = { name: "王桂兰", bed: "2-06", id_number: RIGHT, contacts: [], allergies_asked: true };
  const conflict: Conflict = {
    seen: 4,
    current: 5,
    fields: [
      { field: "bed", mine: "2-06", theirs: "3-01", seen: "2-05" },
      { field: "name", mine: "王桂兰", theirs: "王桂芳", seen: "王桂兰" },
      { field: "pinyin", mine: "wgl", theirs: "wgf", seen: "wgl" },
      { field: "id_number", mine: "110*************2X", theirs: "330*************11", seen: "330*************11" },
      { field: "birth_date", mine: "1949-12-31", theirs: "1949-12-30", seen: "1949-12-30" },
      { field: "allergies", mine: [], theirs: [{ substance: "青霉素", reaction: "", severity: "mild" }], seen: [] },
      { field: "allergies_asked", mine: true, theirs: true, seen: false },
      { field: "surrogate", mine: contact, theirs: null, seen: contact },
      {
        field: "conditions",
        mine: [],
        theirs: [{ code: "I10", display_zh: "高血压", display_en: "Hypertension", since: "2015-03-01" }],
      },
    ],
  };

  it("are asked about what only a person can decide", () => {
    expect(asked(conflict).map((one) => one.field)).toEqual([
      "bed",
      "name",
      "id_number",
      "allergies",
      "surrogate",
      "conditions",
    ]);
    expect(proposed(conflict)).toEqual({
      bed: undefined,
      name: "theirs",
      id_number: "mine",
      allergies: "theirs",
      surrogate: "theirs",
      conditions: undefined,
    });
    expect(isDecided(conflict, proposed(conflict))).toBe(false);
    expect(isDecided(conflict, { ...proposed(conflict), bed: "mine", conditions: "mine" })).toBe(true);
  });
  it("get the record that they chose", () => {
    const all = resolve({ ...mine, surrogate: contact }, conflict, {
      bed: "mine",
      name: "theirs",
      id_number: "theirs",
      allergies: "theirs",
      surrogate: "theirs",
      conditions: "theirs",
    });
    expect(all).toEqual({
      name: "王桂芳",
      bed: "2-06",
      contacts: [],
      allergies: [{ substance: "青霉素", reaction: "", severity: "mild" }],
      allergies_asked: true,
      conditions: [{ code: "I10", since: "2015-03-01" }],
    });
    expect(resolve(mine, conflict, {})).toEqual(mine);
  });
  it("read both values in words", () => {
    const words = { nothing: "（空）", code: (key: string) => key, english: false };
    expect(linesOf("bed", "2-06", words)).toEqual(["2-06"]);
    expect(linesOf("surrogate", null, words)).toEqual(["（空）"]);
    expect(linesOf("contacts", [contact], words)).toEqual(["王磊 · 儿子 · 138-0571-0001"]);
    expect(linesOf("allergies", [{ substance: "青霉素", reaction: "", severity: "mild" }], words)).toEqual([
      "青霉素 · severity.mild",
    ]);
    expect(linesOf("allergies_asked", false, words)).toEqual(["asked.false"]);
    expect(linesOf("oxygen_scale", "scale2", words)).toEqual(["scale.scale2"]);
    expect(linesOf("medicines", [], words)).toEqual(["（空）"]);
  });
});

describe("finding a resident", () => {
  const one = (id: string, name: string, bed: string): ResidentSummary =>
    ({ id, name, bed, allergies: [] }) as unknown as ResidentSummary;
  const here = [one("a", "王桂兰", "2-10"), one("b", "陈德福", "2-9"), one("c", "赵玉珍", "1-01")];
  it("joins what is known here with what the relay found, by bed", () => {
    expect(found(here, " ", undefined).map(({ id }) => id)).toEqual(["c", "b", "a"]);
    expect(found(here, "2-", undefined).map(({ id }) => id)).toEqual(["b", "a"]);
    expect(found(here, "wgl", [one("a", "王桂兰", "2-10")]).map(({ id }) => id)).toEqual(["a"]);
    expect(found(here, "zz", [one("d", "新", "3-01")]).map(({ id }) => id)).toEqual(["d"]);
    expect(found(here, "zz", undefined)).toEqual([]);
  });
  it("does not read an empty list as none where nobody asked", () => {
    expect(allergiesKnown({ allergies: [], allergies_asked: false })).toBeUndefined();
    expect(allergiesKnown({ allergies: [], allergies_asked: true })?.allergies).toEqual([]);
    expect(allergiesKnown({ allergies: ["x"], allergies_asked: false })?.allergies).toEqual(["x"]);
  });
});

describe("a signature", () => {
  it("becomes a path of lines, and a touch a dot", () => {
    const strokes = [
      [
        { x: 1.4, y: 2 },
        { x: 30, y: 40.6 },
      ],
      [{ x: 5, y: 5 }],
    ];
    expect(pathOf(strokes)).toBe("M1 2L30 41M5 5L6 5");
    expect(pathOf(strokes)).toMatch(/^[MmLlHhVvQqCc\d ,.-]+$/);
    expect(viewBoxOf("M10 20L110 70")).toBe("4 14 112 62");
    expect(viewBoxOf("")).toBe("0 0 1 1");
  });
  it("is more than an accident", () => {
    expect(isSigned([])).toBe(false);
    expect(isSigned([[{ x: 1, y: 1 }]])).toBe(false);
    expect(
      isSigned([
        [
          { x: 0, y: 0 },
          { x: 60, y: 0 },
        ],
      ]),
    ).toBe(true);
  });
  it("fits into what the relay takes, however long it was drawn", () => {
    const long = [Array.from({ length: 9000 }, (_, at) => ({ x: at % 900, y: (at * 7) % 180 }))];
    const path = boundedPathOf(long);
    expect(pathOf(long).length).toBeGreaterThan(MOST_CHARACTERS);
    expect(path.length).toBeLessThanOrEqual(MOST_CHARACTERS);
    expect(path.startsWith("M0 0L")).toBe(true);
    expect(path.endsWith(`L${8999 % 900} ${(8999 * 7) % 180}`)).toBe(true);
  });
});

describe("consents", () => {
  const text = (version: number): ConsentText => ({
    kind: "recording",
    version,
    since: "2026-01-01",
    zh: `${version}`,
    en: "",
  });
  it("show the newest text", () => {
    expect(currentText([text(1), text(3), text(2)], "recording")?.version).toBe(3);
    expect(currentText([text(1)], "family_present")).toBeUndefined();
  });
  it("say what a visit lacks and what is open", () => {
    const now = [
      { kind: "tele_consultation", in_force: true, outdated: true },
      { kind: "recording", in_force: false, outdated: false },
      { kind: "family_present", in_force: true, outdated: false },
    ] as const;
    expect(missingForVisit(now)).toEqual([]);
    expect(missingForVisit([])).toEqual(["tele_consultation"]);
    expect(openKinds(now)).toEqual(["tele_consultation", "recording", "data_sharing", "surrogate_decision_maker"]);
  });
  it("that were taken back do not read as never signed", () => {
    const given = { kind: "recording", given_at: "2026-11-01T00:00:00Z" } as Consent;
    const back = { ...given, revoked_at: "2026-11-02T00:00:00Z" };
    const later = { ...given, revoked_at: "2026-11-20T00:00:00Z" };
    const open = { kind: "recording", in_force: false, outdated: false } as const;
    expect(revokedLast("recording", open, [back, later])).toBe(later);
    expect(revokedLast("recording", { ...open, in_force: true }, [back])).toBeUndefined();
    expect(revokedLast("family_present", undefined, [back])).toBeUndefined();
  });
  it("are given by who may", () => {
    expect(mayGive("recording", contact)).toEqual(["resident", "surrogate", "guardian"]);
    expect(mayGive("recording", undefined)).toEqual(["resident", "guardian"]);
    expect(mayGive("surrogate_decision_maker", contact)).not.toContain("surrogate");
  });
});

describe("a photo", () => {
  it("is made smaller and never larger", () => {
    expect(fitted(4000, 3000)).toEqual([1600, 1200]);
    expect(fitted(3000, 4000)).toEqual([1200, 1600]);
    expect(fitted(640, 480)).toEqual([640, 480]);
    expect(fitted(100_000, 1)).toEqual([1600, 1]);
  });
  it("is refused before anything is done with it", () => {
    expect(problemOf({ type: "image/jpeg", size: 9_000_000 })).toBeUndefined();
    expect(problemOf({ type: "image/heic", size: 9 })).toBeUndefined();
    expect(problemOf({ type: "application/pdf", size: MOST_BYTES })).toBeUndefined();
    expect(problemOf({ type: "application/pdf", size: MOST_BYTES + 1 })).toBe("too_large");
    expect(problemOf({ type: "text/plain", size: 9 })).toBe("not_taken");
    expect(problemOf({ type: "image/png", size: 0 })).toBe("empty");
  });
  it("was taken when its file says, but not tomorrow", () => {
    const now = Date.parse("2026-11-24T02:00:00Z");
    expect(takenAt(now - 1000, now)).toBe("2026-11-24T01:59:59.000Z");
    expect(takenAt(now + 60_000, now)).toBe("2026-11-24T02:00:00.000Z");
    expect(takenAt(0, now)).toBe("2026-11-24T02:00:00.000Z");
  });
  it("travels as base64, also beyond one piece", async () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, at) => at % 256);
    expect(await base64Of(new Blob([bytes]))).toBe(Buffer.from(bytes).toString("base64"));
  });
});

describe("the stretch of time of the curves", () => {
  const now = Date.parse("2026-11-24T02:00:00Z");
  it("is chosen, zoomed and moved within what was fetched", () => {
    const weeks = windowOf("two_weeks", now);
    expect(spanOf(weeks, now)).toBe("two_weeks");
    const closer = zoom(weeks, "in", now);
    expect(closer.to - closer.from).toBe(SPANS.two_weeks / 2);
    expect(spanOf(closer, now)).toBeUndefined();
    expect(zoom(closer, "out", now)).toEqual(weeks);
    expect(pan(weeks, "later", now)).toEqual(weeks);
    expect(pan(weeks, "earlier", now).to).toBe(now - SPANS.two_weeks / 2);
    let far = weeks;
    for (let at = 0; at < 40; at += 1) far = pan(far, "earlier", now);
    expect(far.from).toBe(now - REACH);
    expect(canPan(far, "earlier", now)).toBe(false);
    expect(canPan(weeks, "later", now)).toBe(false);
    let near = weeks;
    for (let at = 0; at < 20; at += 1) near = zoom(near, "in", now);
    expect(near.to - near.from).toBe(6 * 3_600_000);
    expect(canZoom(near, "in")).toBe(false);
    expect(canZoom(windowOf("three_months", now), "out")).toBe(false);
    expect(zoom(windowOf("three_months", now), "out", now)).toEqual(windowOf("three_months", now));
  });
  it("numbers what happened in it", () => {
    const happened = {
      medicines: [
        { name: "呋塞米", dose_text: "晨起", since: "2026-11-20" },
        { name: "旧药", dose_text: "", since: "2020-01-01" },
      ],
      consultations: [
        { began_at: "2026-11-18T02:00:00Z", reason: "咳嗽" },
        { began_at: undefined, reason: "未开始" },
      ],
    } as unknown as Resident;
    const marks = marksOf(happened, windowOf("two_weeks", now), "zh");
    expect(marks.map(({ no, kind, what }) => [no, kind, what])).toEqual([
      [1, "consultation", "咳嗽"],
      [2, "medicine", "呋塞米 晨起"],
    ]);
  });
});

describe("the early-warning score", () => {
  const t = (key: string, values?: Record<string, unknown>): string => `${key}${values ? JSON.stringify(values) : ""}`;
  const number = (value: number, digits = 0): string => value.toFixed(digits);
  const part = (parameter: string, value: number) =>
    ({ parameter, value, points: 0, measured_at: "" }) as EarlyWarning["now"]["parts"][number];
  it("reads its values in words and units", () => {
    expect(shownValue(part("temperature", 36.5), t, number)).toBe("36.5 °C");
    expect(shownValue(part("oxygen", 0), t, number)).toBe("app:chart.air");
    expect(shownValue(part("oxygen", 2), t, number)).toContain("app:chart.flow");
    expect(shownValue(part("consciousness", 1), t, number)).toBe("vital.level.1");
    expect(shownValue(part("consciousness", 13), t, number)).toContain("glasgow");
  });
  it("draws an incomplete score open, and the highest bar full", () => {
    const bars = barsOf([
      { at: "a", at_least: 12, total: 12, band: "high" },
      { at: "b", at_least: 0 },
    ]);
    expect(bars[0]).toMatchObject({ share: 1, open: false, score: 12 });
    expect(bars[1]?.open).toBe(true);
    expect(bars[1]?.share).toBeGreaterThan(0);
    expect(barsOf([{ at: "a", at_least: 1, total: 1, band: "low" }])[0]?.share).toBeCloseTo(1 / 9);
  });
  it("gets what it needs from the nurse: air or a flow, alert or not", () => {
    expect(readings({ "3151-8": "0", "67775-7": "1" }, "t")).toEqual([
      { code: "3151-8", value: 0, unit: "L/min", measured_at: "t" },
      { code: "67775-7", value: 1, unit: "{score}", measured_at: "t" },
    ]);
    expect(problems({ "3151-8": "200" })).toEqual([{ kind: "flow" }]);
    expect(problems({ "3151-8": "2.5" })).toEqual([]);
  });
});

describe("the places of a body", () => {
  it("are each named once, left and right as the resident has them", () => {
    const all = [...placesOf("front"), ...placesOf("back")];
    const sites = new Set(all.map(({ site }) => site));
    expect([...sites].sort()).toEqual(Object.keys(shared.bodySite).sort());
    for (const { site, side } of all) {
      const own = site.startsWith("left_") ? "left" : site.startsWith("right_") ? "right" : "middle";
      expect(side).toBe(own);
    }
    const row = (view: "front" | "back") =>
      placesOf(view)
        .filter((place) => place.row === 1)
        .map(({ site }) => site);
    expect(row("front")).toEqual(["right_shoulder", "neck", "left_shoulder"]);
    expect(row("back")).toEqual(["left_shoulder", "nape", "right_shoulder"]);
    expect([viewOf("left_heel"), viewOf("face"), viewOf("left_hand")]).toEqual(["back", "front", "front"]);
  });
});

describe("whether a consultation may be recorded", () => {
  it("is what was said last, by this page or by another", () => {
    const at = (minute: number) => `2026-11-30T08:${String(minute).padStart(2, "0")}:00Z`;
    const refused = { answer: "refused", answered_at: at(5), answered_by_name: "林静" } as const;
    const agreed = { answer: "agreed", answered_at: at(7), answered_by_name: "周敏" } as const;
    expect(newestAnswer({}, undefined)).toEqual({});
    expect(newestAnswer({}, refused)).toBe(refused);
    expect(newestAnswer(refused, agreed)).toBe(agreed);
    expect(newestAnswer(agreed, refused)).toBe(agreed);
    expect(newestAnswer(refused, { ...refused })).toBe(refused);
  });
});
