import { describe, expect, it } from "vitest";
import { isBadge, newBadge, typeKey, type Typed } from "../src/scan/badge";

const BADGE = newBadge(Uint8Array.from({ length: 26 }, (_, at) => at * 7));

/** What comes of keys that are so many milliseconds apart: those that the page hears, and the badges. */
function type(keys: string[], apart: number) {
  let typed: Typed | undefined;
  const [heard, badges]: [string[], string[]] = [[], []];
  keys.forEach((key, at) => {
    const next = typeKey(typed, key, at * apart);
    typed = next.typed;
    if (!next.taken) heard.push(key);
    if (next.badge) badges.push(next.badge);
  });
  return { heard, badges };
}

describe("a badge", () => {
  it("is a code of its own kind, whatever the case a scanner types", () => {
    expect(BADGE).toHaveLength(30);
    expect([
      isBadge(BADGE),
      isBadge(` ${BADGE.toLowerCase()}\n`),
      isBadge(BADGE.slice(1)),
      isBadge(`${BADGE}0`),
    ]).toEqual([true, true, false, false]);
    expect(isBadge("(01)06901234567892")).toBe(false);
    expect(() => newBadge(new Uint8Array(25))).toThrow(RangeError);
  });

  it("has all its symbols from its bytes", () => {
    expect(newBadge(new Uint8Array(26))).toBe(`YZB1${"0".repeat(26)}`);
    expect(newBadge(new Uint8Array(26).fill(255))).toBe(`YZB1${"Z".repeat(26)}`);
  });

  it("is taken from a scanner's keys, none of which the page takes for a PIN", () => {
    expect(type([...BADGE, "Enter"], 30)).toEqual({ heard: [], badges: [BADGE] });
    const shifted = [...BADGE].flatMap((key) => ["Shift", key]);
    expect(type([...shifted, "Enter"], 20).badges).toEqual([BADGE]);
  });

  it("leaves a PIN that a person types alone", () => {
    expect(type(["4", "8", "2", "9", "1", "5"], 300)).toEqual({ heard: ["4", "8", "2", "9", "1", "5"], badges: [] });
    // A scan that broke off does not swallow what is typed after it.
    const broken = type(["Y", "Z", "4"], 300);
    expect(broken.heard).toEqual(["Z", "4"]);
    expect(type(["Y", "Z", "B", "Enter"], 30).badges).toEqual([]);
  });
});
