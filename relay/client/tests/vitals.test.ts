import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { en, zh } from "../src";
import {
  CHART,
  levelOf,
  LEVELS,
  OTHER_SIGNS,
  rangeWord,
  RESPONSIVENESS,
  VITAL_SIGNS,
  vitalSign,
} from "../src/ui/vitals";

/** The relay's own table: code, unit, what is plausible, what is normal. */
const RELAY = new Map(
  [
    ...readFileSync(join(import.meta.dirname, "../../domain/src/vitals.rs"), "utf8").matchAll(
      /^\s*sign\("([^"]+)",\s*"([^"]+)",\s*"[^"]+",\s*"[^"]+",\s*\(([\d.]+), ([\d.]+)\),\s*(?:Some\(\(([\d.]+), ([\d.]+)\)\)|None)/gm,
    ),
  ].map(([, code, unit, low, high, from, to]) => [
    code,
    { unit, plausible: [Number(low), Number(high)], band: [Number(from ?? 0), Number(to ?? 0)] },
  ]),
);

const ALL = [...VITAL_SIGNS, ...OTHER_SIGNS];

it.each(ALL.map((sign) => [sign.code, sign] as const))(
  "%s is taken within the relay's limits and in its unit",
  (code, { unit, plausible, band }) => {
    expect({ unit, plausible, band }).toEqual(RELAY.get(code));
  },
);

it("reads the whole table", () => {
  expect(RELAY.size).toBe(20);
});

it("charts every sign of the relay's table but the level of responsiveness, which is a word", () => {
  expect([...CHART.flat(), "67775-7"].sort()).toEqual([...RELAY.keys()].sort());
  for (const code of CHART.flat()) expect(vitalSign(code), code).toBeDefined();
});

it("says the level of responsiveness in the relay's words: an alert resident does not read as zero points", () => {
  const source = readFileSync(join(import.meta.dirname, "../../domain/src/vitals.rs"), "utf8");
  const words = [...(/const LEVELS[^=]*= \[(.*?)\n\];/s.exec(source)?.[1] ?? "").matchAll(/\("([^"]+)", "([^"]+)"\)/g)];
  expect(words.map(([, word]) => word)).toEqual(LEVELS.map((level) => zh.vital.level[level]));
  expect(words.map(([, , word]) => word)).toEqual(LEVELS.map((level) => en.vital.level[level]));
  expect(levelOf({ code: RESPONSIVENESS, value: 0 })).toBe("0");
  expect([levelOf({ code: RESPONSIVENESS, value: 9 }), levelOf({ code: "9269-2", value: 3 })]).toEqual([
    undefined,
    undefined,
  ]);
  expect(rangeWord({ code: RESPONSIVENESS, value: 2 })).toBe("abnormal");
});
