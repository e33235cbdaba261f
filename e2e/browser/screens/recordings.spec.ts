import { expect, test, type Page } from "@playwright/test";
import { buildDay } from "./data";
import { prescribingAnswers } from "./data-prescribing";
import { endedRecordings, refusedRecording, runningRecording } from "./data-recordings";
import { lookAt } from "./look";
import { installMock } from "./mock";
import { serveBox } from "./nurse-box";
import { sendPage, serve, type Site } from "./site";
import { now } from "./clock";

/** A recording that runs and those that ended, on the specialist's desk and the nurse's tablet. */
let site: Site;
test.beforeAll(async () => {
  site = await serve((request, response) => {
    void sendPage("hospital-console", new URL(request.url ?? "/", "http://x").pathname, response);
  });
});
test.afterAll(() => site.close());

const items = [...endedRecordings, runningRecording];

/** A press that the relay refuses says why and what to do. */
const press = async (page: Page): Promise<void> => {
  await page.getByTestId("record-call").click();
  await expect(page.getByText(refusedRecording.action)).toBeVisible();
};

for (const [name, own, act] of [
  ["running", items, undefined],
  ["refused", endedRecordings, press],
] as const) {
  test(`recordings ${name} at the desk`, async ({ browser }) => {
    const prepare = (page: Page) => {
      const day = buildDay(now());
      day.consultation.allowed.push("recordings");
      const answers = {
        "GET /api/consultations/c8/recordings": { body: { items: own, next: null } },
        "POST /api/consultations/c8/recordings": { status: 409, body: refusedRecording },
      };
      return installMock(page, day, { answers: { ...prescribingAnswers(day, now()), ...answers } });
    };
    const url = `${site.origin}/consultations/c8`;
    const ready = name === "running" ? "[data-testid=recording-sign]" : "[data-testid=recording-kept]";
    await lookAt(browser, { name: `recordings-${name}`, sizes: [[1440, 900]], url, ready, prepare, act });
  });
}

test("recordings on the tablet", async ({ browser }) => {
  const box = await serveBox("call", (_, path) =>
    path.endsWith("/recordings") ? { body: { items, next: null } } : undefined,
  );
  try {
    await lookAt(browser, {
      name: "nurse-recordings",
      sizes: [
        [1280, 800],
        [800, 1280],
      ],
      url: `${box.origin}/consultations/c1`,
      ready: "[data-testid=recording-sign]",
      prepare: async (page) => {
        await page.route(/\/legs(\?|$)/, (route) => route.abort());
      },
      expected: /net::ERR_FAILED/,
    });
  } finally {
    await box.close();
  }
});
