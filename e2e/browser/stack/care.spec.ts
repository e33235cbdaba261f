import { expect, test, type Page } from "@playwright/test";
import { expectAxeClean } from "../support/axe";
import { Nurse, open, signInAs, Specialist, type Window } from "../support/people";
import { runningStack, urlFor, type Stack } from "../support/stack";

/** The specialist's care pages on the real programs: published times, first visits, referrals, one-key calls. */
const slowly = expect.configure({ timeout: 30_000 });
const TABLET = { width: 1280, height: 800 };
const DESK = { width: 1440, height: 900 };
const HOSPITAL = "云溪市第一人民医院";

interface Person {
  id: string;
  name: string;
  bed: string;
}

async function inBed(page: Page, bed: string): Promise<Person> {
  const found = await page.evaluate(
    async (of) =>
      ((await (await fetch("/api/residents")).json()) as { items: Person[] }).items.find((r) => r.bed === of),
    bed,
  );
  if (!found) throw new Error(`nobody has bed ${bed}`);
  return found;
}

/** The date in so many days where the demo's people live. */
const inDays = (days: number): string => new Date(Date.now() + (days * 24 + 8) * 3_600_000).toISOString().slice(0, 10);

/** As the nurse's page writes it: 12月1日. */
const spoken = (date: string): string => {
  const [, month, day] = date.split("-").map(Number);
  return `${month}月${day}日`;
};

async function nurseAndSpecialist(browser: Parameters<typeof open>[0], stack: Stack) {
  const [tablet, desk] = [await open(browser, TABLET), await open(browser, DESK)];
  const [nurse, specialist] = [new Nurse(tablet.page, stack), new Specialist(desk.page, stack)];
  await Promise.all([nurse.signIn(), specialist.signIn()]);
  const windows: Window[] = [tablet, desk];
  const leave = () => Promise.all(windows.map(({ context }) => context.close()));
  return { nurse, specialist, tablet: tablet.page, desk: desk.page, leave };
}

/** Whatever the address of a referral says, it is called back: nothing of a test stays open. */
async function withdraw(page: Page): Promise<void> {
  await page.getByRole("button", { name: "撤回转诊" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("textbox").fill("复查后已稳定，不需转诊。");
  await sheet.getByRole("button", { name: "撤回转诊" }).click();
  await expect(page.getByText("转诊已撤回。")).toBeVisible();
}

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
  const booking = async (resident: Person, day: string) => {
    await tablet.goto(`${urlFor(stack, "nurse")}/schedule/book?resident=${resident.id}&day=${day}`);
    await slowly(tablet.getByTestId("eligibility")).toBeVisible();
    await tablet.getByRole("button", { name: /陈建国/ }).click();
    await expect(tablet.getByTestId("slots")).toBeVisible();
    await tablet.getByLabel("会诊原因").fill("慢病复诊");
  };
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
    await tablet.getByRole("button", { name: "加入候补" }).click();
    const sheet = tablet.getByRole("dialog");
    await sheet.getByLabel("不早于").fill(`${extra}T22:05`);
    await sheet.getByLabel("不晚于").fill(`${extra}T22:30`);
    await sheet.getByRole("button", { name: "加入候补" }).click();
    await expect(tablet.getByTestId("waitlist").or(tablet.getByText("已加入候补")).first()).toBeVisible();
    await slowly(desk.getByRole("button", { name: new RegExp(waiting.name) })).toBeVisible();
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

test("a referral is written, sent, accepted by the hospital, and its report is in the record", async ({ browser }) => {
  test.setTimeout(300_000);
  const stack = runningStack();
  const { nurse, specialist, tablet, desk, leave } = await nurseAndSpecialist(browser, stack);
  const other = await open(browser, DESK);
  await signInAs(other.page, stack, "specialist2");
  const resident = await inBed(tablet, "302-1");
  const findings = `冠脉 CT 未见新发狭窄 ${Date.now() % 10_000}`;

  await test.step("written in the consultation and sent", async () => {
    await nurse.startConsultation(resident, "活动后胸闷，需到院检查");
    await specialist.seeNow(resident.name);
    await desk.getByRole("button", { name: "写转诊" }).click();
    await desk.waitForURL(/\/referrals\//);
    await desk.getByLabel("转诊原因").fill("活动后胸闷两周，需行冠脉检查");
    await desk.getByRole("textbox", { name: "医院", exact: true }).fill(HOSPITAL);
    await desk.getByRole("textbox", { name: "科室", exact: true }).fill("老年医学科");
    await expectAxeClean(desk, "specialist: draft of a referral");
    await desk.getByRole("button", { name: "发给医院" }).click();
    await expect(desk.getByText("转诊已发出")).toBeVisible();
  });

  const address = new URL(desk.url()).pathname;
  await test.step("the hospital accepts with an appointment", async () => {
    await other.page.goto(`${urlFor(stack, "specialist2")}/referrals`);
    await other.page
      .getByRole("link", { name: new RegExp(resident.name) })
      .first()
      .waitFor();
    await other.page.goto(urlFor(stack, "specialist2") + address);
    await other.page.getByRole("button", { name: "标为已查看" }).click();
    await other.page.getByRole("button", { name: "接收并预约" }).click();
    const form = other.page.getByRole("form", { name: "接收并预约" });
    await form.getByLabel("地点").fill("门诊楼 3 层 12 诊室");
    await form.getByRole("button", { name: "接收并预约" }).click();
    await slowly(desk.getByText("门诊楼 3 层 12 诊室")).toBeVisible();
    await expectAxeClean(other.page, "specialist: referral with an appointment");
  });

  await test.step("the report goes into the record", async () => {
    await other.page.getByRole("button", { name: "回报结果" }).click();
    const form = other.page.getByRole("form", { name: "回报结果" });
    await form.getByLabel("检查与结果").fill(findings);
    await form.getByLabel("建议").fill("继续目前用药，一个月后复查");
    await form.getByRole("button", { name: "回报结果" }).click();
    await slowly(desk.getByText("医院已回报，结果已写入病历。")).toBeVisible();
    await desk.goto(`${urlFor(stack, "specialist")}/residents/${resident.id}`);
    await desk.getByRole("tab", { name: "记录" }).click();
    await expect(desk.getByText(findings)).toBeVisible();
    await tablet.goto(urlFor(stack, "nurse") + address);
    await expect(tablet.getByText(findings)).toBeVisible();
  });

  await test.step("remote care went on meanwhile and is ended", async () => {
    await desk.goto(urlFor(stack, "specialist") + address);
    await desk.getByRole("link", { name: "查看这次会诊" }).click();
    await specialist.finish();
  });
  await other.context.close();
  await leave();
});

test("condition changed: one press stops remote care and opens the draft of a referral", async ({ browser }) => {
  test.setTimeout(180_000);
  const stack = runningStack();
  const { nurse, specialist, tablet, desk, leave } = await nurseAndSpecialist(browser, stack);
  const resident = await inBed(tablet, "302-2");
  await nurse.startConsultation(resident, "气促加重");
  await specialist.seeNow(resident.name);
  await desk.getByRole("button", { name: "病情变化，停止远程" }).click();
  await desk.waitForURL(/\/referrals\//);
  await expect(desk.getByRole("heading", { name: `转诊 · ${resident.name}` })).toBeVisible();
  await expect(desk.getByLabel("转诊原因")).toHaveValue(/病情变化，停止远程诊疗/);
  await expect(desk.getByRole("button", { name: "撤回转诊" })).toBeVisible();
  await slowly(tablet.getByRole("heading", { name: "会诊小结" })).toBeVisible();
  await withdraw(desk);
  await leave();
});

test("a one-key call is answered at the console and ends in a hospital registration", async ({ browser }) => {
  test.setTimeout(180_000);
  const stack = runningStack();
  const { tablet, desk, leave } = await nurseAndSpecialist(browser, stack);
  const bedside = await open(browser, { width: 800, height: 600, hasTouch: true });
  const caller = await inBed(tablet, "302-2");
  await bedside.page.goto(`${urlFor(stack, "nurse").replace("nurse", "bed")}/call/${encodeURIComponent(caller.bed)}`);
  await bedside.page.getByTestId("call-nurse").tap();
  await slowly(desk.getByRole("button", { name: `应答 ${caller.name} 的呼叫` })).toBeVisible();
  await expectAxeClean(desk, "specialist: a one-key call");
  await desk.getByRole("button", { name: `应答 ${caller.name} 的呼叫` }).click();
  await expect(bedside.page.getByTestId("bedside")).toHaveAttribute("data-standing", "answered");
  const sheet = desk.getByRole("dialog", { name: "一键呼叫" });
  await sheet.getByRole("radio", { name: "医院挂号" }).check();
  await sheet.getByLabel("备注").fill("胸痛不缓解，需到院检查");
  await sheet.getByRole("button", { name: "结束呼叫" }).click();
  await desk.waitForURL(/\/referrals\//);
  await expect(desk.getByRole("heading", { name: `转诊 · ${caller.name}` })).toBeVisible();
  await expect(desk.getByLabel("转诊原因")).toHaveValue("胸痛不缓解，需到院检查");
  await expect(desk.getByRole("textbox", { name: "医院", exact: true })).toHaveValue(HOSPITAL);
  await expect(bedside.page.getByTestId("bedside")).toHaveAttribute("data-standing", "over");
  await withdraw(desk);
  await bedside.context.close();
  await leave();
});
