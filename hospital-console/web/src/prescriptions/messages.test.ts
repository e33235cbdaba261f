import { expect, it } from "vitest";
import { i18n } from "../app/i18n";

it("says one of something as one", () => {
  const en = i18n.getFixedT("en", "app");
  expect(en("prescriptions.review.blocked", { count: 1 })).toBe("1 finding forbids it. Please resolve it first.");
  expect(en("prescriptions.review.blocked", { count: 2 })).toBe("2 findings forbid it. Please resolve them first.");
  expect(en("prescriptions.document.days", { count: 1 })).toBe("1 day");
  expect(en("prescriptions.finding.creatinine", { count: 1 })).toBe("Creatinine 1 day old");
  expect(en("prescribing.facts.daysAgo", { count: 1 })).toBe("1 day ago");
  expect(en("prescribing.facts.daysAgo", { count: 214 })).toBe("214 days ago");
  expect([1, 0, 3].map((count) => en("prescribing.taper.days", { count }))).toEqual(["day", "days", "days"]);
  expect(en("prescribing.taper.total", { count: 1 })).toBe("1 day in all");
  const step = { no: 1, dose: 2, unit: "tablets", frequency: "once a day" };
  expect(en("prescribing.taper.line", { ...step, count: 1 })).toBe("Step 1: 2 tablets, once a day, 1 day");
  const zh = i18n.getFixedT("zh", "app");
  expect(zh("prescriptions.review.blocked", { count: 1 })).toBe("有 1 处不能开具，请先处理。");
  expect(zh("prescribing.facts.daysAgo", { count: 1 })).toBe("1 天前");
});
