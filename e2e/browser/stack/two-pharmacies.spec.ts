import { expect } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { Person } from "../../../scripts/stack/person.mjs";
import { approvedOrder } from "../support/orders";
import { open, Pharmacy, signIn, signInAs } from "../support/people";
import { test } from "../support/scenario";
import { runningStack, type Stack } from "../support/stack";

/** A second pharmacy, as who installs registers it, beside the running relay. */
function registered(stack: Stack): { username: string; name: string } {
  const mark = randomUUID().slice(0, 6);
  const who = { username: `huimin-${mark}`, name: `惠民药店${mark}` };
  const more = ["--address", "云溪市学府路 3 号", "--phone", "0571-5550199", "--person", "孙丽"];
  const command = ["register-pharmacy", "--config", join(stack.etc, "relay.toml"), ...more];
  execFileSync(stack.bin.relay, [...command, "--username", who.username, "--name", who.name], {
    env: { ...process.env, YUNZHEN_PHARMACY_PASSWORD: stack.password },
  });
  return who;
}

test("what one pharmacy gives back goes to the next, and the administrator sees who was asked", async ({ browser }) => {
  test.setTimeout(240_000);
  const stack = runningStack();
  const next = registered(stack);
  const [first, second, office] = [
    await open(browser, { width: 1440, height: 900 }),
    await open(browser, { width: 1440, height: 900 }),
    await open(browser, { width: 1440, height: 900 }),
  ];
  const pharmacy = new Pharmacy(first.page, stack);
  await pharmacy.signIn();
  await signInAs(second.page, stack, next.username);
  await signIn(office.page, stack, "administrator");
  const line = { drug_id: "amlodipine-5mg", dose: 1, frequency: "qd", route: "oral", days: 7, instruction: "晨起服用" };
  const order = await approvedOrder(stack, "I10", 0, line);

  await test.step("the home's pharmacy hears of it first, the other one nothing yet", async () => {
    await pharmacy.expectIn("ordered", order.id);
    // Orders of other scenarios may be on its board, and this one may not be known there at all.
    const hands = new Person(stack.urls.console);
    await hands.signIn(next.username, stack.password);
    await expect(hands.get(`/api/prescriptions/${order.id}`)).rejects.toThrow(": 404 ");
    await expect(second.page.getByTestId(`order-${order.id}`)).toHaveCount(0);
  });

  await test.step("it takes it and gives it back: the page says so and leads to the list", async () => {
    await first.page.getByTestId(`order-${order.id}`).click();
    await first.page.getByRole("button", { name: "接单" }).click();
    await first.page.getByRole("button", { name: "退单" }).click();
    await first.page.getByRole("dialog").getByText("缺货", { exact: true }).click();
    await first.page.getByRole("dialog").getByRole("button", { name: "退单" }).click();
    await expect(first.page.getByTestId("went-back")).toContainText(`${order.resident.name}的订单已退回`);
    await first.page.getByRole("link", { name: "返回订单列表" }).click();
    await expect(first.page.getByTestId("column-ordered")).toBeVisible();
    await expect(first.page.getByTestId(`order-${order.id}`)).toHaveCount(0);
  });

  await test.step("the other one is asked at once, without a reload, and takes it", async () => {
    await second.page.getByTestId(`order-${order.id}`).click();
    await second.page.getByRole("button", { name: "接单" }).click();
    await expect(second.page.getByRole("button", { name: "退单" })).toBeVisible();
  });

  await test.step("the administrator sees both answers and neither for whom nor of what", async () => {
    await office.page.getByRole("link", { name: "药店" }).click();
    const asked = office.page.getByTestId(`asked-${order.id}`);
    await expect(asked).toContainText("退单：缺货");
    await expect(asked.getByRole("listitem").filter({ hasText: next.name })).toContainText("接单");
    await expect(asked).not.toContainText(order.resident.name);
    await expect(asked).not.toContainText("氨氯地平");
  });
  for (const { context } of [first, second, office]) await context.close();
});
