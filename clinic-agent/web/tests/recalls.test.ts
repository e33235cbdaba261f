import { expect, it } from "vitest";
import { doubtOf } from "../src/recalls/doubt";

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
