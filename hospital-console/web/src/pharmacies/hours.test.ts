import { describe, expect, it } from "vitest";
import { WEEKDAYS } from "../common/dates";
import { dayAndNight, hoursOf, linesOf } from "./hours";

describe("opening hours as they are typed", () => {
  it.each([
    ["08:00-21:30", [["08:00", "21:30"]]],
    [
      " 08:00 – 12:00， 14：00至20:00 ",
      [
        ["08:00", "12:00"],
        ["14:00", "20:00"],
      ],
    ],
    ["00:00-24:00", [["00:00", "24:00"]]],
    ["", []],
  ])("reads %j", (line, spans) => {
    expect(hoursOf("monday", line)).toEqual(spans.map(([opens, closes]) => ({ weekday: "monday", opens, closes })));
  });

  it.each(["8:00-12:00", "08:00", "20:00-08:00", "08:00-24:01", "08:60-09:00", "morning"])("refuses %j", (line) => {
    expect(hoursOf("monday", line)).toBeUndefined();
  });

  it("gives back what it was given", () => {
    const hours = WEEKDAYS.flatMap((day) => hoursOf(day, dayAndNight()[day]) ?? []);
    expect(hours).toHaveLength(7);
    expect(linesOf(hours)).toEqual(dayAndNight());
  });
});
