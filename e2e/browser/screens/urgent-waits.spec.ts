import { expect, test, type Page } from "@playwright/test";
import { buildDay } from "./data";
import { prescribingAnswers } from "./data-prescribing";
import { now } from "./clock";
import { lookAt } from "./look";
import { installMock } from "./mock";
import { serveBox } from "./nurse-box";
import { consultationDetail } from "./nurse-record";
import { sendPage, serve, type Site } from "./site";

/** A more urgent resident waits for the box while another call has it: both sides of that call are told, and the nurse can hand it over. */
let site: Site;
test.beforeAll(async () => {
  site = await serve((request, response) => {
    void sendPage("hospital-console", new URL(request.url ?? "/", "http://x").pathname, response);
  });
});
test.afterAll(() => site.close());

const urgent = {
  since: new Date(now() - 120_000).toISOString(),
  consultation_id: "c2",
  resident_name: "李桂英",
  bed: "203-1",
  specialist_name: "周敏",
};
const SIZES: [number, number][] = [
  [1280, 800],
  [800, 1280],
];
const WAITS = "[data-testid=urgent-waits]";

test("the nurse in the call reads that an urgent resident waits and hands the box over", async ({ browser }) => {
  const box = await serveBox("call", (method, path) =>
    method === "GET" && path === "/api/consultations/c1"
      ? { body: { ...consultationDetail("c1"), outranked_by: [urgent] } }
      : undefined,
  );
  const without = async (page: Page): Promise<void> => {
    await page.route(/\/legs(\?|$)/, (route) => route.abort());
  };
  const url = `${box.origin}/consultations/c1`;
  try {
    await lookAt(browser, {
      name: "nurse-urgent-waits",
      sizes: SIZES,
      url,
      ready: WAITS,
      prepare: without,
      expected: /net::ERR_FAILED/,
    });
    const page = await browser.newPage();
    await without(page);
    await page.goto(url);
    await expect(page.getByTestId("urgent-waits")).toContainText("李桂英");
    await page.getByTestId("hand-over-box").click();
    await page.waitForURL(`${box.origin}/consultations/c2`);
    await page.close();
  } finally {
    await box.close();
  }
});

test("the doctor in the call reads it as well", async ({ browser }) => {
  const prepare = (page: Page) => {
    const day = buildDay(now());
    const own = { "GET /api/consultations/c8": { body: { ...day.consultation, outranked_by: [urgent] } } };
    return installMock(page, day, { answers: { ...prescribingAnswers(day, now()), ...own } });
  };
  const url = `${site.origin}/consultations/c8`;
  await lookAt(browser, { name: "urgent-waits", sizes: [[1440, 900]], url, ready: WAITS, prepare });
});

test("who waits reads that the other call was told", async ({ browser }) => {
  const box = await serveBox("call", (method, path) => {
    if (method === "POST" && path.endsWith("/legs")) {
      const title = "本院的设备正用于另一位老人的会诊";
      return {
        status: 409,
        body: { type: "https://yunzhen.dev/problems/box_busy", title, status: 409, code: "box_busy" },
      };
    }
    return method === "GET" && path === "/api/consultations/c1"
      ? { body: { ...consultationDetail("c1"), urgency: "urgent", link: "busy", outranks: true } }
      : undefined;
  });
  const page = await browser.newPage();
  try {
    await page.goto(`${box.origin}/consultations/c1`);
    await expect(page.getByTestId("call-held")).toContainText(/这位住民更紧急|This resident is more urgent/);
  } finally {
    await page.close();
    await box.close();
  }
});
