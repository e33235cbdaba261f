import { expect } from "@playwright/test";
import { approvedOrder, signedIn, type Versioned } from "../support/orders";
import { onTheWay } from "../support/people";
import { test } from "../support/scenario";
import { runningStack, urlFor } from "../support/stack";

/** The pharmacy finds after the hand-over that the parcel is wrong: it has it brought back, everybody reads so, and it is taken in by page. */
test("a parcel that the pharmacy has brought back is told to all, taken in and set apart, and its order is open again", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const stack = runningStack();
  const order = await approvedOrder(stack, "E78.5", 1, {
    drug_id: "atorvastatin-20mg",
    dose: 1,
    frequency: "st",
    route: "oral",
    days: 1,
    instruction: "收到后服用",
  });
  const { shop, road, tablet, pharmacy, courier } = await onTheWay(browser, stack);
  const parcel = shop.page.getByTestId("delivery");

  await test.step("it is on the road", async () => {
    await pharmacy.dispense(order.id);
    const packed = await pharmacy.pack();
    await courier.open(stack, packed);
    await courier.press("接受任务", "accepted");
    await courier.press("已取件", "in_transit");
    await expect(parcel).toHaveAttribute("data-state", "in_transit");
  });

  await test.step("the pharmacy has it brought back, and says why", async () => {
    await shop.page.getByRole("button", { name: "叫回包裹" }).click();
    const sheet = shop.page.getByRole("dialog");
    await sheet.getByRole("radio", { name: "装错了药" }).check();
    await sheet.getByRole("textbox").fill("装成了 10 mg 规格，请带回。");
    await sheet.getByRole("button", { name: "叫回包裹" }).click();
    await expect(parcel).toHaveAttribute("data-state", "returning");
    await expect(shop.page.getByText("退回途中：药房叫回了包裹")).toBeVisible();
  });

  await test.step("the courier reads it without a reload, and has nothing else to do with it", async () => {
    const held = road.page.getByTestId("held");
    await expect(held).toContainText("药房叫回这个包裹");
    await expect(held).toContainText("装错了药");
    await expect(road.page.getByRole("button", { name: "已到门口" })).toHaveCount(0);
  });

  await test.step("the nurse reads that it goes back, and cannot count it", async () => {
    await tablet.page.goto(`${urlFor(stack, "nurse")}/deliveries`);
    await expect(tablet.page.getByRole("heading", { name: "退回药房途中" })).toBeVisible();
    await tablet.page
      .getByRole("link", { name: new RegExp(order.resident.name) })
      .filter({ hasText: "退回途中" })
      .first()
      .click();
    await expect(tablet.page.getByTestId("decisions")).toContainText("装成了 10 mg 规格，请带回。");
    await expect(tablet.page.getByRole("button", { name: "确认签收" })).toHaveCount(0);
  });

  await test.step("it is back: its packs are set apart, and the order is open again", async () => {
    await shop.page.getByRole("button", { name: "收回包裹" }).click();
    const sheet = shop.page.getByRole("dialog");
    await expect(sheet.getByTestId("fate")).toHaveAttribute("data-fate", "apart");
    await sheet.getByRole("button", { name: "收回包裹" }).click();
    await expect(parcel).toHaveAttribute("data-state", "returned");
    await shop.page.getByRole("link", { name: "全部订单" }).click();
    await pharmacy.expectIn("not_deliverable", order.id);
  });

  await test.step("nothing of it stays open", async () => {
    const specialist = await signedIn(stack, "specialist");
    const { version } = (await specialist.get(`/api/prescriptions/${order.id}`)) as Versioned;
    await specialist.post(`/api/prescriptions/${order.id}/cancel`, { version, reason: "演示结束，撤回。" });
  });
  for (const { context } of [shop, road, tablet]) await context.close();
});
