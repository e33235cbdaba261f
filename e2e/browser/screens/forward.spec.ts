import { expect, test, type Page } from "@playwright/test";
import { now } from "./clock";
import { buildDay } from "./data";
import { prescribingAnswers } from "./data-prescribing";
import { leftIn } from "./data-voice";
import { lookAt } from "./look";
import { installMock } from "./mock";
import { serveBox } from "./nurse-box";
import { status } from "./nurse-record";
import { sendPage, serve, type Site } from "./site";
import { lookAtTablet } from "./tablet";

/** The lowest step of the ladder: messages in place of a call, on the nurse's tablet and at the specialist's desk. */
let site: Site;
test.beforeAll(async () => {
  site = await serve((request, response) => {
    void sendPage("hospital-console", new URL(request.url ?? "/", "http://x").pathname, response);
  });
});
test.afterAll(() => site.close());

const record = async (page: Page): Promise<void> => {
  await page.getByTestId("record-voice").click();
  await page.getByTestId("voice-recording").waitFor();
};
/** Recorded, and not yet sent: it can be heard first. */
const listen = async (page: Page): Promise<void> => {
  await record(page);
  // The fake device beeps once a second: something has to be on the tape.
  await expect(page.getByTestId("voice-recording").getByText(/0:0[1-9]/)).toBeVisible();
  await page.getByTestId("voice-recording").getByRole("button").click();
  await expect(page.getByTestId("voice-recorded").locator("audio")).toBeVisible();
};
/** Sent: the recorder is empty again. */
const send = async (page: Page): Promise<void> => {
  await listen(page);
  await page.getByTestId("voice-recorded").getByRole("button").last().click();
  await page.getByTestId("record-voice").waitFor();
};
/** Without a microphone it says so and what to do. */
const refused = async (page: Page): Promise<void> => {
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotFoundError"));
  });
  await page.getByTestId("record-voice").click();
  await page.getByRole("alert").waitFor();
};

for (const [name, act] of [
  ["offered", undefined],
  ["recorded", listen],
  ["sent", send],
  ["no-microphone", refused],
] as const) {
  test(`forward ${name} on the tablet`, async ({ browser }) => {
    const box = serveBox("offline", (_, path) =>
      path.endsWith("/documents") ? { body: { items: leftIn("c1") } } : undefined,
    );
    const prepare = async (page: Page): Promise<void> => {
      await page.route(/\/legs(\?|$)/, (route) => route.abort());
    };
    await lookAtTablet(browser, box, {
      name: `nurse-forward-${name}`,
      path: "/consultations/c1",
      ready: "[data-testid=forward]",
      prepare,
      act,
      expected: /net::ERR_FAILED|503/,
    });
  });
}

test("a box that is shut out promises no call on the tablet", async ({ browser }) => {
  const words = {
    words_zh: "本机的证书已被吊销，请管理员重新登记本机；记录都保存在本机",
    words_en:
      "This box's certificate was revoked: ask the administrator to enrol the box anew; everything is saved here",
  };
  const offline = status("offline");
  const body = { ...offline, link: { ...offline.link, ...words, revoked: true } };
  const box = serveBox("offline", (_, path) => {
    if (path === "/page/status/events") return { event: "status", body };
    return path.endsWith("/documents") ? { body: { items: leftIn("c1") } } : undefined;
  });
  await lookAtTablet(browser, box, {
    name: "nurse-forward-revoked",
    path: "/consultations/c1",
    ready: "[data-testid=interrupted-revoked]",
    prepare: async (page) => {
      await page.route(/\/legs(\?|$)/, (route) => route.abort());
    },
    act: async (page) => {
      await expect(page.getByTestId("forward")).toContainText(/通话不会自行恢复|does not come back by itself/);
      await expect(page.getByTestId("forward")).not.toContainText(/通话会自动恢复|the call comes back by itself/);
    },
    expected: /net::ERR_FAILED|503/,
  });
});

for (const [name, act] of [
  ["left", undefined],
  ["answer", listen],
] as const) {
  test(`forward ${name} at the desk`, async ({ browser }) => {
    const prepare = (page: Page) => {
      const day = buildDay(now());
      const resident = day.consultation.resident.id;
      const own = {
        [`GET /api/residents/${resident}/documents`]: { body: { items: leftIn("c8"), next: null } },
      };
      return installMock(page, day, { answers: { ...prescribingAnswers(day, now()), ...own } });
    };
    await lookAt(browser, {
      name: `forward-${name}`,
      sizes: [[1440, 900]],
      url: `${site.origin}/consultations/c8`,
      ready: "[data-testid=left]",
      prepare,
      act,
    });
  });
}
