import { expect } from "@playwright/test";
import { approvedOrder } from "../support/orders";
import { onTheWay } from "../support/people";
import { test } from "../support/scenario";
import { runningStack, urlFor } from "../support/stack";

/** The prescriber allows another strength: the pharmacy gives twice as many of the half, and the nurse counts and gives those. */
test("a smaller strength goes out, is counted as it came, and given in its own number", async ({ browser }) => {
  test.setTimeout(240_000);
  const stack = runningStack();
  const order = await approvedOrder(stack, "E78.5", 0, {
    drug_id: "atorvastatin-20mg",
    dose: 1,
    frequency: "st",
    route: "oral",
    days: 1,
    instruction: "收到后服用",
    substitution: true,
  });
  const { shop, road, tablet, pharmacy, courier, nurse } = await onTheWay(browser, stack);

  const parcel = await test.step("the pharmacy chooses the half strength, with a reason", async () => {
    await shop.page.getByTestId(`order-${order.id}`).click();
    await shop.page.getByRole("button", { name: "接单" }).click();
    const product = shop.page.getByTestId("product-1");
    await product.getByRole("combobox", { name: "配给的规格" }).click();
    await shop.page.getByRole("option", { name: /10 ?mg（2 个代替 1 个）/ }).click();
    await product.getByRole("combobox", { name: "替换原因" }).click();
    await shop.page.getByRole("option", { name: "缺货" }).click();
    const pick = shop.page.getByTestId("pick-1");
    await expect(pick.getByLabel("批号").first()).not.toHaveValue("");
    await expect(pick.getByLabel("数量").first()).toHaveValue(/^2 /);
    await shop.page.getByRole("button", { name: "确认配齐" }).click();
    return pharmacy.pack();
  });

  await test.step("the courier brings it", async () => {
    await courier.open(stack, parcel);
    await courier.press("接受任务", "accepted");
    await courier.press("已取件", "in_transit");
  });

  await test.step("the nurse counts two of the half strength", async () => {
    await nurse.receive(order.resident.name, parcel.code);
    await expect(tablet.page.getByText(/阿托伐他汀.*10 ?mg/).first()).toBeVisible();
  });

  await test.step("the dose says how many of them, and is given", async () => {
    await tablet.page.goto(`${urlFor(stack, "nurse")}/doses/${order.resident.id}`);
    const dose = tablet.page.getByTestId(`dose-${order.id}-1`);
    await expect(dose.getByText(/阿托伐他汀.*10 ?mg$/)).toBeVisible();
    await expect(dose.getByText(/^2 片/)).toBeVisible();
    await expect(dose.getByText(/处方为 .*20 ?mg：每次 1 片/)).toBeVisible();
    await dose.getByRole("button", { name: "已服下" }).click();
    await expect(dose.getByText("已服", { exact: true }).first()).toBeVisible();
  });

  await test.step("nothing is owed: the order is delivered", async () => {
    await shop.page.getByRole("link", { name: "全部订单" }).click();
    await pharmacy.expectIn("delivered", order.id);
  });
  for (const { context } of [shop, road, tablet]) await context.close();
});
