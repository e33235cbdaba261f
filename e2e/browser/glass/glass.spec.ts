import { expect, test, type Page } from "@playwright/test";
import { Nurse, open, Specialist } from "../support/people";
import { expectFramesAdvance, readSquares } from "../support/picture";
import { runningStack } from "../support/stack";

/**
 * make bench-glass. From the synthetic camera's capture stamp to the frame in Chromium, through box, QUIC, relay and
 * WebRTC on loopback; and from a press to the first remote frame. Camera and browser share this machine's clock.
 */
const SAMPLES = 300;
const P50_MS = 200;
const FIRST_FRAME_MS = 1500;

/** Age of each presented frame in milliseconds, by the stamp painted into it. */
async function frameAges(page: Page, samples: number): Promise<number[]> {
  await page.evaluate(`window.yzReadSquares = ${readSquares.toString()}`);
  return page.getByTestId("main-video").evaluate(
    (video: HTMLVideoElement, wanted) =>
      new Promise<number[]>((done) => {
        const read = (window as unknown as { yzReadSquares: typeof readSquares }).yzReadSquares;
        const ages: number[] = [];
        const onFrame: VideoFrameRequestCallback = (_now, metadata) => {
          // The time at which the browser expects the frame to be on the screen.
          const shown = performance.timeOrigin + metadata.expectedDisplayTime;
          const stamp = read(video);
          if (stamp?.time !== undefined) {
            const age = (Math.round(shown) - stamp.time) % 2 ** 32;
            ages.push(age < 0 ? age + 2 ** 32 : age);
          }
          if (ages.length >= wanted) done(ages);
          else video.requestVideoFrameCallback(onFrame);
        };
        video.requestVideoFrameCallback(onFrame);
      }),
    samples,
  );
}

/** Milliseconds from `press` to the first frame that the main picture presents. */
async function firstFrame(page: Page, press: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const state = window as unknown as { yzPressed: number; yzFirst: Promise<number> };
    state.yzFirst = new Promise((done) => {
      addEventListener("pointerdown", () => (state.yzPressed = performance.now()), { once: true, capture: true });
      const look = () => {
        const video = document.querySelector<HTMLVideoElement>("[data-testid=main-video]");
        if (!video) return requestAnimationFrame(look);
        video.requestVideoFrameCallback((now) => done(now - state.yzPressed));
        return 0;
      };
      look();
    });
  });
  await press();
  return page.evaluate(() => (window as unknown as { yzFirst: Promise<number> }).yzFirst);
}

const percentile = (sorted: number[], p: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0;

test("glass to glass, and press to first frame", async ({ browser }) => {
  test.setTimeout(180_000);
  const stack = runningStack();
  const tablet = await open(browser, { width: 1280, height: 800 });
  const desk = await open(browser, { width: 1440, height: 900 });
  const nurse = new Nurse(tablet.page, stack);
  const specialist = new Specialist(desk.page, stack);
  await Promise.all([nurse.signIn(), specialist.signIn()]);
  const resident = await nurse.residentSeenFor("I10", []);
  await nurse.startConsultation(resident, "测量延迟");
  const see = desk.page.getByRole("button", { name: `接诊 ${resident.name}` });
  await expect(see).toBeVisible();
  const specialistFirst = await firstFrame(desk.page, () => see.click());
  const frames = await expectFramesAdvance(desk.page);
  const ages = (await frameAges(desk.page, SAMPLES)).sort((a, b) => a - b);

  // The nurse leaves the call and comes back: her press on "return" to the specialist's picture.
  const resume = tablet.page.getByRole("button", { name: "返回会诊" });
  const nurseFirst: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    await tablet.page.getByTestId("end").click();
    await tablet.page.getByRole("button", { name: "仅挂断" }).click();
    await tablet.page
      .getByRole("link", { name: new RegExp(resident.name) })
      .first()
      .click();
    await expect(resume).toBeVisible();
    nurseFirst.push(await firstFrame(tablet.page, () => resume.click()));
  }
  nurseFirst.sort((a, b) => a - b);

  const figures = {
    picture: `${frames[0]?.width}x${frames[0]?.height}`,
    frames: ages.length,
    glass_ms: { p50: percentile(ages, 0.5), p90: percentile(ages, 0.9), p99: percentile(ages, 0.99) },
    nurse_press_to_first_frame_ms: {
      median: Math.round(percentile(nurseFirst, 0.5)),
      worst: Math.round(nurseFirst.at(-1) ?? 0),
    },
    specialist_press_to_first_frame_ms: Math.round(specialistFirst),
  };
  console.log(`GLASS ${JSON.stringify(figures)}`);
  await specialist.finish();
  await Promise.all([tablet.context.close(), desk.context.close()]);
  expect(figures.glass_ms.p50, "capture to rendered frame, p50").toBeLessThan(P50_MS);
  expect(figures.nurse_press_to_first_frame_ms.median, "the nurse's press to her first remote frame").toBeLessThan(
    FIRST_FRAME_MS,
  );
});
