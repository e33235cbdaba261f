import { expect } from "@playwright/test";
import { Nurse, open, Specialist } from "../support/people";
import { test } from "../support/scenario";
import { runningStack, urlFor } from "../support/stack";

/** The demo's box has simulated devices: their readings wait until the nurse says whose they are. */
test("a device's reading is in the chart of the resident whom the nurse named, once, and nowhere before", async ({
  browser,
}) => {
  const stack = runningStack();
  const tablet = await open(browser, { width: 1280, height: 800 });
  const nurse = new Nurse(tablet.page, stack);
  await nurse.signIn();
  const resident = await nurse.residentSeenFor("I10", []);
  const weighed = (): Promise<{ device?: string; raw_frame?: string }[]> =>
    tablet.page.evaluate(async (id) => {
      const answer = await fetch(`/api/residents/${id}/observations?code=29463-7`);
      const { items } = (await answer.json()) as { items: { device?: string; raw_frame?: string }[] };
      return items.filter((one) => one.raw_frame !== undefined);
    }, resident.id);
  const before = (await weighed()).length;

  await tablet.page.goto(`${urlFor(stack, "nurse")}/residents/${resident.id}`);
  await tablet.page.getByRole("button", { name: "录入体征" }).click();
  const devices = tablet.page.getByTestId("devices");
  await expect(devices.getByText("演示数据")).toBeVisible();
  await devices.getByRole("button", { name: /显示全部/ }).click();
  const scale = devices.getByTestId("device-reading").filter({ hasText: "模拟体重秤" }).first();
  await expect(scale).toContainText("体重");
  expect(await weighed()).toHaveLength(before);

  await scale.getByRole("button", { name: `存入${resident.name}` }).click();
  await expect(devices.getByText(`已存入${resident.name}的记录`)).toBeVisible();
  await expect.poll(async () => (await weighed()).length, { timeout: 15_000 }).toBe(before + 1);
  const kept = (await weighed()).at(-1);
  expect(kept?.device).toMatch(/模拟体重秤.* 02:00:00:00:18:1D$/);
  expect(kept?.raw_frame).toMatch(/^2a9d:02/);

  const pressure = devices.getByTestId("device-reading").filter({ hasText: "模拟血压计" }).first();
  await pressure.getByRole("button", { name: "弃用" }).click();
  await tablet.page.getByRole("button", { name: "不知道是谁的" }).click();
  await expect(tablet.page.getByTestId("devices").getByText("已弃用，没有存入任何记录。")).toBeVisible();
  await tablet.context.close();
});

test("a recorder's ECG is seen on paper by the nurse before she confirms it, and by the specialist after", async ({
  browser,
}) => {
  const stack = runningStack();
  const tablet = await open(browser, { width: 1280, height: 800 });
  const nurse = new Nurse(tablet.page, stack);
  await nurse.signIn();
  const resident = await nurse.residentSeenFor("I10", []);
  const kept = (): Promise<{ id: string; device?: string }[]> =>
    tablet.page.evaluate(async (id) => {
      const answer = await fetch(`/api/residents/${id}/ecgs`);
      return ((await answer.json()) as { items: { id: string; device?: string }[] }).items;
    }, resident.id);
  const before = (await kept()).length;

  await tablet.page.goto(`${urlFor(stack, "nurse")}/residents/${resident.id}`);
  await tablet.page.getByRole("button", { name: "录入体征" }).click();
  const devices = tablet.page.getByTestId("devices");
  await devices.getByRole("button", { name: /显示全部/ }).click();
  const recorder = devices.getByTestId("device-reading").filter({ hasText: "模拟心电仪" }).first();
  await expect(recorder.getByRole("img", { name: /^心电图，导联 I，10(\.0)? 秒/ })).toBeVisible();
  expect(await kept()).toHaveLength(before);
  await recorder.getByRole("button", { name: `存入${resident.name}` }).click();
  await expect.poll(async () => (await kept()).length, { timeout: 15_000 }).toBe(before + 1);
  expect((await kept())[0]?.device).toMatch(/^模拟心电仪/);

  const desk = await open(browser, { width: 1440, height: 900 });
  const specialist = new Specialist(desk.page, stack);
  await specialist.signIn();
  await desk.page.goto(`${urlFor(stack, "specialist")}/residents/${resident.id}`);
  await desk.page.getByRole("tab", { name: /体征/ }).click();
  await desk.page
    .getByRole("button", { name: /的心电图/ })
    .first()
    .click();
  await expect(desk.page.getByTestId("ecg-strip").getByRole("img", { name: /^心电图/ })).toBeVisible();
  await desk.context.close();
  await tablet.context.close();
});
