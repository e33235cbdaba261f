import type { Drug, Finding } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { emptyLine, emptyWriting, itemNumber, obstacle, toDraft, worstFirst, type Writing } from "./draft";

const drug = { id: "amlodipine-5mg" } as Drug;
const finding = (severity: Finding["severity"], outcome: Finding["outcome"] = "alert") =>
  ({ severity, outcome, message_zh: severity }) as Finding;

function writing(): Writing {
  const complete = { ...emptyLine(), drug, dose: 1 };
  return { ...emptyWriting("I10"), lines: [emptyLine(), complete] };
}

describe("a prescription being written", () => {
  it("is no draft without diagnosis or complete line", () => {
    expect(toDraft(emptyWriting("I10"))).toBeUndefined();
    expect(toDraft({ ...writing(), diagnosis_code: undefined })).toBeUndefined();
  });
  it("sends complete lines only and numbers them as the relay does", () => {
    const now = writing();
    expect(toDraft(now)?.items.map((i) => i.drug_id)).toEqual(["amlodipine-5mg"]);
    expect(itemNumber(now, now.lines[0]?.id ?? 0)).toBeUndefined();
    expect(itemNumber(now, now.lines[1]?.id ?? 0)).toBe(1);
  });
  it("is complete with a quantity where the dose is taken when needed, and sends it only there", () => {
    const line = { ...emptyLine(), drug, dose: 1, frequency: "prn" as const };
    const of = (quantity: number | undefined) => ({ ...emptyWriting("I10"), lines: [{ ...line, quantity }] });
    expect(obstacle(of(undefined), [])).toBe("incomplete");
    expect(toDraft(of(0))).toBeUndefined();
    expect(toDraft(of(10))?.items[0]?.quantity).toBe(10);
    const daily = { ...emptyWriting("I10"), lines: [{ ...line, quantity: 10, frequency: "qd" as const }] };
    expect(toDraft(daily)?.items[0]?.quantity).toBeUndefined();
  });
  it("orders findings worst first and leaves out what was found clear", () => {
    const found = [finding("info"), finding("info", "clear"), finding("block"), finding("warn"), finding("hard_stop")];
    expect(worstFirst(found).map((f) => f.severity)).toEqual(["block", "hard_stop", "warn", "info"]);
  });
  it("says what stands in the way of signing", () => {
    const ready = { ...writing(), lines: writing().lines.slice(1) };
    expect(obstacle({ ...ready, diagnosis_code: undefined }, [])).toBe("no_diagnosis");
    expect(obstacle(writing(), [])).toBe("incomplete");
    expect(obstacle(ready, [finding("block")])).toBe("blocked");
    expect(obstacle(ready, [finding("hard_stop")])).toBe("reason_required");
    expect(obstacle({ ...ready, hard_stop_reason: "因为" }, [finding("hard_stop")])).toBeUndefined();
    expect(obstacle(ready, [finding("warn")])).toBeUndefined();
    expect(obstacle(ready, [finding("block", "clear"), finding("hard_stop", "clear")])).toBeUndefined();
  });
});
