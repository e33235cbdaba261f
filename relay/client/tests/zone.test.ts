import { describe, expect, it } from "vitest";
import { dayAt, daysAfter, instantAt, knowsZone, wallClock } from "../src";

const at = (local: string, zone: string): string => new Date(instantAt(local, zone)).toISOString();

describe("the clock of a place", () => {
  it("shows day and time there, whatever this machine is set to", () => {
    const evening = "2026-11-23T23:30:00Z";
    expect(wallClock(evening, "Asia/Shanghai")).toEqual({ day: "2026-11-24", hour: 7, minute: 30 });
    expect(wallClock(evening, "Asia/Urumqi")).toEqual({ day: "2026-11-24", hour: 5, minute: 30 });
    expect(wallClock(evening, "America/St_Johns")).toEqual({ day: "2026-11-23", hour: 20, minute: 0 });
    expect([dayAt("2027-12-31T16:00:00Z", "Asia/Shanghai"), dayAt("2027-12-31T15:59:59Z", "Asia/Shanghai")]).toEqual([
      "2028-01-01",
      "2027-12-31",
    ]);
  });

  it("steps over the ends of month, year and February", () => {
    const steps = [daysAfter("2026-12-31", 1), daysAfter("2028-02-28", 1), daysAfter("2027-03-01", -1)];
    expect(steps).toEqual(["2027-01-01", "2028-02-29", "2027-02-28"]);
  });

  it("is read as the relay reads it: a jump is its moment, what comes twice its first coming", () => {
    expect(at("2026-11-24T09:05", "Asia/Shanghai")).toBe("2026-11-24T01:05:00.000Z");
    expect(at("2026-03-29T02:30", "Europe/Berlin")).toBe("2026-03-29T01:00:00.000Z");
    expect(at("2026-03-29T03:00", "Europe/Berlin")).toBe("2026-03-29T01:00:00.000Z");
    expect(at("2026-10-25T02:30", "Europe/Berlin")).toBe("2026-10-25T00:30:00.000Z");
    expect(at("2026-04-05T01:45", "Australia/Lord_Howe")).toBe("2026-04-04T14:45:00.000Z");
    expect(instantAt("x", "Asia/Shanghai")).toBeNaN();
  });

  it("goes in and out without loss through a year of every hour", () => {
    for (const zone of ["Asia/Shanghai", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia"]) {
      for (let hour = 0; hour < 366 * 24; hour += 7) {
        const instant = Date.UTC(2026, 0, 1, hour, 15);
        const { day, hour: h, minute } = wallClock(instant, zone);
        const back = instantAt(`${day}T${String(h).padStart(2, "0")}:${String(minute).padStart(2, "0")}`, zone);
        // The second coming of an hour is told from the first by nobody.
        expect([0, 1800_000, 3600_000]).toContain(instant - back);
      }
    }
  });

  it("is not asked of a zone that the browser does not know", () => {
    expect([knowsZone("Asia/Shanghai"), knowsZone("Asia/Atlantis")]).toEqual([true, false]);
  });
});
