import { describe, expect, it } from "vitest";
import {
  LiveEvents,
  remindedOf,
  reminderOf,
  without,
  withReminder,
  type Change,
  type ConsultationSummary,
} from "../src";
import { streams, VirtualClock } from "./world";

const NOW = Date.parse("2026-11-23T02:30:00Z");
const booked = (id: string, minutes: number, state: ConsultationSummary["state"] = "scheduled") =>
  ({ id, state, scheduled_at: new Date(NOW + minutes * 60_000).toISOString() }) as ConsultationSummary;
const of = (consultation: ConsultationSummary) => {
  const found = reminderOf(consultation, NOW);
  if (!found) throw new Error("no reminder");
  return found;
};

describe("reminders", () => {
  it("are heard on the live stream among the other changes", () => {
    const heard: Change[] = [];
    const { opened, open } = streams();
    const live = new LiveEvents({ clock: new VirtualClock(), open, onChange: (change) => heard.push(change) });
    live.start();
    opened[0]?.handlers.onOpen();
    for (const [seq, kind] of ["consultation.booked", "consultation.reminded"].entries()) {
      const data = JSON.stringify({ seq, at: "", kind, entity: "consultation", entity_id: `c${seq}` });
      opened[0]?.handlers.onEvent({ event: "change", id: String(seq), data });
    }
    expect(heard.map(remindedOf)).toEqual([undefined, "c1"]);
  });

  it("speak only of what still lies ahead", () => {
    expect(reminderOf(booked("c1", 15), NOW)?.startsAt).toBe("2026-11-23T02:45:00.000Z");
    expect(reminderOf(booked("c1", -1), NOW)).toBeUndefined();
    expect(reminderOf(booked("c1", 15, "cancelled"), NOW)).toBeUndefined();
    expect(reminderOf(booked("c1", 15, "waiting"), NOW)).toBeUndefined();
  });

  it("stand one to an appointment, soonest first, until they are pressed away", () => {
    let shown = withReminder([], of(booked("c1", 60)));
    shown = withReminder(shown, of(booked("c2", 15)));
    shown = withReminder(shown, of(booked("c1", 50)));
    expect(shown.map(({ consultation, startsAt }) => [consultation.id, startsAt.slice(11, 16)])).toEqual([
      ["c2", "02:45"],
      ["c1", "03:20"],
    ]);
    expect(without(shown, "c2").map((one) => one.consultation.id)).toEqual(["c1"]);
  });
});
