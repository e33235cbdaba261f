import { describe, expect, it } from "vitest";
import { limitedPicture, shownQuality, type CallSnapshot, type Participant } from "../src";

const participant = (id: string, more: Partial<Participant> = {}): Participant => ({
  id,
  kind: "specialist",
  display_name: id,
  audio: "on",
  video: "on",
  link: "good",
  since: "2026-11-23T08:00:00.000Z",
  ...more,
});

const seenFrom = (me: Partial<Participant>): Pick<CallSnapshot, "room" | "quality"> => ({
  room: { participants: [participant("me", me)], you: "me" } as CallSnapshot["room"],
});

describe("the stage's word for the connection", () => {
  it("is not that the picture is clear where the words beside it say that it is small", () => {
    expect(limitedPicture(seenFrom({ pictures: "small" }), participant("doctor"))).toEqual({
      side: "here",
      pictures: "small",
    });
    expect(shownQuality(seenFrom({ pictures: "small" }), participant("doctor"))).toBeUndefined();
    expect(shownQuality(seenFrom({}), participant("doctor", { pictures: "paused", link: "weak" }))).toBeUndefined();
    expect(shownQuality(seenFrom({ pictures: "small" }), participant("doctor", { link: "poor" }))).toBe("poor");
  });

  it("is that the connection is lost while nothing passes, whatever was said of it before", () => {
    for (const why of ["lost", "revoked"] as const) {
      expect(shownQuality(seenFrom({}), participant("doctor"), why)).toBe("lost");
      expect(shownQuality(seenFrom({ pictures: "small" }), participant("doctor", { link: "weak" }), why)).toBe("lost");
    }
  });

  it("is the worse of both directions, and none where the ladder's step says it", () => {
    expect(shownQuality(seenFrom({}), participant("home"))).toBe("good");
    expect(shownQuality(seenFrom({}), participant("home", { link: "weak" }))).toBe("weak");
    expect(shownQuality(seenFrom({}), participant("home", { rung: "slow" }))).toBeUndefined();
  });
});
