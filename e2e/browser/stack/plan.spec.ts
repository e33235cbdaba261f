import { expect, type Page } from "@playwright/test";
import { expectAxeClean } from "../support/axe";
import { Nurse, open } from "../support/people";
import { test } from "../support/scenario";
import { runningStack, urlFor, type Stack } from "../support/stack";

/** What is planned and what calls, on the real programs: booking against a colleague, a bed's button, a round, a ride. */
const slowly = expect.configure({ timeout: 30_000 });
const TABLET = { width: 1280, height: 800 };

interface Person {
  id: string;
  name: string;
  bed: string;
}

const residents = (page: Page): Promise<Person[]> =>
  page.evaluate(async () => ((await (await fetch("/api/residents")).json()) as { items: Person[] }).items);

/** Up to the last press: resident in the address, doctor, time, reason. */
async function prepareBooking(page: Page, stack: Stack, resident: Person, time?: string): Promise<string> {
  await page.goto(`${urlFor(stack, "nurse")}/schedule/book?resident=${resident.id}`);
  await slowly(page.getByTestId("eligibility")).toBeVisible();
  await page.getByRole("button", { name: /周敏/ }).click();
  // Two days ahead: the demo's residents have appointments of their own today and tomorrow.
  await page.locator(".nurse-slot-days button").nth(2).click();
  const free = page.locator(".nurse-slot-times button:enabled");
  const slot = time === undefined ? free.nth(1) : page.getByRole("button", { name: `${time}空闲` });
  const chosen = (await slot.innerText()).trim();
  await slot.click();
  await page.getByLabel("会诊原因").fill("慢病复诊");
  await expect(page.getByRole("button", { name: "确认预约" })).toBeEnabled();
  return chosen;
}

/** By time and name: the demo's residents have other appointments too. */
const appointmentAt = (page: Page, time: string, { name }: Person) =>
  page.getByTestId("calendar").getByRole("link", { name: new RegExp(`^${time}.*${name}`) });

test("a time lost to a colleague is booked next to it, moved and called off", async ({ browser }) => {
  test.setTimeout(480_000);
  const stack = runningStack();
  const [one, other] = [await open(browser, TABLET), await open(browser, TABLET)];
  for (const { page } of [one, other]) await new Nurse(page, stack).signIn();
  const [first, second] = (await residents(one.page)).slice(-2);
  if (!first || !second) throw new Error("the home has too few residents");
  const page = one.page;

  await test.step("both choose the same time; one gets it", async () => {
    const time = await prepareBooking(page, stack, first);
    await expectAxeClean(page, "nurse: booking");
    await prepareBooking(other.page, stack, second, time);
    await other.page.getByRole("button", { name: "确认预约" }).click();
    await other.page.waitForURL(/\/schedule\?day=/);
    await slowly(appointmentAt(other.page, time, second)).toBeVisible();
    await page.getByRole("button", { name: "确认预约" }).click();
    await expect(page.getByRole("alert")).toContainText("刚刚被别人约走");
  });

  await test.step("the other takes the nearest free one", async () => {
    const nearest = page.getByRole("alert").getByRole("button").first();
    const time = (await nearest.innerText()).slice(-5);
    await nearest.click();
    await page.getByRole("button", { name: "确认预约" }).click();
    await page.waitForURL(/\/schedule\?day=/);
    await appointmentAt(page, time, first).click();
    await expect(page.getByRole("heading", { name: "会诊预约" })).toBeVisible();
  });

  await test.step("moved, then called off", async () => {
    await page.getByRole("button", { name: "改时间" }).click();
    await page.getByRole("dialog").locator(".nurse-slot-times button:enabled").last().click();
    await page.getByRole("dialog").getByRole("button", { name: /改到/ }).click();
    await expect(page.getByText(/已改到/)).toBeVisible();
    await page.getByRole("button", { name: "取消预约" }).click();
    await page.getByRole("button", { name: "住民外出" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "取消预约" }).click();
    await expect(page.getByText("已取消", { exact: true }).first()).toBeVisible();
  });
  for (const { context } of [one, other]) await context.close();
});

test("a bed's button reaches the nurse, is answered and becomes a consultation that a reload does not lose", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const stack = runningStack();
  const tablet = await open(browser, TABLET);
  const bedside = await open(browser, { width: 800, height: 600, hasTouch: true });
  const page = tablet.page;
  await new Nurse(page, stack).signIn();
  const caller = (await residents(page))[0];
  if (!caller) throw new Error("the home has no residents");

  await test.step("pressed without anybody signed in", async () => {
    await bedside.page.goto(`${urlFor(stack, "nurse").replace("nurse", "bed")}/call/${encodeURIComponent(caller.bed)}`);
    await bedside.page.getByTestId("call-nurse").tap();
    await expect(bedside.page.getByTestId("bedside")).toHaveAttribute("data-standing", "heard");
    await slowly(page.getByTestId("incoming-calls")).toContainText(caller.name);
    await expectAxeClean(page, "nurse: incoming call");
  });

  await test.step("answered; whoever pressed is told", async () => {
    await page.getByRole("button", { name: "我来处理" }).click();
    await expect(bedside.page.getByTestId("bedside")).toHaveAttribute("data-standing", "answered");
  });

  await test.step("it becomes an urgent consultation with a place in the queue", async () => {
    await page.getByRole("button", { name: "处理完毕" }).click();
    await page.getByRole("button", { name: /开始紧急会诊/ }).click();
    await page.getByLabel("说明").fill("胸闷，已吸氧");
    await page.getByRole("button", { name: /^确认/ }).click();
    await page.waitForURL(/\/consultations\//);
    await slowly(page.getByTestId("queue-place").first()).toContainText("紧急候诊第");
    await expect(bedside.page.getByTestId("bedside")).toHaveAttribute("data-standing", "over");
  });

  await test.step("a reload and a new start lead back into the same consultation", async () => {
    const address = page.url();
    await page.reload();
    await slowly(page.getByTestId("queue-place").first()).toBeVisible();
    await page.goto(`${urlFor(stack, "nurse")}/deliveries`);
    await page.getByRole("link", { name: "返回会诊" }).click();
    expect(page.url()).toBe(address);
    await page.getByTestId("end").click();
    await page.getByRole("button", { name: "取消会诊" }).click();
    await expect(page.getByRole("heading", { name: "会诊小结" })).toBeVisible();
  });
  for (const { context } of [tablet, bedside]) await context.close();
});

test("the running order of a round is changed and the times follow", async ({ browser }) => {
  const stack = runningStack();
  const { page, context } = await open(browser, TABLET);
  await new Nurse(page, stack).signIn();
  await page.goto(`${urlFor(stack, "nurse")}/rounds`);
  await page.locator(".nurse-row").first().click();
  const stops = page.locator(".nurse-stop");
  await expect(stops.nth(1)).toBeVisible();
  const before = await stops.nth(1).getAttribute("data-testid");
  const time = await stops.nth(0).getByText(/^计划/).innerText();
  await stops
    .nth(1)
    .getByRole("button", { name: /提前一位/ })
    .click();
  await expect(page.getByText("顺序已更新")).toBeVisible();
  await expect(stops.nth(0)).toHaveAttribute("data-testid", before ?? "");
  await expect(stops.nth(0).getByText(/^计划/)).toHaveText(time);
  await page.reload();
  await expect(stops.nth(0)).toHaveAttribute("data-testid", before ?? "");
  await context.close();
});

test("a ride is asked for, confirmed, departs and arrives; the hand-over summary is a PDF", async ({ browser }) => {
  const stack = runningStack();
  const { page, context } = await open(browser, TABLET);
  await new Nurse(page, stack).signIn();
  const [resident] = await residents(page);
  await page.goto(`${urlFor(stack, "nurse")}/transports/new?resident=${resident?.id}`);
  await page.getByRole("button", { name: "轮椅车" }).click();
  await page.getByLabel("目的地").fill("市第一人民医院 急诊");
  await page.getByRole("button", { name: "提交申请" }).click();
  await page.getByRole("button", { name: "确认车辆" }).click();
  await page.getByLabel("司机或单位").fill("安康转运");
  await page.getByLabel("电话", { exact: true }).fill("021-5550 0199");
  await page.getByRole("button", { name: "保存车辆" }).click();
  await page.getByRole("button", { name: "已出发" }).click();
  await page.getByRole("button", { name: "已到达医院" }).click();
  await expect(page.getByText("已到达", { exact: true }).first()).toBeVisible();

  await page.goto(`${urlFor(stack, "nurse")}/referrals`);
  await page.locator("a.nurse-row[href^='/referrals/']").first().click();
  const pdf = page.getByRole("link", { name: "英文" });
  await expect(pdf).toBeVisible();
  const kind = await pdf.evaluate(async (link: HTMLAnchorElement) =>
    (await fetch(link.href)).headers.get("Content-Type"),
  );
  expect(kind).toBe("application/pdf");
  await context.close();
});

test("the home's calendar link is made once and withdrawn", async ({ browser }) => {
  const stack = runningStack();
  const { page, context } = await open(browser, TABLET);
  await new Nurse(page, stack).signIn();
  await page.goto(`${urlFor(stack, "nurse")}/schedule`);
  await page.getByRole("button", { name: "日历订阅" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "生成链接" }).click();
  await expect(dialog.getByLabel("订阅链接")).toHaveValue(/\/api\/calendar-feeds\//);
  await dialog.getByRole("button", { name: "停用" }).last().click();
  await dialog.getByRole("button", { name: "停用" }).last().click();
  await expect(page.getByText("已停用。")).toBeVisible();
  await context.close();
});
