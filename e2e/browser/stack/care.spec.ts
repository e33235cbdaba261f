import { expect } from "@playwright/test";
import { expectAxeClean } from "../support/axe";
import {
  chooseDoctor,
  HOSPITAL,
  inBed,
  inDays,
  joinWaitlist,
  nurseAndSpecialist,
  slowly,
  spoken,
  type Person,
} from "../support/care";
import { test } from "../support/scenario";
import { runningStack, urlFor } from "../support/stack";

/** The specialist's care pages on the real programs: published times and who gets them, first visits. */
test("published times with exceptions; one is booked, freed, and filled from the waitlist", async ({ browser }) => {
  test.setTimeout(300_000);
  const stack = runningStack();
  const { tablet, desk, leave } = await nurseAndSpecialist(browser, stack);
  const [extra, off] = [inDays(2), inDays(3)];
  const [booked, waiting] = [await inBed(tablet, "302-1"), await inBed(tablet, "302-2")];
  const publish = async () => {
    await desk.getByRole("button", { name: "公布", exact: true }).click();
    await expect(desk.getByText("出诊时间已公布")).toBeVisible();
  };
  const withoutExceptions = async () => {
    await desk.goto(`${urlFor(stack, "specialist")}/schedule/availability`);
    await expect(desk.getByTestId("preview-total")).toBeVisible();
    const remove = desk.getByRole("button", { name: /^删除个别日期/ });
    for (let left = await remove.count(); left > 0; left--) {
      await remove.first().click();
      await expect(remove).toHaveCount(left - 1);
    }
  };
  const booking = (resident: Person, day: string) => chooseDoctor(tablet, stack, { resident, day, doctor: /陈建国/ });
  const inSchedule = ({ name }: Person) => desk.getByRole("button", { name: new RegExp(`^22:10.*${name}`) });

  await test.step("late in the evening two times more, the day after none", async () => {
    await withoutExceptions();
    await desk.getByRole("button", { name: "加一段", exact: true }).click();
    const block = desk.getByRole("group", { name: "个别日期第 1 条" });
    await block.getByLabel("日期", { exact: true }).fill(extra);
    await block.getByLabel("开始").fill("22:10");
    await block.getByLabel("结束").fill("22:50");
    await block.getByLabel("每次（分钟）").fill("20");
    await desk.getByRole("button", { name: "停诊一天" }).click();
    await desk.getByRole("group", { name: "个别日期第 2 条" }).getByLabel("日期", { exact: true }).fill(off);
    await expect(desk.getByTestId(`preview-${extra}`)).toContainText("22:10  22:30");
    await expect(desk.getByTestId(`preview-${off}`)).toContainText("停诊");
    await expectAxeClean(desk, "specialist: published times");
    await publish();
  });

  await test.step("the nurse finds exactly these and books one; the specialist sees it come", async () => {
    await desk.goto(`${urlFor(stack, "specialist")}/schedule?view=day&date=${extra}`);
    await slowly(desk.getByRole("button", { name: "22:10 空闲，预约" })).toBeVisible();
    await booking(booked, extra);
    const day = (date: string) =>
      tablet.getByTestId("slots").getByRole("button", { name: new RegExp(`^${spoken(date)}`) });
    await expect(day(extra)).toHaveCount(1);
    await expect(day(off)).toHaveCount(0);
    await tablet.getByRole("button", { name: "22:10空闲" }).click();
    await tablet.getByRole("button", { name: "确认预约" }).click();
    await tablet.waitForURL(new RegExp(`/schedule\\?day=${extra}`));
    await slowly(inSchedule(booked)).toBeVisible();
  });

  await test.step("another resident waits for just that time", async () => {
    await booking(waiting, extra);
    await expect(tablet.getByRole("button", { name: "22:10已被占用" })).toBeDisabled();
    await joinWaitlist(tablet, extra, "22:05", "22:30");
    await slowly(desk.getByRole("button", { name: `移出候补：${waiting.name}` })).toBeVisible();
  });

  const callOff = async (resident: Person) => {
    await tablet.goto(`${urlFor(stack, "nurse")}/schedule?day=${extra}`);
    await tablet
      .getByTestId("calendar")
      .getByRole("link", { name: new RegExp(`^22:10.*${resident.name}`) })
      .filter({ hasNotText: "已取消" })
      .click();
    await tablet.getByRole("button", { name: "取消预约" }).click();
    await tablet.getByRole("button", { name: "住民外出" }).click();
    await tablet.getByRole("dialog").getByRole("button", { name: "取消预约" }).click();
    await expect(tablet.getByText("已取消", { exact: true }).first()).toBeVisible();
  };

  await test.step("called off, the time goes to who waits, by itself", async () => {
    await callOff(booked);
    await slowly(inSchedule(waiting)).toBeVisible();
    await expectAxeClean(desk, "specialist: schedule");
  });

  await test.step("called off and the weekly times restored", async () => {
    await callOff(waiting);
    await withoutExceptions();
    await publish();
  });
  await leave();
});

test("a first visit is planned, its results are typed in, and the nurse reads the proof before booking", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const stack = runningStack();
  const { tablet, desk, leave } = await nurseAndSpecialist(browser, stack);

  const resident = await test.step("somebody is taken off the round of the day after tomorrow", async () => {
    await desk.goto(`${urlFor(stack, "specialist")}/visits`);
    await desk.locator("tr[data-testid^=visit-]").filter({ hasText: "周敏" }).first().getByRole("link").click();
    await desk.getByRole("button", { name: "修改安排" }).click();
    const sheet = desk.getByRole("dialog");
    const remove = sheet.getByRole("button", { name: /^移出/ }).first();
    const name = ((await remove.getAttribute("aria-label")) ?? "").replace("移出 ", "");
    await remove.click();
    await sheet.getByRole("button", { name: "保存" }).click();
    await expect(sheet).toHaveCount(0);
    return name;
  });

  await test.step("and is to be seen today", async () => {
    await desk.getByRole("link", { name: "初诊", exact: true }).first().click();
    await desk.getByRole("checkbox", { name: `选择 ${resident}` }).check();
    await expectAxeClean(desk, "specialist: first visits");
    await desk.getByRole("button", { name: "为 1 位安排上门" }).click();
    const sheet = desk.getByRole("dialog");
    await sheet.getByLabel("日期").fill(inDays(0));
    await sheet.getByRole("button", { name: "安排", exact: true }).click();
    await desk.getByRole("button", { name: "出发" }).click();
  });

  const diagnosis = await test.step("the results", async () => {
    await desk.getByText("已看", { exact: true }).click();
    const confirm = desk.getByRole("checkbox", { name: /^确认/ }).first();
    const words = await confirm.evaluate((box: HTMLInputElement) => box.labels?.[0]?.innerText ?? "");
    await confirm.check();
    await desk.getByRole("button", { name: "发送 1 位的结果" }).click();
    await expect(desk.getByText("确认的诊断须填写检查与依据")).toBeVisible();
    await desk.getByRole("textbox", { name: /^检查与依据/ }).fill("查体与检验结果相符，当面确诊。");
    await desk.getByRole("button", { name: "发送 1 位的结果" }).click();
    await expect(desk.getByText("结果已登记")).toBeVisible();
    await expectAxeClean(desk, "specialist: visit in person");
    return words.replace("确认 ", "").replace(/ \S+$/, "");
  });

  await test.step("the nurse sees the proof where a time is booked", async () => {
    const { id } = await tablet.evaluate(
      async (of) =>
        ((await (await fetch("/api/residents")).json()) as { items: Person[] }).items.find((r) => r.name === of) ?? {
          id: "",
        },
      resident,
    );
    await tablet.goto(`${urlFor(stack, "nurse")}/schedule/book?resident=${id}`);
    const line = tablet
      .getByTestId("eligibility")
      .getByRole("listitem")
      .filter({ hasText: diagnosis })
      // The line of another hospital names this one too: it saw the resident.
      .filter({ hasText: `${HOSPITAL} · ` });
    await slowly(line).toContainText("可远程诊治");
    await expect(line).toContainText("陈建国当面诊断");
  });
  await leave();
});
