import { expect, type Page } from "@playwright/test";
import { expectAxeClean } from "../support/axe";
import { inACall } from "../support/people";
import { expectFramesAdvance } from "../support/picture";
import { complete, test } from "../support/scenario";
import { runningStack, startProgram, stopProgram, type Stack } from "../support/stack";

interface Still {
  id: string;
  state: string;
  arrived_percent?: number;
  width?: number;
  height?: number;
  document?: { id: string; sha256: string; bytes: number };
}

/** What the desk's API says of the stills of a consultation. */
const stillsOf = (page: Page, id: string): Promise<Still[]> =>
  page.evaluate(
    async (from) => ((await (await fetch(from)).json()) as { items: Still[] }).items,
    `/api/consultations/${id}/stills`,
  );

/** The picture as the browser gets it: its digest, and its size when decoded. */
const downloaded = (page: Page, document: string): Promise<{ sha256: string; width: number; height: number }> =>
  page.evaluate(async (from) => {
    const bytes = await (await fetch(from)).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return { sha256, width: picture.width, height: picture.height };
  }, `/api/documents/${document}/content`);

/** More than any machine is too fast for in a row. */
const TRIES = 8;

/**
 * Presses, and stops the box while the still is on its way. How long it is on its way is the machine's affair: one that was whole before the box stood still is let
 * through, and the next press is another try. The box stands still when this returns; which press it was.
 */
async function breakInTheMiddle(stack: Stack, desk: Page, id: string): Promise<number> {
  const box = stack.pids["clinic-agent"];
  for (let press = 1; press <= TRIES; press += 1) {
    const newest = async () => (await stillsOf(desk, id))[press - 1];
    const hasBegun = async () => {
      const still = await newest();
      return still !== undefined && (still.state !== "asked" || (still.arrived_percent ?? 0) > 0);
    };
    await desk.getByTestId("take-still").click();
    await expect.poll(hasBegun, { intervals: [20], timeout: 30_000 }).toBe(true);
    process.kill(box, "SIGSTOP");
    let inTheMiddle = false;
    try {
      // What was under way when it stopped has come by then.
      await expect(desk.getByText(/连接中断/).first()).toBeVisible({ timeout: 5_000 });
      inTheMiddle = (await newest())?.state === "asked";
      if (inTheMiddle) return press;
    } finally {
      if (!inTheMiddle) process.kill(box, "SIGCONT");
    }
    await expect(desk.getByTestId("still-kept")).toHaveCount(press, { timeout: 60_000 });
    await expect(desk.getByText(/连接中断/)).toHaveCount(0, { timeout: 20_000 });
  }
  throw new Error(`${TRIES} stills were whole before the box stood still`);
}

/** One press, a link that breaks in the middle, and the camera's own picture in the record, where it stays after the call. */
test("a diagnostic still arrives whole although the link breaks in the middle", async ({ browser }) => {
  test.setTimeout(240_000);
  const stack = runningStack();
  const { tablet, desk, id } = await inACall(stack, browser);

  const taken =
    await test.step("the specialist presses; the link breaks while the still comes beside the live picture", () =>
      breakInTheMiddle(stack, desk.page, id));

  await test.step("it stays away for longer than a connection lives", async () => {
    const stopped = performance.now();
    try {
      await expect(desk.page.getByTestId("still-coming")).toBeVisible();
      await expect.poll(() => performance.now() - stopped).toBeGreaterThan(2_500);
      expect((await stillsOf(desk.page, id))[taken - 1]?.state, "it is still on its way").toBe("asked");
    } finally {
      process.kill(stack.pids["clinic-agent"], "SIGCONT");
    }
  });

  const kept = await test.step("it goes on by itself, and so does the picture", async () => {
    await expectFramesAdvance(desk.page);
    await expect(desk.page.getByTestId("still-kept")).toHaveCount(taken, { timeout: 120_000 });
    await expect(tablet.page.getByTestId("still-kept")).toHaveCount(taken);
    await expectFramesAdvance(desk.page);
    const still = (await stillsOf(desk.page, id))[taken - 1];
    expect(still).toMatchObject({ state: "kept", width: 1280, height: 720 });
    return still as Still & { document: { id: string; sha256: string } };
  });

  await test.step("what is kept is what is downloaded, pixel for pixel of the camera", async () => {
    const got = await downloaded(desk.page, kept.document.id);
    expect(got).toEqual({ sha256: kept.document.sha256, width: 1280, height: 720 });
  });

  await test.step("the viewer shows time, source and digest, and any part of it enlarged", async () => {
    // The newest is the first.
    await desk.page.getByTestId("still-kept").first().click();
    const viewer = desk.page.getByRole("dialog");
    await expect(viewer.getByText(kept.document.sha256)).toBeVisible();
    await expect(viewer.getByText("房间全景", { exact: true })).toBeVisible();
    const picture = viewer.getByTestId("still-picture");
    await expect(picture).toBeVisible();
    await picture.click({ position: { x: 40, y: 40 } });
    await expect(viewer.getByText("100%")).toBeVisible();
    expect(await picture.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.width])).toEqual([
      1280, 1280,
    ]);
    await expectAxeClean(desk.page, "still viewer");
    await desk.page.keyboard.press("Escape");
  });

  await test.step("the nurse takes one as well and sees it", async () => {
    await tablet.page.getByTestId("take-still").click();
    await expect(desk.page.getByTestId("still-kept")).toHaveCount(taken + 1, { timeout: 90_000 });
    await tablet.page.getByTestId("still-kept").last().click();
    await expect(tablet.page.getByRole("dialog").getByTestId("still-picture")).toBeVisible({ timeout: 30_000 });
  });

  await test.step("after the call all are in the resident's record, with the digest", async () => {
    await complete(stack, id);
    await expect(desk.page.getByTestId("still-kept")).toHaveCount(taken + 1);
    await desk.page.getByRole("tab", { name: "文件", exact: true }).click();
    const rows = desk.page.getByRole("tabpanel", { name: "文件" }).getByRole("listitem").filter({ hasText: "静帧" });
    await expect(rows).toHaveCount(taken + 1);
    await rows.nth(1).getByRole("button", { name: /查看/ }).click();
    await expect(desk.page.getByRole("dialog").getByText(kept.document.sha256)).toBeVisible();
  });
  await Promise.all([tablet.context.close(), desk.context.close()]);
});

/** What the box had taken is on its disk; what it had not, it is asked for again. */
test("a burst survives a box that loses its power", async ({ browser }) => {
  test.setTimeout(240_000);
  const stack = runningStack();
  const { tablet, desk, id } = await inACall(stack, browser);
  await desk.page.getByRole("button", { name: "静帧选项" }).click();
  await desk.page.getByRole("menuitem", { name: "连拍 5 张" }).click();
  const arrived = async () => (await stillsOf(desk.page, id)).some((still) => (still.arrived_percent ?? 0) > 0);
  await expect.poll(arrived, { intervals: [20], timeout: 30_000 }).toBe(true);

  expect((await stopProgram(stack, "clinic-agent", "SIGKILL")).end).toBe("was ended by SIGKILL");
  expect((await stillsOf(desk.page, id)).filter((still) => still.state === "asked").length).toBeGreaterThan(0);
  await startProgram(stack, "clinic-agent");

  await expect(desk.page.getByTestId("still-kept")).toHaveCount(5, { timeout: 150_000 });
  await expectFramesAdvance(desk.page);
  const digests = (await stillsOf(desk.page, id)).map((still) => still.document?.sha256);
  expect(new Set(digests).size, "five pictures, none twice").toBe(5);
  await complete(stack, id);
  await Promise.all([tablet.context.close(), desk.context.close()]);
});
