/** The courier's phone loads its page again in a valley: nothing answers, and the parcels of today are there. */
import { expect, test, type Page } from "@playwright/test";
import { buildDay } from "./data";
import { now } from "./clock";
import { installMock } from "./mock";
import { serveConsole } from "./site";

/** From the next load of the page on nothing answers it. */
async function intoTheValley(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.fetch = () => Promise.reject(new TypeError("Failed to fetch"));
  });
}

test("the courier's page loaded again without a signal shows the parcels and keeps a press", async ({ browser }) => {
  const site = await serveConsole();
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const day = buildDay(now());
  const parcel = day.deliveries.find(({ id }) => id === "dv1");
  if (!parcel?.parcel_code) throw new Error("the day has no parcel dv1 with a code");
  await installMock(page, day, { stops: ["dv1"] });
  await page.goto(`${site.origin}/courier/abc`);
  await page.locator("main input").first().click();
  await page.keyboard.type("482915");
  await expect(page.getByTestId("parcel-code")).toHaveText(parcel.parcel_code);
  // The page is kept once its worker is at work.
  await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);

  await site.close();
  await intoTheValley(page);
  await page.reload();
  await expect(page.getByTestId("parcel-code")).toHaveText(parcel.parcel_code);
  await expect(page.getByText(parcel.home.address)).toBeVisible();
  await expect(page.getByText("没有信号")).toBeVisible({ timeout: 15_000 });
  await page.getByRole("button", { name: "已到门口" }).click();
  await expect(page.getByText(/已记下，信号恢复后自动发送/)).toBeVisible();

  await page.reload();
  await expect(page.getByText(/已记下，信号恢复后自动发送/)).toBeVisible();
  const kept = await page.evaluate(() => Object.values(localStorage).join());
  for (const item of parcel.packs ?? []) expect(kept).not.toContain(item.name);
  if (parcel.resident) expect(kept).not.toContain(parcel.resident.name);
  await context.close();
});
