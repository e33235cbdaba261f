import { expect, test } from "vitest";
import { courseOf, legs, table } from "./legs";

test("each moment's median after the press, in the order of time, with what it took since the one before", () => {
  const press = (pressed: number, late: number) => ({
    pressed,
    course: [
      ...courseOf("nurse", { started: pressed + 50, connected: pressed + 200 + late }),
      ["row shown", pressed + 120] as const,
    ],
  });
  expect(legs([press(1_000, 0), press(5_000, 90), press(9_000, 10)])).toEqual([
    { name: "nurse: started", after_press_ms: 50, leg_ms: 50 },
    { name: "row shown", after_press_ms: 120, leg_ms: 70 },
    { name: "nurse: connected", after_press_ms: 210, leg_ms: 90 },
  ]);
});

test("a moment that one press did not have is judged by the others, and one that none had is not shown", () => {
  const presses = [
    { pressed: 0, course: courseOf("nurse", { started: 10 }) },
    { pressed: 0, course: courseOf("nurse", { started: 30, ice: 40 }) },
  ];
  expect(legs(presses).map(({ name, after_press_ms }) => [name, after_press_ms])).toEqual([
    ["nurse: started", 10],
    ["nurse: ice", 40],
  ]);
  expect(legs([])).toEqual([]);
});

test("a line says when, how long since the line before, and what", () => {
  const rows = legs([{ pressed: 0, course: [["row shown", 120]] }]);
  expect(table("call", rows)).toBe("call\n   120 ms   +120  row shown");
});
