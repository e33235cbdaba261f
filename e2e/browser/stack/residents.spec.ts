import { expect, type Browser, type Page } from "@playwright/test";
import { expectAxeClean } from "../support/axe";
import { Nurse, open } from "../support/people";
import { test } from "../support/scenario";
import { runningStack, urlFor, type Stack } from "../support/stack";

/** The registry on the real programs: a resident from the first entry to consent, photo and score; two people at one record; a photo without the link. */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** A number nobody has: its order digits come from the clock. */
function idNumber(): string {
  const year = 1935 + (Date.now() % 20);
  const first = `330106${year}0412${String(Math.floor(Date.now() / 1000) % 1000).padStart(3, "0")}`;
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(first[at]), 0);
  return first + "10X98765432"[sum % 11];
}

async function tabletOf(browser: Browser, stack: Stack): Promise<{ page: Page; close: () => Promise<void> }> {
  const { page, context } = await open(browser, { width: 1280, height: 800 });
  await new Nurse(page, stack).signIn();
  return { page, close: () => context.close() };
}

async function sign(page: Page): Promise<void> {
  const field = await page.getByTestId("signature").boundingBox();
  if (!field) throw new Error("no field to sign in");
  await page.mouse.move(field.x + 80, field.y + 40);
  await page.mouse.down();
  await page.mouse.move(field.x + 240, field.y + 110, { steps: 12 });
  await page.mouse.up();
}

async function register(page: Page, stack: Stack, name: string, number: string, bed: string): Promise<string> {
  await page.goto(`${urlFor(stack, "nurse")}/registry/new`);
  await page.getByLabel("姓名").first().fill(name);
  await page.getByLabel("身份证号").fill(number);
  await page.getByLabel("床号").fill(bed);
  await page.getByText("已询问，无过敏").click();
  await page.getByRole("button", { name: "登记", exact: true }).click();
  await page.waitForURL(/\/registry\/[0-9a-f-]{36}$/);
  return new URL(page.url()).pathname.split("/")[2] ?? "";
}

/** A name of letters that no other run has, so that a search finds this one. */
const freshName = (): string =>
  `测${[...String(Date.now() % 100_000)].map((digit) => "零一二三四五六七八九"[Number(digit)]).join("")}`;

test("a resident is registered, found, consents, and is scored", async ({ browser }) => {
  test.setTimeout(300_000);
  const stack = runningStack();
  const { page, close } = await tabletOf(browser, stack);
  const [name, number] = [freshName(), idNumber()];

  await page.goto(`${urlFor(stack, "nurse")}/registry/new`);
  await page.getByLabel("身份证号").fill(`${number.slice(0, 17)}${number.endsWith("1") ? "2" : "1"}`);
  await expect(page.getByText("校验位不符，请核对是否输错")).toBeVisible();
  const id = await register(page, stack, name, number, "9-01");
  await expect(page.getByText(`${number.slice(0, 3)}*************${number.slice(16)}`)).toBeVisible();
  await expect(page.getByText(number)).toHaveCount(0);
  await expectAxeClean(page, "nurse: record");

  await test.step("found by the end of the identity number and by bed", async () => {
    const search = page.getByRole("searchbox");
    await search.fill(number.slice(-5));
    await expect(page.locator(".nurse-row", { hasText: name })).toBeVisible();
    await expect(page.locator(".nurse-row")).toHaveCount(1);
    await search.fill("9-01");
    await expect(page.locator(".nurse-row", { hasText: name })).toBeVisible();
  });

  await test.step("the same number again is told in words, at its field", async () => {
    await page.goto(`${urlFor(stack, "nurse")}/registry/new`);
    await page.getByLabel("姓名").first().fill(name);
    await page.getByLabel("身份证号").fill(number);
    await page.getByLabel("床号").fill("9-02");
    await page.getByRole("button", { name: "登记", exact: true }).click();
    await expect(page.getByText("此人已登记")).toBeVisible();
    await expect(page.getByText(`已登记：${name}`).first()).toBeVisible();
  });

  await test.step("the consent that a visit needs is taken with one press before it", async () => {
    await page.goto(`${urlFor(stack, "nurse")}/residents/${id}/start`);
    await page.getByRole("button", { name: "现在签署" }).click();
    await expect(page.getByText(/我同意由医院专科医师/)).toBeVisible();
    await page.getByRole("button", { name: "同意并签署" }).click();
    await expect(page.getByText("请先签名")).toBeVisible();
    await sign(page);
    await page.getByRole("button", { name: "同意并签署" }).click();
    await expect(page.getByRole("button", { name: "现在签署" })).toHaveCount(0);
    await page.goto(`${urlFor(stack, "nurse")}/registry/${id}/consents`);
    await expect(page.getByRole("img", { name: `${name} 的签名` })).toBeVisible();
    await page.getByRole("button", { name: "撤回", exact: true }).click();
    await page.getByLabel(/撤回原因/).fill("住民改变了主意");
    await page.getByRole("button", { name: "确认撤回" }).click();
    await expect(page.getByText(/撤回：住民改变了主意/)).toBeVisible();
  });

  await test.step("seven parameters make a score", async () => {
    await page.goto(`${urlFor(stack, "nurse")}/residents/${id}`);
    await page.getByRole("button", { name: "录入体征" }).click();
    for (const [label, value] of [
      ["收缩压", "128"],
      ["舒张压", "76"],
      ["心率", "78"],
      ["血氧", "97"],
      ["体温", "36.6"],
      ["呼吸", "16"],
    ] as const) {
      await page.getByRole("textbox", { name: new RegExp(label) }).fill(value);
    }
    await page.getByText("清醒", { exact: true }).click();
    await page.getByText("空气", { exact: true }).click();
    await page.getByRole("button", { name: "保存体征" }).click();
    await expect(page.getByText("预警 0 分 低").first()).toBeVisible({ timeout: 20_000 });
    await page.goto(`${urlFor(stack, "nurse")}/registry/${id}/chart`);
    await expect(page.locator(".nurse-warning-parts li")).toHaveCount(7);
    await expect(page.locator(".uplot").first()).toBeVisible();
  });
  await close();
});

test("two nurses change one record: the later one chooses, nothing is overwritten", async ({ browser }) => {
  test.setTimeout(180_000);
  const stack = runningStack();
  const first = await tabletOf(browser, stack);
  const second = await tabletOf(browser, stack);
  const name = freshName();
  const id = await register(first.page, stack, name, idNumber(), "9-03");
  const edit = `${urlFor(stack, "nurse")}/registry/${id}/edit`;
  for (const { page } of [first, second]) {
    await page.goto(edit);
    await expect(page.getByLabel("床号")).toHaveValue("9-03");
  }
  await first.page.getByLabel("床号").fill("9-04");
  await first.page.getByRole("button", { name: "保存修改" }).click();
  await first.page.waitForURL(/\/registry\/[0-9a-f-]{36}$/);

  await second.page.getByLabel("床号").fill("9-05");
  await second.page.getByText("标准 2", { exact: false }).first().click();
  await second.page.getByRole("button", { name: "保存修改" }).click();
  await expect(second.page.getByText("档案刚被他人修改")).toBeVisible();
  await expectAxeClean(second.page, "nurse: two changes of one record");
  const save = second.page.getByRole("button", { name: "按所选保存" });
  await expect(save).toBeDisabled();
  await second.page.locator(".nurse-conflict-field", { hasText: "床号" }).getByText("9-04").click();
  await save.click();
  await second.page.waitForURL(/\/registry\/[0-9a-f-]{36}$/);
  const kept = await second.page.evaluate(
    async (from) => (await (await fetch(from)).json()) as object,
    `/api/residents/${id}`,
  );
  expect(kept).toMatchObject({ bed: "9-04", oxygen_scale: "scale2" });
  await first.close();
  await second.close();
});

test("a photo that was taken without the link arrives once, with its time", async ({ browser }) => {
  const stack = runningStack();
  const { page, close } = await tabletOf(browser, stack);
  const resident = await new Nurse(page, stack).residentSeenFor("I10", []);
  const title = `左足跟 ${Date.now()}`;
  const arrived = (): Promise<{ title: string; taken_at: string }[]> =>
    page.evaluate(
      async ([id, wanted]) => {
        const answer = await fetch(`/api/residents/${id}/documents`);
        if (!answer.ok) return [];
        const { items } = (await answer.json()) as { items: { title: string; taken_at: string }[] };
        return items.filter((one) => one.title === wanted);
      },
      [resident.id, title],
    );
  await page.goto(`${urlFor(stack, "nurse")}/registry/${resident.id}/documents`);
  await expect(page.getByRole("button", { name: "拍照" })).toBeVisible();
  const taken = Date.now();

  process.kill(stack.pids.relay, "SIGSTOP");
  try {
    await expect(page.getByText("离线：所有记录都保存在本机").first()).toBeVisible({ timeout: 15_000 });
    // A drawing of the page's own, as large as a tablet's photo.
    const photo = await page.evaluate(async () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [3200, 2400];
      canvas.getContext("2d")?.fillRect(100, 100, 900, 700);
      const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
      return [...new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0))];
    });
    await page
      .getByTestId("camera-input")
      .setInputFiles({ name: "photo.png", mimeType: "image/png", buffer: Buffer.from(photo) });
    await page.getByRole("textbox", { name: "标题" }).fill(title);
    await page.getByRole("button", { name: "保存", exact: true }).click();
    await expect(page.getByText("照片、语音或文件").first()).toBeVisible();
    await expect(page.getByText("已存本机", { exact: true }).first()).toBeVisible();
    await page.reload();
    await expect(page.getByText("照片、语音或文件").first()).toBeVisible();
  } finally {
    process.kill(stack.pids.relay, "SIGCONT");
  }
  await expect.poll(async () => (await arrived()).length, { timeout: 30_000 }).toBe(1);
  const [photo] = await arrived();
  expect(Math.abs(Date.parse(photo?.taken_at ?? "") - taken)).toBeLessThan(60_000);
  await page.reload();
  await page.getByRole("button", { name: new RegExp(title) }).click();
  await expect(page.getByRole("img", { name: title })).toBeVisible();
  await close();
});
