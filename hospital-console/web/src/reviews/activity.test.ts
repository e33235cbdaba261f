import { describe, expect, it } from "vitest";
import { Activity, AWAY_MS, THERE_MS } from "./activity";

describe("whether somebody is at the page", () => {
  const page = () => {
    const target = new EventTarget();
    const clock = { at: 1_000_000 };
    return { target, clock, activity: new Activity(target, () => clock.at) };
  };
  it("takes a page that was only opened for nobody's: an idle window claimed the next review by itself", () => {
    const { target, clock, activity } = page();
    expect(activity.isThere()).toBe(false);
    target.dispatchEvent(new Event("pointerdown"));
    expect(activity.isThere()).toBe(true);
    clock.at += THERE_MS;
    expect(activity.isThere()).toBe(false);
    target.dispatchEvent(new Event("keydown"));
    expect(activity.isThere()).toBe(true);
  });
  it("says that they are away once nothing was touched for long, and not before", () => {
    const { target, clock, activity } = page();
    clock.at += AWAY_MS - 1;
    expect(activity.isAway()).toBe(false);
    clock.at += 1;
    expect(activity.isAway()).toBe(true);
    target.dispatchEvent(new Event("wheel"));
    expect(activity.isAway()).toBe(false);
  });
});
