import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { enDoses } from "../src/i18n/en-doses";
import { zhDoses } from "../src/i18n/zh-doses";
import { isChainLate, isStepLate, lineAt } from "../src/ui/lateness";
import { isOwnTurn, turnMeaning } from "../src/ui/turn";

interface Api {
  components: { schemas: Record<string, { enum: string[] }> };
}
const { schemas } = (JSON.parse(readFileSync(new URL("../../openapi.json", import.meta.url), "utf8")) as unknown as Api)
  .components;

it("has words for every next step and every reason: a parcel that went back said nothing of it", () => {
  const said = (words: object) => Object.keys(words).sort();
  const told = (name: string) => (schemas[name]?.enum ?? []).filter((value) => value !== "nothing").sort();
  expect(told("ChainNext").length).toBeGreaterThan(10);
  for (const { chain } of [zhDoses, enDoses]) {
    expect(said(chain.next)).toEqual(told("ChainNext"));
    expect(said(chain.reason)).toEqual(told("ChainReason"));
  }
});

it("is late by the page's own clock once the time is over: a page that stayed open never said so", () => {
  const due_by = "2026-11-23T02:30:00Z";
  const at = (time: string) => Date.parse(`2026-11-23T${time}:00Z`);
  expect(isChainLate({ late: false, due_by }, at("02:30"))).toBe(false);
  expect(isChainLate({ late: false, due_by }, at("02:31"))).toBe(true);
  expect(isChainLate({ late: true, due_by }, at("02:00"))).toBe(true);
  expect(isChainLate({ late: false }, at("09:00"))).toBe(false);
  expect(isStepLate({ late: false, due_by }, at("02:31"))).toBe(true);
  // What was done in its time stays so.
  expect(isStepLate({ late: false, due_by, at: "2026-11-23T02:20:00Z" }, at("09:00"))).toBe(false);
  expect(isStepLate({ late: true, due_by, at: "2026-11-23T02:40:00Z" }, at("02:41"))).toBe(true);
});

it("calls a line of a list late from its time on, and says whose turn that makes it: a list that stayed open said nothing", () => {
  const time = (clock: string): number => Date.parse(`2026-11-23T${clock}:00Z`);
  const line = { turn: "nurse", late: false, late_from: "2026-11-23T02:30:00Z", late_turn: "courier" } as const;
  expect(lineAt(line, time("02:30"))).toEqual({ turn: "nurse", late: false });
  expect(lineAt(line, time("02:31"))).toEqual({ turn: "courier", late: true });
  expect(lineAt({ turn: "nurse", late: true }, time("02:00"))).toEqual({ turn: "nurse", late: true });
  expect(lineAt({ turn: "nurse", late: false }, time("09:00"))).toEqual({ turn: "nurse", late: false });
});

it("is grey for somebody else's turn alone: the reader's own looked like waiting", () => {
  expect(turnMeaning("pharmacy", "pharmacy", false)).toBe("person");
  expect(turnMeaning("nurse", "pharmacy", false)).toBe("waiting");
  expect(turnMeaning("prescriber", undefined, undefined)).toBe("waiting");
  expect(turnMeaning("nobody", "nurse", false)).toBe("done");
  for (const reader of ["pharmacy", "nurse"] as const) expect(turnMeaning("pharmacy", reader, true)).toBe("danger");
  expect([isOwnTurn("nurse", "nurse"), isOwnTurn("nurse", undefined), isOwnTurn("nobody", "nobody")]).toEqual([
    true,
    false,
    false,
  ]);
  expect([zhDoses.chain.turn.you, enDoses.chain.turn.you]).toEqual(["轮到您", "Your turn"]);
});
