import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { enDoses } from "../src/i18n/en-doses";
import { zhDoses } from "../src/i18n/zh-doses";

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
