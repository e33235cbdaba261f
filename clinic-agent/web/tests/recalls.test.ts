import { expect, it } from "vitest";
import { allFound, doubtOf } from "../src/recalls/doubt";

const of = (apart: number, given: number, onRecord: number | undefined) =>
  doubtOf({ supplied: 14, apart, given }, onRecord);

it("asks again where more is said to be given than the doses say: all used was taken with no dose on record", () => {
  expect(of(0, 14, 0)).toBe("more_given");
  expect(of(7, 7, 5)).toBe("more_given");
  expect(of(7, 7, 7)).toBeUndefined();
  expect(of(9, 3, 5)).toBeUndefined();
});

it("asks again where more is found than the doses leave", () => {
  expect(of(10, 4, 5)).toBe("more_found");
  expect(of(14, 0, 0)).toBeUndefined();
});

it("knows no doubt where the record is not known, or the sum is wrong anyway", () => {
  expect(of(14, 0, undefined)).toBeUndefined();
  expect(of(14, 14, 0)).toBeUndefined();
});

it("says that a batch is still taken until every unit of it was set apart or had been given", () => {
  const own = { state: "answered" as const, supplied: 14, set_apart: 10, given: 4 };
  expect(allFound(own)).toBe(true);
  expect(allFound({ ...own, set_apart: 9 })).toBe(false);
  expect(allFound({ state: "asked", supplied: 14 })).toBe(false);
  expect(allFound(undefined)).toBe(false);
});
