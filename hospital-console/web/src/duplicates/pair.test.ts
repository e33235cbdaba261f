import type { Duplicate, ResidentIdentity } from "@yunzhen/client";
import { expect, it } from "vitest";
import { differing, inOrder } from "./pair";

const person = (id: string, more: Partial<ResidentIdentity> = {}): ResidentIdentity => ({
  id,
  version: 1,
  name: "冯淑华",
  sex: "female",
  birth_date: "1940-02-03",
  id_number_masked: "3301**********0012",
  home_id: "h1",
  home_name: "松鹤颐养院",
  bed: "101-1",
  ...more,
});
const pair = (
  id: string,
  state: Duplicate["state"],
  found_at: string,
  second: Partial<ResidentIdentity>,
): Duplicate => ({
  id,
  version: 1,
  state,
  likeness: "name_and_birth_date",
  residents: [person("a"), person("b", second)],
  found_at,
  allowed: [],
});
const pairs = [
  pair("1", "merged", "2026-11-03T00:00:00Z", { bed: "9-1" }),
  pair("2", "suspected", "2026-11-01T00:00:00Z", { home_name: "桂花园护理院" }),
  pair("3", "suspected", "2026-11-02T00:00:00Z", { bed: "7-7" }),
];

it("shows where the two differ", () => {
  expect([...differing(pair("1", "suspected", "", { bed: "9", id_number_masked: "x" }))]).toEqual([
    "id_number_masked",
    "bed",
  ]);
});

it("puts what needs a decision first, and filters by state and words", () => {
  expect(inOrder(pairs, "all", "").map((p) => p.id)).toEqual(["3", "2", "1"]);
  expect(inOrder(pairs, "merged", "").map((p) => p.id)).toEqual(["1"]);
  expect(inOrder(pairs, "all", "桂花园").map((p) => p.id)).toEqual(["2"]);
});
