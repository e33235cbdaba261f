import { expect, type Page } from "@playwright/test";
import { expectAxeClean } from "../support/axe";
import { inACall } from "../support/people";
import { expectFramesAdvance } from "../support/picture";
import { test } from "../support/scenario";
import { accountOf, runningStack, type Stack } from "../support/stack";
// The API without a browser, as `make demo-once` uses it.
import { Person } from "../../../scripts/stack/person.mjs";

interface Recording {
  state: string;
  movie?: { duration_ms: number; sha256: string; bytes: number; gaps: unknown[] };
}

/** What the desk's API says of the recordings of a consultation. */
const recordingsOf = (page: Page, id: string): Promise<Recording[]> =>
  page.evaluate(
    async (from) => ((await (await fetch(from)).json()) as { items: Recording[] }).items,
    `/api/consultations/${id}/recordings`,
  );

/** The nurse ends the visit. */
async function complete(stack: Stack, id: string): Promise<void> {
  const hands = new Person(stack.urls.page);
  await hands.signIn(accountOf(stack, "nurse").username, stack.password);
  const { version } = (await hands.get(`/api/consultations/${id}`)) as { version: number };
  await hands.post(`/api/consultations/${id}/complete`, { version });
}

/** The relay is out of reach for eight seconds of it; the box records on, and brings what was missed. */
test("a recording has no gap although the link breaks in the middle", async ({ browser }) => {
  test.setTimeout(240_000);
  const stack = runningStack();
  const { tablet, desk, id } = await inACall(stack, browser);

  await test.step("one press, and both sides see that it is recorded", async () => {
    await desk.page.getByTestId("record-call").click();
    await expect(desk.page.getByTestId("recording-sign")).toContainText("正在录像", { timeout: 30_000 });
    await expect(tablet.page.getByTestId("recording-sign")).toContainText("正在录像", { timeout: 30_000 });
    await expectAxeClean(desk.page, "recording");
  });

  await test.step("the link breaks for longer than a connection lives", async () => {
    process.kill(stack.pids.relay, "SIGSTOP");
    const stopped = performance.now();
    try {
      await expect.poll(() => performance.now() - stopped, { timeout: 20_000 }).toBeGreaterThan(8_000);
    } finally {
      process.kill(stack.pids.relay, "SIGCONT");
    }
    await expectFramesAdvance(desk.page);
  });

  const movie = await test.step("after the visit the rest comes and becomes one file without a gap", async () => {
    await complete(stack, id);
    await expect(desk.page.getByTestId("recording-kept")).toBeVisible({ timeout: 120_000 });
    const [recording] = await recordingsOf(desk.page, id);
    expect(recording).toMatchObject({ state: "kept", movie: { gaps: [] } });
    expect(recording?.movie?.duration_ms).toBeGreaterThan(8_000);
    return recording?.movie as NonNullable<Recording["movie"]>;
  });

  await test.step("it plays, and goes to any place of it", async () => {
    await desk.page.getByTestId("recording-play").click();
    const video = desk.page.getByTestId("recording-video");
    const player = (read: (player: HTMLVideoElement) => number) => video.evaluate(read);
    await expect.poll(() => player((one) => one.readyState), { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    expect(Math.abs((await player((one) => one.duration)) * 1000 - movie.duration_ms)).toBeLessThan(1_000);
    await video.evaluate((one: HTMLVideoElement) => {
      one.currentTime = one.duration - 2;
    });
    await expect.poll(() => player((one) => (one.seeking ? 0 : one.duration - one.currentTime))).toBeLessThan(2.5);
    await expect(desk.page.getByText(movie.sha256)).toBeVisible();
    await expectAxeClean(desk.page, "player of a recording");
  });
  await Promise.all([tablet.context.close(), desk.context.close()]);
});
