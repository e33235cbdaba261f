import { expect } from "@playwright/test";
import { Nurse, open, Specialist } from "../support/people";
import { test } from "../support/scenario";
import { runningStack, urlFor } from "../support/stack";

/** A picture that the page can decode: one pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

/** A face from the tablet's files through box, spool and relay to the specialist's screen, on the real programs. */
test("a resident's portrait that the nurse chose is the face that the specialist sees", async ({ browser }) => {
  const stack = runningStack();
  const tablet = await open(browser, { width: 1280, height: 800 });
  const nurse = new Nurse(tablet.page, stack);
  await nurse.signIn();
  const resident = await nurse.residentSeenFor("I10", []);
  const photo = (): Promise<string | undefined> =>
    tablet.page.evaluate(
      async (id) => ((await (await fetch(`/api/residents/${id}`)).json()) as { photo_url?: string }).photo_url,
      resident.id,
    );
  const before = await photo();

  await tablet.page.goto(`${urlFor(stack, "nurse")}/registry/${resident.id}`);
  await tablet.page.locator(".nurse-portrait").click();
  const file = { name: "face.png", mimeType: "image/png", buffer: PIXEL };
  await tablet.page.getByTestId("portrait-input").setInputFiles(file);
  await tablet.page.locator("[role=dialog] img.yz-portrait").waitFor();
  await tablet.page.getByRole("dialog").getByRole("button", { name: /^保存/ }).click();
  await expect.poll(photo, { timeout: 20_000 }).not.toBe(before);
  const address = await photo();
  expect(address).toMatch(/^\/api\/documents\/[0-9a-f-]{36}\/content$/);

  const desk = await open(browser, { width: 1440, height: 900 });
  const specialist = new Specialist(desk.page, stack);
  await specialist.signIn();
  await desk.page.goto(`${urlFor(stack, "specialist")}/residents/${resident.id}`);
  const face = desk.page.locator(`img.yz-portrait[src="${address}"]`).first();
  await expect(face).toBeVisible();
  await expect.poll(() => face.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await desk.context.close();
  await tablet.context.close();
});
