import { expect, type Page } from "@playwright/test";
import { expectAxeClean } from "../support/axe";
import { ask, DESK, inBed, slowly, TABLET, type Person } from "../support/care";
import { Nurse, open, Specialist } from "../support/people";
import { test } from "../support/scenario";
import { runningStack, urlFor } from "../support/stack";

/** Round mode on the real programs: what the nurse measures while somebody else is in the call. */
const MINUTE = 60_000;
const SHANGHAI_MS = 8 * 60 * MINUTE;
const EACH = 5;

interface Published {
  specialist: { id: string };
  version: number;
  zone: string;
  rules: unknown[];
  exceptions: unknown[];
}

interface Observed {
  items: { code: string; value: number }[];
}

/** Clock of the demo's homes: date and HH:MM. */
function clockOf(at: number): { date: string; time: string } {
  const text = new Date(at + SHANGHAI_MS).toISOString();
  return { date: text.slice(0, 10), time: text.slice(11, 16) };
}

/** The next block of so many minutes that does not cross midnight in Shanghai, where a published block ends. */
function soon(minutes: number): number {
  const start = Math.ceil(Date.now() / MINUTE) * MINUTE + MINUTE;
  const { date } = clockOf(start);
  return clockOf(start + minutes * MINUTE).date === date
    ? start
    : Date.parse(`${clockOf(start + 60 * MINUTE).date}T00:00:00+08:00`);
}

/** A round of two with this specialist that begins in a moment; gives its way back as well. */
async function planned(
  nurse: Page,
  desk: Page,
  stops: Person[],
): Promise<{ id: string; restore: () => Promise<void> }> {
  const me = await ask<{ staff: { id: string } }>(desk, "GET", "/session/me");
  const path = `/api/availability/${me.staff.id}`;
  const before = await ask<Published>(desk, "GET", path);
  const minutes = EACH * stops.length;
  const start = soon(minutes);
  const [from, until] = [clockOf(start), clockOf(start + minutes * MINUTE)];
  const block = {
    kind: "extra_block",
    date: from.date,
    start: `${from.time}:00`,
    end: `${until.time}:00`,
    slot_minutes: EACH,
  };
  const { zone, rules, exceptions } = before;
  const put = (with_: unknown[], version: number) =>
    ask<Published>(desk, "PUT", path, { zone, rules, exceptions: with_, version });
  const published = await put([...exceptions, block], before.version);
  const home = await ask<{ staff: { home_id: string } }>(nurse, "GET", "/session/me");
  const round = await ask<{ id: string }>(nurse, "POST", "/api/rounds", {
    home_id: home.staff.home_id,
    specialist_id: me.staff.id,
    starts_at: new Date(start).toISOString(),
    minutes: EACH,
    reason: "查房",
    resident_ids: stops.map(({ id }) => id),
  });
  return { id: round.id, restore: async () => void (await put(exceptions, published.version)) };
}

test("the next resident of a round is measured while the present one is in the call", async ({ browser }) => {
  test.setTimeout(300_000);
  const stack = runningStack();
  // Late in the evening the round begins after midnight: a clock further west still calls that today.
  const timezoneId = new Date(Date.now() + SHANGHAI_MS).getUTCHours() >= 20 ? "UTC" : "Asia/Shanghai";
  const tablet = await open(browser, { ...TABLET, timezoneId });
  const desk = await open(browser, DESK);
  const [nurse, specialist] = [new Nurse(tablet.page, stack), new Specialist(desk.page, stack)];
  await Promise.all([nurse.signIn(), specialist.signIn()]);
  const page = tablet.page;
  const [present, next] = [await inBed(page, "303-1"), await inBed(page, "302-1")];
  const round = await planned(page, desk.page, [present, next]);
  const systolic = async (of: Person): Promise<number[]> => {
    const observed = await ask<Observed>(page, "GET", `/api/residents/${of.id}/observations?code=8480-6`);
    return observed.items.map(({ value }) => value);
  };

  await test.step("the first one is called from the round and seen", async () => {
    await page.goto(`${urlFor(stack, "nurse")}/rounds/${round.id}`);
    const stop = page.locator(".nurse-stop").filter({ hasText: present.name });
    await stop.getByRole("button", { name: "到诊" }).click();
    await page.waitForURL(/\/consultations\//);
    await specialist.seeNow(present.name);
    await slowly(page.getByTestId("next-in-round")).toContainText(`下一位：${next.bed} 床 ${next.name}`);
  });

  await test.step("meanwhile the next one's vital signs are entered, in the call", async () => {
    const bar = page.getByTestId("next-in-round");
    await bar.getByRole("button", { name: "录入体征" }).click();
    const sheet = page.getByRole("dialog");
    await expect(sheet).toContainText(next.name);
    await sheet.getByLabel("收缩压").fill("193");
    await sheet.getByLabel("舒张压").fill("107");
    await expectAxeClean(page, "nurse: the next one is measured in the call");
    await sheet.getByRole("button", { name: "保存体征" }).click();
    await slowly(sheet).toHaveCount(0);
    await slowly(bar).toContainText(/体征 \d\d:\d\d/);
    await expect(page.getByTestId("self-video")).toBeVisible();
    await expect(desk.page.getByTestId("main-video")).toBeVisible();
  });

  await test.step("they are the next one's, and nobody else's", async () => {
    await slowly.poll(() => systolic(next)).toContain(193);
    expect(await systolic(present)).not.toContain(193);
  });

  await test.step("the call ends; one press leads on to the next", async () => {
    await specialist.finish();
    await slowly(page.getByRole("heading", { name: "会诊小结" })).toBeVisible();
    await page.getByRole("link", { name: /看下一位/ }).click();
    await expect(page.getByRole("heading", { name: "会诊预约" })).toBeVisible();
    await page.getByRole("button", { name: "取消预约" }).click();
    await page.getByRole("button", { name: "住民外出" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "取消预约" }).click();
    await expect(page.getByText("已取消", { exact: true }).first()).toBeVisible();
  });
  await round.restore();
  for (const { context } of [tablet, desk]) await context.close();
});
