/** A body as a grid of places, seen from the front and from behind: from the front the resident's right is on the left. Pure. */
import type { BodySite } from "@yunzhen/client";

export type BodyView = "front" | "back";

export interface Place {
  site: BodySite;
  row: number;
  /** Arms left and right of the trunk, legs below it. */
  part: "trunk" | "arm" | "leg";
  side: "left" | "right" | "middle";
}

type Line = [trunk: BodySite | undefined, arm?: string, leg?: string];

const LINES: Record<BodyView, readonly Line[]> = {
  front: [
    ["face"],
    ["neck", "shoulder"],
    ["chest", "elbow"],
    ["abdomen", "forearm"],
    ["groin", "hand"],
    [undefined, undefined, "hip"],
    [undefined, undefined, "thigh"],
    [undefined, undefined, "knee"],
    [undefined, undefined, "lower_leg"],
    [undefined, undefined, "foot"],
  ],
  back: [
    ["head"],
    ["nape", "shoulder"],
    ["upper_back", "elbow"],
    ["lower_back", "forearm"],
    ["sacrum", "hand"],
    ["buttocks"],
    [undefined, undefined, "thigh"],
    [undefined, undefined, "lower_leg"],
    [undefined, undefined, "heel"],
  ],
};

/** In reading order: row by row, from the left of who looks. */
export function placesOf(view: BodyView): Place[] {
  const [first, second] = view === "front" ? (["right", "left"] as const) : (["left", "right"] as const);
  return LINES[view].flatMap(([trunk, arm, leg], row) => {
    const limb = (side: "left" | "right"): Place[] => {
      const word = arm ?? leg;
      const part = arm === undefined ? "leg" : "arm";
      return word === undefined ? [] : [{ site: `${side}_${word}` as BodySite, row, part, side }];
    };
    const middle: Place[] = trunk === undefined ? [] : [{ site: trunk, row, part: "trunk", side: "middle" }];
    return [...limb(first), ...middle, ...limb(second)];
  });
}

/** The view on which a place is seen. */
export function viewOf(site: BodySite): BodyView {
  return placesOf("front").some((place) => place.site === site) ? "front" : "back";
}
