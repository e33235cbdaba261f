import { describe, expect, it } from "vitest";
import { addDays, coversDay, dateOf, fromLocalInput, mondayOf, nextQuarter, startOfDay, toLocalInput } from "./dates";
import { fieldError, lineError } from "./fields";
import { ApiError } from "@yunzhen/client";

describe("dates", () => {
  it("count over month, leap day and year end", () => {
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2028-03-01", -1)).toBe("2028-02-29");
    expect(mondayOf("2027-01-01")).toBe("2026-12-28");
    expect(mondayOf("2026-11-23")).toBe("2026-11-23");
  });
  it("are covered by a duty from midnight to midnight, which would read 00:00–00:00", () => {
    const [starts_at, ends_at] = [startOfDay("2026-11-24"), startOfDay("2026-11-25")];
    expect(coversDay({ starts_at, ends_at }, "2026-11-24")).toBe(true);
    expect(coversDay({ starts_at, ends_at }, "2026-11-25")).toBe(false);
    const late = fromLocalInput("2026-11-24T08:00") ?? "";
    expect(coversDay({ starts_at: late, ends_at }, "2026-11-24")).toBe(false);
  });
  it("come back from a form as they went in", () => {
    const text = "2026-11-24T09:30";
    expect(toLocalInput(fromLocalInput(text) ?? "")).toBe(text);
    expect(dateOf(startOfDay("2026-11-24"))).toBe("2026-11-24");
    expect(fromLocalInput("")).toBeUndefined();
  });
  it("the next quarter leaves time to press", () => {
    const at = Date.UTC(2026, 10, 24, 9, 12);
    expect(new Date(nextQuarter(at)).toISOString()).toBe("2026-11-24T09:30:00.000Z");
    expect(new Date(nextQuarter(at, 0)).toISOString()).toBe("2026-11-24T09:15:00.000Z");
  });
});

describe("what the relay says of a field", () => {
  const error = new ApiError({
    title: "x",
    status: 422,
    code: "invalid_input",
    fields: [{ path: "rules[0].end", message: "后" }],
  });
  it("is found by its path and by its line", () => {
    expect(fieldError(error, "rules[0].end")).toBe("后");
    expect(lineError(error, "rules[0]")).toBe("后");
    expect(lineError(error, "rules[01]")).toBeUndefined();
    expect(fieldError(null, "rules[0].end")).toBeUndefined();
  });
});
