import { chromium, expect, type Browser } from "@playwright/test";
import { CHROMIUM, CHROMIUM_ARGS } from "../support/browser";
import { inACall, open } from "../support/people";
import { expectFramesAdvance, expectMovingPicture } from "../support/picture";
import { test } from "../support/scenario";
import { accountOf, runningStack, startProgram, stopProgram, urlFor, type Stack } from "../support/stack";
// The API without a browser, as `make demo-once` uses it.
import { Person } from "../../../scripts/stack/person.mjs";

/**
 * Somebody's program dies in a call without a word: the other side reads it at once. The kernel closes a dead browser's connections, and
 * that is how it is known; a browser says no goodbye, and its silence alone could be a weak link.
 */
const AT_ONCE_MS = 2_000;

/** A browser whose process can be killed. */
async function mortal(): Promise<{ browser: Browser; kill: () => Promise<void> }> {
  const server = await chromium.launchServer({
    executablePath: CHROMIUM,
    args: CHROMIUM_ARGS,
    ignoreDefaultArgs: ["--mute-audio"],
  });
  const { pid } = server.process();
  if (pid === undefined) throw new Error("Chromium did not start");
  const died = new Promise<void>((done) => server.on("close", () => done()));
  const kill = async () => {
    process.kill(pid, "SIGKILL");
    await died;
  };
  return { browser: await chromium.connect(server.wsEndpoint()), kill };
}

/** How long ago a moment was, for the report and the log. */
function say(what: string, since: number): void {
  const seconds = ((performance.now() - since) / 1000).toFixed(2);
  test.info().annotations.push({ type: what, description: seconds });
  console.log(`${what} ${seconds} s`);
}

async function close(stack: Stack, id: string): Promise<void> {
  const hands = new Person(stack.urls.page);
  await hands.signIn(accountOf(stack, "nurse").username, stack.password);
  const { version } = (await hands.get(`/api/consultations/${id}`)) as { version: number };
  await hands.post(`/api/consultations/${id}/complete`, { version });
}

test("the specialist's browser is killed: the nurse reads it at once", async ({ browser }) => {
  const stack = runningStack();
  const hospital = await mortal();
  const { tablet, id } = await inACall(stack, browser, hospital.browser);
  const died = performance.now();
  await hospital.kill();
  await expect(tablet.page.getByText(/连接中断/).first()).toBeVisible({ timeout: AT_ONCE_MS });
  say("the nurse reads that the specialist's browser died after", died);
  await close(stack, id);
  await tablet.context.close();
});

test("the nurse's tablet is killed: the specialist reads it at once, and that she is back", async ({ browser }) => {
  const stack = runningStack();
  const home = await mortal();
  const { tablet, desk, id } = await inACall(stack, home.browser, browser);
  const address = tablet.page.url();
  await expect(desk.page.getByText(/平板已不在通话中/)).toHaveCount(0);
  const died = performance.now();
  await home.kill();
  await expect(desk.page.getByText(/平板已不在通话中/).first()).toBeVisible({ timeout: AT_ONCE_MS });
  say("the specialist reads that the tablet died after", died);
  await test.info().attach("the tablet died", { body: await desk.page.screenshot(), contentType: "image/png" });
  // The box films on.
  await expectFramesAdvance(desk.page);

  const again = await open(browser, { width: 1280, height: 800 });
  await again.page.goto(urlFor(stack, "nurse"));
  await again.page.getByLabel("用户名").fill(accountOf(stack, "nurse").username);
  await again.page.getByLabel("密码", { exact: true }).fill(stack.password);
  await again.page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(again.page.getByLabel("用户名")).toHaveCount(0);
  await again.page.goto(address);
  await expectMovingPicture(again.page);
  await expect(desk.page.getByText(/平板已不在通话中/)).toHaveCount(0);
  await close(stack, id);
  await Promise.all([again.context.close(), desk.context.close()]);
});

test("the box's program is killed: both sides read it at once", async ({ browser }) => {
  const stack = runningStack();
  const { tablet, desk, id } = await inACall(stack, browser);
  const died = performance.now();
  await Promise.all([
    stopProgram(stack, "clinic-agent", "SIGKILL"),
    expect(desk.page.getByText(/连接中断/).first()).toBeVisible({ timeout: AT_ONCE_MS }),
    expect(tablet.page.getByText(/连不上院内主机/).first()).toBeVisible({ timeout: AT_ONCE_MS }),
  ]);
  say("both sides read that the box's program died after", died);
  await startProgram(stack, "clinic-agent");
  await expectFramesAdvance(desk.page);
  await close(stack, id);
  await Promise.all([tablet.context.close(), desk.context.close()]);
});
