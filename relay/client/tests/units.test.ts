import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { amountIn, strengthIn, unitIn } from "../src";

it("says counted units in the reader's language, and leaves what is written alike", () => {
  expect(["片", "粒", "揿", "单位", "g", "mL"].map((unit) => unitIn(unit, "en"))).toEqual([
    ...["tablet(s)", "capsule(s)", "puff(s)", "unit(s)"],
    ...["g", "mL"],
  ]);
  expect(unitIn("片", "zh")).toBe("片");
});

it("says the units of a strength in the reader's language", () => {
  expect(strengthIn("3 mL:300 单位", "en")).toBe("3 mL:300 units");
  expect(strengthIn("100 µg/揿, 200 揿", "en")).toBe("100 µg/puff, 200 puffs");
  expect(strengthIn("1 单位", "en-GB")).toBe("1 unit");
  expect(strengthIn("5 mg", "en")).toBe("5 mg");
  expect(strengthIn("3 mL:300 单位", "zh")).toBe("3 mL:300 单位");
  expect(strengthIn("3 mL:300 单位", "zh-CN")).toBe("3 mL:300 单位");
});

it("says a dose to its last thousandth: 0.125 read as 0.13", () => {
  for (const locale of ["en-GB", "zh-CN"])
    expect([0.125, 0.1 * 3, 47.5, 2].map((dose) => amountIn(dose, locale))).toEqual(["0.125", "0.3", "47.5", "2"]);
});

it("leaves no Chinese in the English strength of any product", () => {
  const drugs = readFileSync(new URL("../../domain/data/drugs.toml", import.meta.url), "utf8");
  const strengths = [...drugs.matchAll(/strength = "([^"]+)"/g)].map(([, strength = ""]) => strengthIn(strength, "en"));
  expect(strengths.length).toBeGreaterThan(30);
  expect(strengths.filter((strength) => /\p{Script=Han}/u.test(strength))).toEqual([]);
});

it("says them as the relay's papers do", () => {
  const source = readFileSync(new URL("../../domain/src/formulary/types.rs", import.meta.url), "utf8");
  const body = /fn english_unit\(.*?\n\}/s.exec(source)?.[0] ?? "";
  const arms = [...body.matchAll(/^ +((?:"[^"]+"(?: \| )?)+) => "([^"]+)"/gm)];
  const printed = arms.flatMap(([, units = "", words]) =>
    [...units.matchAll(/"([^"]+)"/g)].map(([, unit]) => [unit, words]),
  );
  expect(printed.length).toBeGreaterThan(10);
  expect(printed.map(([unit = ""]) => [unit, unitIn(unit, "en")])).toEqual(printed);
});
