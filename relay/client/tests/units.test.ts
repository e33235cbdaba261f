import { expect, it } from "vitest";
import { unitIn } from "../src";

it("says counted units in the reader's language, and leaves what is written alike", () => {
  expect(["片", "粒", "揿", "单位", "g", "mL"].map((unit) => unitIn(unit, "en"))).toEqual([
    ...["tablet(s)", "capsule(s)", "puff(s)", "unit(s)"],
    ...["g", "mL"],
  ]);
  expect(unitIn("片", "zh")).toBe("片");
});
