import { test } from "@playwright/test";
import { Courier, Nurse, open, Pharmacist, Pharmacy, Specialist } from "../support/people";
import { expectFramesAdvance } from "../support/picture";
import { runningStack, urlFor } from "../support/stack";
import { shoot } from "./shoot";

/** make screenshots: one walk through the loop on the running product. */
test("screenshots", async ({ browser }) => {
  test.setTimeout(480_000);
  const stack = runningStack();
  const tablet = await open(browser, { width: 1280, height: 800 });
  const desk = await open(browser, { width: 1440, height: 900 });
  const nurse = new Nurse(tablet.page, stack);
  const specialist = new Specialist(desk.page, stack);
  await Promise.all([nurse.signIn(), specialist.signIn()]);
  const resident = await nurse.residentSeenFor("I10", ["地平"]);
  await tablet.page.goto(`${urlFor(stack, "nurse")}/residents/${resident.id}`);
  await shoot(tablet, "nurse-today");
  await nurse.startConsultation(resident, "血压持续偏高，头晕");
  await desk.page.getByRole("button", { name: `接诊 ${resident.name}` }).waitFor();
  await shoot(desk, "specialist-waiting-room");
  await specialist.seeNow(resident.name);
  await expectFramesAdvance(desk.page);
  await specialist.writeNote("血压控制不佳，加用氨氯地平，一周后复诊。");
  await specialist.chooseDiagnosis("高血压", /I10/);
  await shoot(desk, "specialist-consultation");
  await shoot(tablet, "nurse-call");
  await specialist.prescribe("氨氯地平", /氨氯地平/, "1", "晨起服用");
  await shoot(desk, "specialist-prescription");
  const prescription = await specialist.sign();

  const counter = await open(browser, { width: 1440, height: 900 });
  const pharmacist = new Pharmacist(counter.page, stack);
  await pharmacist.signIn();
  await counter.page.getByTestId(`review-${prescription}`).click();
  await shoot(counter, "pharmacist-review");
  await pharmacist.approve(prescription);
  await specialist.finish();

  const shop = await open(browser, { width: 1440, height: 900 });
  const pharmacy = new Pharmacy(shop.page, stack);
  await pharmacy.signIn();
  await pharmacy.expectIn("ordered", prescription);
  await shoot(shop, "pharmacy-orders");
  await pharmacy.dispense(prescription);
  const parcel = await pharmacy.pack();
  await shoot(shop, "pharmacy-packed");

  const road = await open(browser, { width: 390, height: 844 });
  const courier = new Courier(road.page);
  await courier.open(stack, parcel);
  await courier.press("接受任务", "accepted");
  await courier.press("已取件", "in_transit");
  await shoot(road, "courier-stop");
  await courier.press("已到门口", "at_door");
  await nurse.receive(resident.name, parcel.code);
  for (const { context } of [tablet, desk, counter, shop, road]) await context.close();
});
