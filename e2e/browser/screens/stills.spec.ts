import { expect, test, type Page } from "@playwright/test";
import { buildDay } from "./data";
import { prescribingAnswers } from "./data-prescribing";
import { refusedStill, stillPicture, stills } from "./data-stills";
import { lookAt } from "./look";
import { installMock } from "./mock";
import { serveBox } from "./nurse-box";
import { sendPage, serve, type Site } from "./site";
import { now } from "./clock";

/** Stills in all their states, and the viewer, on the specialist's desk and the nurse's tablet. */
let site: Site;
test.beforeAll(async () => {
  site = await serve((request, response) => {
    void sendPage("hospital-console", new URL(request.url ?? "/", "http://x").pathname, response);
  });
});
test.afterAll(() => site.close());

const openViewer = async (page: Page): Promise<void> => {
  await page.getByTestId("still-kept").click();
  await page.getByTestId("still-picture").waitFor();
};
/** A press on a part enlarges it there; the arrow back shows the whole again. */
const enlarge = async (page: Page): Promise<void> => {
  await openViewer(page);
  await page.getByTestId("still-picture").click();
  await expect(page.getByText("100%")).toBeVisible();
};

/** A press that the relay refuses says why and what to do. */
const press = async (page: Page): Promise<void> => {
  await page.getByTestId("take-still").click();
  await expect(page.getByText(refusedStill.action)).toBeVisible();
};

for (const [name, act] of [
  ["strip", undefined],
  ["refused", press],
  ["viewer", openViewer],
  ["viewer-enlarged", enlarge],
] as const) {
  test(`stills ${name} at the desk`, async ({ browser }) => {
    const prepare = (page: Page) => {
      const day = buildDay(now());
      const own = {
        "GET /api/consultations/c8/stills": { body: { items: stills, next: null } },
        "POST /api/consultations/c8/stills": { status: 409, body: refusedStill },
        "GET /api/documents/still-doc/content": { body: undefined, picture: stillPicture },
      };
      return installMock(page, day, { answers: { ...prescribingAnswers(day, now()), ...own } });
    };
    const url = `${site.origin}/consultations/c8`;
    const ready = "[data-testid=still-kept] img";
    await lookAt(browser, { name: `stills-${name}`, sizes: [[1440, 900]], url, ready, prepare, act });
  });
}

for (const [name, act] of [
  ["strip", undefined],
  ["viewer", openViewer],
] as const) {
  test(`stills ${name} on the tablet`, async ({ browser }) => {
    const picture = Buffer.from(stillPicture.base64, "base64");
    const box = await serveBox("call", (_, path) =>
      path.endsWith("/stills") ? { body: { items: stills, next: null } } : undefined,
    );
    const prepare = async (page: Page): Promise<void> => {
      await page.route(/\/content$/, (route) => route.fulfill({ body: picture, contentType: stillPicture.type }));
      await page.route(/\/legs(\?|$)/, (route) => route.abort());
    };
    try {
      await lookAt(browser, {
        name: `nurse-stills-${name}`,
        sizes: [
          [1280, 800],
          [800, 1280],
        ],
        url: `${box.origin}/consultations/c1`,
        ready: "[data-testid=still-kept]",
        prepare,
        act,
        expected: /net::ERR_FAILED/,
      });
    } finally {
      await box.close();
    }
  });
}
