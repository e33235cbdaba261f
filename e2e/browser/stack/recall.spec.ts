import { expect } from "@playwright/test";
import { randomUUID } from "node:crypto";
import type { Person } from "../../../scripts/stack/person.mjs";
import { approvedOrder, signedIn, type Ordered, type Versioned } from "../support/orders";
import { Courier, Nurse, open, Pharmacy, signIn, type Parcel } from "../support/people";
import { test } from "../support/scenario";
import { runningStack, urlFor, type Stack } from "../support/stack";

const DRUG = "amlodipine-5mg";
const LINE = { drug_id: DRUG, dose: 2, frequency: "st", route: "oral", days: 1, instruction: "收到后服用" };

/** Takes a batch in, later to expire than any other: no other scenario's shelf proposes it. */
const takeIn = (counter: Person, batch: string) =>
  counter.post("/api/stock", { drug_id: DRUG, batch, expiry: "2031-12-31", quantity: 10 });

/** Fills an order from these batches and packs it, at the counter's API: what is looked at comes after. */
async function packed(counter: Person, stack: Stack, order: Ordered, batches: string[]): Promise<Parcel> {
  const at = `/api/prescriptions/${order.id}`;
  type Step = { prescription: Versioned; secret: string };
  const accepted = (await counter.post(`${at}/accept`, { version: order.version })) as Step;
  const { secret } = accepted;
  const packs = batches.map((batch) => ({ item_no: 1, batch, expiry: "2031-12-31", quantity: 2 / batches.length }));
  const filled = (await counter.post(`${at}/dispense`, {
    version: accepted.prescription.version,
    secret,
    packs,
  })) as Versioned;
  // Another courier each time: the same one has the link of today already.
  const courier_phone = `139${String(Date.now()).slice(-8)}`;
  const done = (await counter.post(`${at}/pack`, {
    version: filled.version,
    secret,
    courier_name: "赵师傅",
    courier_phone,
  })) as { parcel_code: string; courier_pin: string; courier_link_path: string };
  return { code: done.parcel_code, pin: done.courier_pin, link: stack.urls.console + done.courier_link_path };
}

/** A batch is called back at the hospital's desk, while people look at the shelf, the road and the bed. */
test("a recalled batch stops on the shelf, on the road and at the bed, and the home answers", async ({ browser }) => {
  test.setTimeout(240_000);
  const stack = runningStack();
  const mark = randomUUID().slice(0, 6).toUpperCase();
  const [bad, good] = [`R${mark}`, `G${mark}`];
  const counter = await signedIn(stack, "pharmacy");
  for (const batch of [bad, good]) await takeIn(counter, batch);
  const [desk, shop, road, tablet] = [
    await open(browser, { width: 1440, height: 900 }),
    await open(browser, { width: 1440, height: 900 }),
    await open(browser, { width: 390, height: 844 }),
    await open(browser, { width: 1280, height: 800 }),
  ];
  const [pharmacy, courier, nurse] = [
    new Pharmacy(shop.page, stack),
    new Courier(road.page),
    new Nurse(tablet.page, stack),
  ];
  await Promise.all([signIn(desk.page, stack, "pharmacist"), pharmacy.signIn(), nurse.signIn()]);

  const home = await test.step("one tablet of it is in the home, beside one of another batch", async () => {
    const order = await approvedOrder(stack, "I10", 1, LINE);
    const parcel = await packed(counter, stack, order, [bad, good]);
    await courier.open(stack, parcel);
    await courier.press("接受任务", "accepted");
    await courier.press("已取件", "in_transit");
    await nurse.receive(order.resident.name, parcel.code);
    return order;
  });
  await test.step("two more are with the courier", async () => {
    const order = await approvedOrder(stack, "I10", 0, LINE);
    await courier.open(stack, await packed(counter, stack, order, [bad]));
    await courier.press("接受任务", "accepted");
    await courier.press("已取件", "in_transit");
  });

  const dose = tablet.page.getByTestId(`dose-${home.id}-1`);
  const shelf = shop.page.getByRole("row").filter({ hasText: bad });
  await test.step("everybody looks at what is theirs", async () => {
    await tablet.page.goto(`${urlFor(stack, "nurse")}/doses/${home.resident.id}`);
    await expect(dose.getByRole("button", { name: "已服下" })).toBeVisible();
    await shop.page.getByRole("link", { name: "库存", exact: true }).click();
    await expect(shelf.getByRole("cell").nth(3)).toHaveText("7 片");
  });

  await test.step("the hospital's pharmacist calls the batch back", async () => {
    await desk.page.getByRole("link", { name: /召回/ }).click();
    await desk.page.getByRole("button", { name: "发起召回" }).click();
    const sheet = desk.page.getByTestId("declare");
    await sheet.getByRole("textbox", { name: "药品" }).fill("氨氯地平");
    await desk.page
      .getByRole("option", { name: /氨氯地平.*5 ?mg/ })
      .first()
      .click();
    await sheet.getByLabel("批号").fill(bad);
    await sheet.getByLabel("公告日期").fill(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
    await sheet.getByRole("combobox", { name: "级别" }).click();
    await desk.page.getByRole("option", { name: /^二级/ }).click();
    await sheet.getByLabel("召回发布单位").fill("浙江省药品监督管理局");
    await sheet.getByLabel("召回原因").fill("溶出度不符合规定");
    await sheet.getByRole("button", { name: "确认召回此批" }).click();
    await expect(desk.page.getByTestId("recall")).toHaveAttribute("data-state", "open");
    await expect(desk.page.getByText("在途（已停止交付）")).toBeVisible();
    await expect(desk.page.getByText("未回报", { exact: true })).toBeVisible();
  });

  await test.step("the pharmacy's shelf is in quarantine, without a reload", async () => {
    await expect(shelf.getByRole("cell").nth(3)).toHaveText("0 片");
    await expect(shelf.getByRole("cell").nth(5)).toHaveText("7");
  });

  await test.step("the courier is told to bring the parcel back, and can do nothing else with it", async () => {
    const held = road.page.getByTestId("held");
    await expect(held).toContainText("有被召回的批号");
    await expect(road.page.getByRole("button", { name: "到达门口" })).toHaveCount(0);
    await road.page.getByRole("button", { name: "退回药房" }).click();
    await road.page.getByRole("button", { name: "确认退回" }).click();
    await expect(held).toHaveAttribute("data-state", "returning");
  });

  await test.step("at the bed it is given from the other pack only, which is scanned", async () => {
    await expect(dose.getByText("已召回：不要给")).toBeVisible();
    await expect(dose.getByRole("button", { name: "已服下" })).toHaveCount(0);
    await dose.getByRole("button", { name: "从另一盒给" }).click();
    const pack = dose.getByTestId("other-pack");
    const field = pack.getByRole("textbox");
    await field.fill(`(01)06901234567892(17)311231(10)${bad}`);
    await field.press("Enter");
    await expect(pack).toContainText("这就是被召回的批号");
    await field.fill(`(01)06901234567892(17)311231(10)${good}`);
    await field.press("Enter");
    await pack.getByRole("button", { name: `已服下（批号 ${good}）` }).click();
    await expect(dose.getByText("已服", { exact: true }).first()).toBeVisible();
    await expect(dose.getByText(`批号 ${good}`)).toBeVisible();
  });

  await test.step("the home is asked on every screen, looks, and answers", async () => {
    await tablet.page.getByTestId("recall-notice").getByRole("link", { name: "去排查" }).click();
    await tablet.page.getByRole("link").filter({ hasText: bad }).click();
    const form = tablet.page.getByTestId("recall-answer");
    await expect(form).toContainText("本院共领用 1 片");
    await form.getByRole("button", { name: "全部找到并隔离" }).click();
    await form.getByRole("button", { name: "回报" }).click();
    await expect(tablet.page.getByText(/回报：隔离 1，已服用 0/)).toBeVisible();
  });

  await test.step("the pharmacist sees the answer come, and closes the recall", async () => {
    await expect(desk.page.getByText("隔离 1 · 已用 0")).toBeVisible();
    await desk.page.getByRole("button", { name: "结束召回：全部护理院已回报" }).click();
    await expect(desk.page.getByTestId("recall")).toHaveAttribute("data-state", "completed");
  });
  for (const { context } of [desk, shop, road, tablet]) await context.close();
});
