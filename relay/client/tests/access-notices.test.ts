import { expect, it } from "vitest";
import { unseen, wave, wordOf } from "../src/access/notices";
import type { AccessNotice } from "../src/api/types";

const notice = (seq: number): AccessNotice => ({
  seq,
  at: "2026-11-24T08:00:00.000Z",
  action: "staff.password_changed",
  own: true,
});

function kept() {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  };
}

it("shows what was not waved away here, each person for themselves", () => {
  const here = kept();
  const all = [notice(3), notice(7)];
  expect(unseen(all, "a", here)).toEqual(all);
  wave(3, "a", here);
  expect(unseen(all, "a", here).map((one) => one.seq)).toEqual([7]);
  expect(unseen(all, "b", here)).toEqual(all);
});

it("does not tell a new person at once of the first password that they have just set, and of all else it does", () => {
  const reset: AccessNotice = { ...notice(4), action: "staff.password_reset", own: false };
  expect(unseen([reset, notice(7)], "a", kept(), "a")).toEqual([reset]);
  // Somebody set it once more: which of the two was theirs is theirs to say.
  expect(unseen([notice(7), notice(8)], "a", kept(), "a")).toHaveLength(2);
});

it("tells who signs in where somebody else has just set a first password that their own was changed", () => {
  expect(unseen([notice(7)], "b", kept(), "a")).toEqual([notice(7)]);
});

it("has a word for what it does not know", () => {
  expect(wordOf("staff.password_reset")).toBe("staff_password_reset");
  expect(wordOf("staff.identity_bound")).toBe("staff_identity_bound");
  expect(wordOf("staff.something_new")).toBe("other");
});
