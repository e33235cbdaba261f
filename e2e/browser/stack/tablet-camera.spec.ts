import { expect } from "@playwright/test";
import { inACall } from "../support/people";
import { expectFramesAdvance, expectMovingPicture, expectSound, greenShare, readFrame } from "../support/picture";
import { test } from "../support/scenario";
import { accountOf, runningStack } from "../support/stack";
// The API without a browser, as `make demo-once` uses it.
import { Person } from "../../../scripts/stack/person.mjs";

/** The tablet's own camera stands in for the box's: proved by the pixels that the specialist's browser decodes. */
test("the tablet's own camera is the home's source, and the box's again", async ({ browser }) => {
  const stack = runningStack();
  const { tablet, desk, id } = await inACall(stack, browser);
  const choose = async (camera: string) => {
    await tablet.page.getByTestId("home-camera").click();
    await tablet.page.getByRole("menuitem", { name: camera }).click();
    await expect(tablet.page.getByTestId("home-camera")).toContainText(camera);
  };
  expect(await greenShare(desk.page), "the box's camera is not green").toBeLessThan(0.2);

  await choose("平板");
  // Chromium's fake camera: green with a turning pie, and nobody painted a frame number into it.
  await expect
    .poll(() => greenShare(desk.page), { message: "the tablet's camera at the specialist", timeout: 20_000 })
    .toBeGreaterThan(0.4);
  expect(await readFrame(desk.page)).toBeUndefined();
  await expectMovingPicture(desk.page);
  await expectSound(desk.page);

  await choose("房间全景");
  await expectFramesAdvance(desk.page);
  expect(await greenShare(desk.page), "the box's camera again").toBeLessThan(0.2);

  const hands = new Person(stack.urls.page);
  await hands.signIn(accountOf(stack, "nurse").username, stack.password);
  const { version } = (await hands.get(`/api/consultations/${id}`)) as { version: number };
  await hands.post(`/api/consultations/${id}/complete`, { version });
  await Promise.all([tablet.context.close(), desk.context.close()]);
});
