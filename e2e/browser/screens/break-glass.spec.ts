import { expect, test, type Page } from "@playwright/test";
import type { BreakGlass } from "@yunzhen/client";
import { now } from "./clock";
import { serveBox, type OwnAnswers } from "./nurse-box";
import { lookAtTablet } from "./tablet";

/** The second person of a broken glass in the home: the nurses see it on the day's page, folded into one line, and on the resident's, until one of them takes note. */
const MINUTE = 60_000;
const opening = (): BreakGlass => ({
  id: "g1",
  version: 1,
  state: "open",
  resident_id: "r1",
  resident_name: "王桂兰",
  bed: "2-05",
  home_id: "h1",
  home_name: "松鹤颐养院",
  hospital: "云溪市中医院",
  specialist: { id: "s3", name: "沈若兰" },
  reason: "急诊科来电，住民言语不清，需要了解抗凝用药和过敏史。",
  opened_at: new Date(now() - 17 * MINUTE).toISOString(),
  ends_at: new Date(now() + 43 * MINUTE).toISOString(),
});

/** Another record, earlier. */
const another = (): BreakGlass => ({
  ...opening(),
  id: "g2",
  resident_id: "r2",
  resident_name: "李建国",
  bed: "2-06",
  reason: "急诊科来电，需要了解既往病史。",
  opened_at: new Date(now() - 90 * MINUTE).toISOString(),
  ends_at: new Date(now() - 30 * MINUTE).toISOString(),
});

/** Gone once somebody took note. */
function home(...others: BreakGlass[]): OwnAnswers {
  let noted = false;
  return (method, path) => {
    if (path === "/api/break-glass/g1/acknowledge" && method === "POST") {
      noted = true;
      return { body: { ...opening(), acknowledged_at: new Date(now()).toISOString() } };
    }
    return path === "/api/break-glass"
      ? { body: { items: noted ? others : [opening(), ...others], next: null } }
      : undefined;
  };
}

const notice = (page: Page) => page.getByTestId("break-glass-notice");
const unfold = (page: Page) =>
  notice(page)
    .getByRole("button", { name: /^查看$|^Show$/ })
    .click();
const SCENES: { name: string; path: string; act: (page: Page) => Promise<void> }[] = [
  {
    name: "today",
    path: "/",
    act: async (page) => {
      await expect(notice(page)).toContainText("王桂兰");
      await expect(notice(page)).not.toContainText("沈若兰");
      await unfold(page);
      await expect(notice(page)).toContainText("沈若兰");
      await expect(notice(page)).toContainText("云溪市中医院");
      await expect(notice(page)).toContainText("抗凝用药");
    },
  },
  // Beside the resident's own page the list does not say it a second time.
  { name: "resident", path: "/residents/r1", act: (page) => expect(notice(page)).toHaveCount(1) },
  { name: "record", path: "/registry/r1", act: (page) => expect(notice(page)).toContainText("沈若兰") },
];

for (const { name, path, act } of SCENES) {
  test(`break-glass nurse-${name}`, async ({ browser }) => {
    await lookAtTablet(browser, serveBox("online", home()), {
      name: `break-glass-nurse-${name}`,
      path,
      ready: "[data-testid=break-glass-notice]",
      act,
    });
  });
}

test("break-glass: the home is told until a nurse takes note", async ({ page }) => {
  const box = await serveBox("online", home());
  try {
    await page.goto(`${box.origin}/`);
    await unfold(page);
    await notice(page)
      .getByRole("button", { name: /^知道了$|^Noted$/ })
      .click();
    await expect(notice(page)).toHaveCount(0);
  } finally {
    await box.close();
  }
});

test("break-glass: two openings filled the column and no resident was in sight", async ({ page }) => {
  const box = await serveBox("online", home(another()));
  try {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${box.origin}/`);
    await expect(notice(page)).toContainText("2 次紧急调阅病历");
    await expect(page.locator(".nurse-row").first()).toBeInViewport({ ratio: 1 });
    await unfold(page);
    await expect(notice(page).getByRole("button", { name: /^知道了$|^Noted$/ })).toHaveCount(2);
  } finally {
    await box.close();
  }
});
