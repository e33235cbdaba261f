import { expect } from "@playwright/test";
import { ask } from "../support/care";
import { approvedOrder, signedIn, type Versioned } from "../support/orders";
import { onTheWay } from "../support/people";
import { test } from "../support/scenario";
import { runningStack, urlFor } from "../support/stack";

const WEEKS = 12 * 7;
const when = { dose: 1, frequency: "prn", route: "oral", days: WEEKS } as const;
/** Three times a day at most and four hours apart; once a day at most. */
const LINES = [
  { ...when, drug_id: "paracetamol-500mg", quantity: 20, most_per_day: 3, hours_apart: 4, instruction: "疼痛时服用" },
  { ...when, drug_id: "lactulose-15ml", quantity: 12, most_per_day: 1, instruction: "便秘时服用" },
];

/** Twelve weeks by an assessment, and what is in it is given at the bed only as often, and as far apart, as was signed. */
test("a long prescription of what is taken when needed is given at the bed within its limits", async ({ browser }) => {
  test.setTimeout(240_000);
  const stack = runningStack();
  const order = await approvedOrder(stack, "I10", 1, LINES, {
    supply: "chronic",
    assessment: {
      assessed: "近三月疼痛、排便、肝肾功能",
      result: "平稳，可继续必要时使用",
      confirmed_by: "resident",
      confirmed_name: "赵德明",
    },
  });
  const { shop, road, tablet, pharmacy, courier, nurse } = await onTheWay(browser, stack);

  await test.step("the pharmacy fills it, the courier brings it, the nurse counts it", async () => {
    await shop.page.getByTestId(`order-${order.id}`).click();
    await shop.page.getByRole("button", { name: "接单" }).click();
    for (const no of [1, 2]) {
      await expect(shop.page.getByTestId(`pick-${no}`).getByLabel("批号").first()).not.toHaveValue("");
    }
    await shop.page.getByRole("button", { name: "确认配齐" }).click();
    const parcel = await pharmacy.pack();
    await courier.open(stack, parcel);
    await courier.press("接受任务", "accepted");
    await courier.press("已取件", "in_transit");
    await nurse.receive(order.resident.name, parcel.code);
  });

  const dose = (no: number) => tablet.page.getByTestId(`dose-${order.id}-${no}`);
  const give = async (no: number, why: string) => {
    await dose(no).getByRole("button", { name: "已服下" }).click();
    await dose(no).getByRole("button", { name: why, exact: true }).click();
    await dose(no).getByRole("button", { name: "保存", exact: true }).click();
  };
  /** As another tablet would send it that does not know of the first one yet. */
  const sent = (no: number) =>
    ask(tablet.page, "POST", `/api/residents/${order.resident.id}/doses`, {
      prescription_id: order.id,
      item_no: no,
      sequence: 0,
      outcome: "given",
      need: "pain",
      at: new Date().toISOString(),
    });

  await test.step("one is given for pain; the next is refused before four hours have passed", async () => {
    await tablet.page.goto(`${urlFor(stack, "nurse")}/doses/${order.resident.id}`);
    await expect(dose(1).getByTestId("apart")).toHaveText("两次至少间隔 4 小时");
    await give(1, "疼痛");
    await expect(dose(1)).toContainText("24 小时内已用 1 次，最多 3 次");
    await expect(dose(1).getByTestId("apart")).toContainText(/以后可再给/);
    await expect(dose(1).getByRole("button", { name: "已服下" })).toHaveCount(0);
    await expect(sent(1)).rejects.toThrow(/两次至少间隔 4 小时/);
  });

  await test.step("what may be given once a day is given once, and refused above that", async () => {
    await give(2, "便秘");
    await expect(dose(2)).toContainText("24 小时内已到上限");
    await expect(dose(2).getByRole("button", { name: "已服下" })).toHaveCount(0);
    await expect(sent(2)).rejects.toThrow(/24 小时内最多 1 次/);
  });

  await test.step("nothing of it stays open", async () => {
    const specialist = await signedIn(stack, "specialist");
    const { version } = (await specialist.get(`/api/prescriptions/${order.id}`)) as Versioned;
    await specialist.post(`/api/prescriptions/${order.id}/cancel`, { version, reason: "演示结束，停用。" });
    await expect(dose(1)).toHaveCount(0);
  });
  for (const { context } of [shop, road, tablet]) await context.close();
});
