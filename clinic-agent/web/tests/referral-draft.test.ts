import { describe, expect, it } from "vitest";
import { emptyDraft, fromText, toContent, toText, type Account } from "../src/referrals/account";
import { ACCOUNT_WORDS, accountWords } from "../src/referrals/account-words";

const zh = accountWords("zh");
const account: Account = { reason: "气促加重", seen: "今晨起不能平卧\n\n已吸氧 2 L/min", ride: "wheelchair_van" };

describe("what the nurse writes of a referral", () => {
  it("is one text with headings, and comes back as it was", () => {
    const text = toText(account, zh);
    expect(text).toBe("气促加重\n\n护士所见：今晨起不能平卧\n\n已吸氧 2 L/min\n\n接送意向：轮椅车");
    expect(fromText(text, ACCOUNT_WORDS)).toEqual(account);
  });

  it("is gone on with in the other language", () => {
    expect(fromText(toText(account, accountWords("en")), ACCOUNT_WORDS)).toEqual(account);
  });

  it("says nothing of what was left empty", () => {
    expect(toText({ reason: " 复查 ", seen: " ", ride: "none" }, zh)).toBe("复查");
  });

  it("keeps a doctor's text whole", () => {
    const text = "气促加重，下肢水肿。\n\n接送意向：直升机\n\n建议住院。";
    expect(fromText(text, ACCOUNT_WORDS)).toEqual({ reason: text, seen: "", ride: "none" });
  });

  it("leaves hospital, department and diagnosis to the doctor when they are not known", () => {
    expect(toContent({ ...emptyDraft, reason: "复查", department: "  " }, zh)).toEqual({
      reason: "复查",
      urgency: "routine",
    });
    expect(toContent({ ...emptyDraft, reason: "复查", hospital: "市一院", diagnosis: "I50" }, zh)).toEqual({
      reason: "复查",
      urgency: "routine",
      hospital: "市一院",
      diagnosis_code: "I50",
    });
  });
});
