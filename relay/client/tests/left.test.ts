import { expect, it } from "vitest";
import { secondsLeft } from "../src/time/left";

it("a throttled sign-in said the same number of seconds for ever", () => {
  const left = (now: number) => secondsLeft(21_000, now);
  expect([left(0), left(1), left(1_000), left(20_001), left(21_000), left(99_000)]).toEqual([21, 21, 20, 1, 0, 0]);
});
