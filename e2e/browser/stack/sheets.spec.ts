import { expect } from "@playwright/test";
import { expectAxeClean } from "../support/axe";
import { chooseDoctor, DESK, inBed, inDays, joinWaitlist, slowly, TABLET } from "../support/care";
import { Nurse, open, signIn, signInAs } from "../support/people";
import { test } from "../support/scenario";
import { runningStack, urlFor } from "../support/stack";

/** The specialist's sheets on the real programs: a wish is passed on, accepted for a time, and the appointment moved. */
test("a colleague is asked for who waits, accepts for a time of her own, moves it and calls it off", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const stack = runningStack();
  const [tablet, desk, other] = [await open(browser, TABLET), await open(browser, DESK), await open(browser, DESK)];
  await new Nurse(tablet.page, stack).signIn();
  await signIn(desk.page, stack, "specialist");
  await signInAs(other.page, stack, "specialist2");
  const day = inDays(4);
  const resident = await inBed(tablet.page, "301-1");
  const mine = (text: string) => other.page.getByRole("button", { name: new RegExp(`^${text}.*${resident.name}`) });

  await test.step("the nurse puts somebody on the waitlist", async () => {
    await chooseDoctor(tablet.page, stack, { resident, day, doctor: /陈建国/ });
    // A time of the night that nobody publishes: no freed one ends the wish meanwhile.
    await joinWaitlist(tablet.page, day, "03:05", "03:30");
  });

  await test.step("the specialist asks a colleague", async () => {
    await desk.page.goto(`${urlFor(stack, "specialist")}/schedule`);
    await desk.page.getByRole("button", { name: `转请：${resident.name}` }).click();
    const sheet = desk.page.getByRole("dialog");
    await sheet.getByRole("combobox", { name: "请谁会诊" }).click();
    await desk.page.getByRole("option", { name: "周敏", exact: true }).click();
    await expectAxeClean(desk.page, "specialist: asks a colleague");
    await sheet.getByRole("button", { name: "转请同事" }).click();
    await expect(sheet).toHaveCount(0);
    await expect(desk.page.getByRole("button", { name: `转请：${resident.name}` })).toHaveCount(0);
  });

  await test.step("who accepts for a time that need not be published", async () => {
    await other.page.goto(`${urlFor(stack, "specialist2")}/schedule?view=day&date=${day}`);
    const request = other.page.locator("[data-testid^=request-]").filter({ hasText: resident.name });
    await expect(request).toContainText("请您接受");
    await request.getByRole("button", { name: "接受" }).click();
    const sheet = other.page.getByRole("dialog");
    await sheet.getByLabel("开始时间").fill(`${day}T21:40`);
    await expectAxeClean(other.page, "specialist: accepts an offer");
    await sheet.getByRole("button", { name: "接受" }).click();
    await expect(sheet).toHaveCount(0);
    await slowly(mine("21:40")).toBeVisible();
    await expect(request).toHaveCount(0);
    // Who waited waits no more.
    await slowly(desk.page.getByRole("button", { name: `移出候补：${resident.name}` })).toHaveCount(0);
  });

  const moved = await test.step("moves it to a published time", async () => {
    await mine("21:40").click();
    await other.page.getByRole("dialog").getByRole("button", { name: "改约" }).click();
    const sheet = other.page.getByRole("dialog", { name: `改约：${resident.name}` });
    const free = sheet.getByRole("radio").and(sheet.locator(":enabled"));
    const time = (await free.last().innerText()).trim();
    await free.last().click();
    await expectAxeClean(other.page, "specialist: moves an appointment");
    await sheet.getByRole("button", { name: "改约" }).click();
    await expect(sheet).toHaveCount(0);
    await slowly(mine(time)).toBeVisible();
    await expect(mine("21:40")).toHaveCount(0);
    return time;
  });

  await test.step("the nurse sees where it went; it is called off", async () => {
    await tablet.page.goto(`${urlFor(stack, "nurse")}/schedule?day=${day}`);
    await slowly(
      tablet.page.getByTestId("calendar").getByRole("link", { name: new RegExp(`^${moved}.*${resident.name}`) }),
    ).toBeVisible();
    await mine(moved).click();
    await other.page.getByRole("dialog").getByRole("button", { name: "取消预约" }).click();
    const sheet = other.page.getByRole("dialog", { name: `取消预约：${resident.name}` });
    await sheet.getByRole("textbox").fill("住民外出");
    await sheet.getByRole("button", { name: "确认" }).click();
    await expect(sheet).toHaveCount(0);
  });
  for (const { context } of [tablet, desk, other]) await context.close();
});
