import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { VITAL_SIGNS } from "../src/ui/vitals";

/** The relay's own table: code, unit, what is plausible. */
const RELAY = new Map(
  [
    ...readFileSync(join(import.meta.dirname, "../../domain/src/vitals.rs"), "utf8").matchAll(
      /^\s*sign\("([^"]+)",\s*"([^"]+)",\s*"[^"]+",\s*"[^"]+",\s*\(([\d.]+), ([\d.]+)\)/gm,
    ),
  ].map(([, code, unit, low, high]) => [code, { unit, plausible: [Number(low), Number(high)] }]),
);

it.each(VITAL_SIGNS.map((sign) => [sign.code, sign] as const))(
  "%s is taken within the relay's limits and in its unit",
  (code, { unit, plausible }) => {
    expect({ unit, plausible }).toEqual(RELAY.get(code));
  },
);

it("reads the whole table", () => {
  expect(RELAY.size).toBe(20);
});
