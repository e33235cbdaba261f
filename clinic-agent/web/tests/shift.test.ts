import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isIdle, TELL_MS, touched, upTo, type Activity } from "../src/shift/idle";
import { isTrivialPin } from "../src/shift/pin";
import { hasPin, withPins, type ShiftView } from "../src/shift/shift-api";
import { whyLocked } from "../src/shift/why-locked";

describe("a tablet that nobody touches", () => {
  const start: Activity = { touchedAt: 0, toldAt: 0 };

  it("locks after the idle time, counted from the last touch", () => {
    expect(isIdle(start, 299_999, 300_000)).toBe(false);
    expect(isIdle(start, 300_000, 300_000)).toBe(true);
    const { activity } = touched(start, 299_999);
    expect(isIdle(activity, 599_998, 300_000)).toBe(false);
  });

  it("tells the box now and then, not with every key", () => {
    const first = touched(start, TELL_MS - 1);
    expect(first.tell).toBe(false);
    const second = touched(first.activity, TELL_MS);
    expect(second.tell).toBe(true);
    expect(touched(second.activity, TELL_MS + 1).tell).toBe(false);
  });

  it("is locked neither at once nor for ever late by a clock that was put back", () => {
    const before = upTo({ touchedAt: 1_000_000, toldAt: 1_000_000 }, 0);
    expect(isIdle(before, 299_999, 300_000)).toBe(false);
    expect(isIdle(before, 300_000, 300_000)).toBe(true);
  });
});

describe("the nurses of a shift", () => {
  const view: ShiftView = {
    people: [
      { staff_id: "li", name: "李", pin: true, badge: false },
      { staff_id: "zhao", name: "赵", pin: false, badge: true },
    ],
    idle_lock_seconds: 300,
    keeps_badge: false,
    holder: "li",
    locked: false,
  };

  it("have a PIN only while it is asked for", () => {
    expect([hasPin(view, "li"), hasPin(view, "zhao"), hasPin(view, "wang"), hasPin(undefined, "li")]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("are not offered the void PIN of her whose session was ended", () => {
    const names = (ended: boolean) => withPins(view, ended).map((one) => one.name);
    expect([names(false), names(true), withPins(undefined, true)]).toEqual([["李", "赵"], ["赵"], []]);
  });
});

it("refuses a PIN that anybody would try first before it is typed a second time, as the box does", () => {
  for (const pin of ["000000", "112211", "121212", "123123", "123456", "654321", "890123", "321098"]) {
    expect(isTrivialPin(pin), pin).toBe(true);
  }
  for (const pin of ["314159", "112358", "482915", "135790"]) expect(isTrivialPin(pin), pin).toBe(false);
});

it("finds the same PINs trivial as the box, of all that there are", { timeout: 60_000 }, () => {
  const list = new URL("../../../relay/domain/tests/data/trivial-pins.txt", import.meta.url);
  const all = Array.from({ length: 1_000_000 }, (_, number) => String(number).padStart(6, "0"));
  expect(all.filter(isTrivialPin)).toEqual(readFileSync(list, "utf8").trim().split("\n"));
});

it("says why a tablet is locked: whoever came back found a lock and no reason", () => {
  const wang = { id: "n1", name: "王芳" };
  const view = (people: string[], holder: string | null = "n1") => ({
    people: people.map((id) => ({ staff_id: id, name: id === "n1" ? "王芳" : "李静", pin: true, badge: false })),
    idle_lock_seconds: 300,
    holder,
    locked: true,
    keeps_badge: false,
  });
  const idle = { by: "idle", withPin: true } as const;
  expect(whyLocked(idle, wang, view(["n1"]))).toEqual({ word: "idle", name: "王芳", minutes: 5 });
  expect(whyLocked({ by: "pressed", withPin: true }, wang, view(["n1"])).word).toBe("pressed");
  expect(whyLocked({ by: "box", withPin: true }, wang, undefined).word).toBe("box");
  // Her PIN is gone with the shift; one that she never set is not.
  expect(whyLocked(idle, wang, view([])).word).toBe("over");
  expect(whyLocked({ by: "idle", withPin: false }, wang, view([])).word).toBe("idle");
  expect(whyLocked(idle, wang, view(["n1", "n2"], "n2"))).toEqual({ word: "taken", name: "李静", minutes: 5 });
});
