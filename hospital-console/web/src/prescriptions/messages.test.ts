import { expect, it } from "vitest";
import { i18n } from "../app/i18n";

it("says one of something as one", () => {
  const en = i18n.getFixedT("en", "app");
  expect(en("prescriptions.review.blocked", { count: 1 })).toBe("1 finding forbids it. Please resolve it first.");
  expect(en("prescriptions.review.blocked", { count: 2 })).toBe("2 findings forbid it. Please resolve them first.");
  expect(en("prescriptions.document.days", { count: 1 })).toBe("1 day");
  expect(en("prescriptions.finding.creatinine", { count: 1 })).toBe("Creatinine 1 day old");
  const zh = i18n.getFixedT("zh", "app");
  expect(zh("prescriptions.review.blocked", { count: 1 })).toBe("有 1 处不能开具，请先处理。");
});
