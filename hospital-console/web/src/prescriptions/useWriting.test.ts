import { expect, it } from "vitest";
import { answers } from "./useWriting";

const before = { findings: [], quantities: [3] };
const saved = { findings: [], items: [{ quantity: 3 }] } as unknown as Parameters<typeof answers>[1];

it("shows no quantity beside a dose that the relay refuses: that of the text before stood there", () => {
  expect(answers({ data: before, error: undefined }, saved).quantities).toEqual([3]);
  expect(answers({ data: before, error: new Error("422") }, saved)).toEqual({ findings: [], quantities: [] });
  expect(answers({ data: undefined, error: new Error("422") }, saved)).toEqual({ findings: [], quantities: [] });
  expect(answers({ data: undefined, error: null }, saved).quantities).toEqual([3]);
});
