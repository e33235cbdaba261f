import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { unitIn } from "../src";

it("says counted units in the reader's language, and leaves what is written alike", () => {
  expect(["片", "粒", "揿", "单位", "g", "mL"].map((unit) => unitIn(unit, "en"))).toEqual([
    ...["tablet(s)", "capsule(s)", "puff(s)", "unit(s)"],
    ...["g", "mL"],
  ]);
  expect(unitIn("片", "zh")).toBe("片");
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
