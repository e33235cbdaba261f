import { expect, test, type Page } from "@playwright/test";
import { buildDay } from "./data";
import { prescribingAnswers } from "./data-prescribing";
import { apart, noTimeline, timeline, tooLow } from "./data-timeline";
import { lookAt } from "./look";
import { installMock, type Answers, type MockOptions } from "./mock";
import { serveBox } from "./nurse-box";
import * as record from "./nurse-record";
import { serveConsole, type Site } from "./site";
import { answerCalls, lookAtTablet } from "./tablet";
import { now } from "./clock";

/** How a call went, second by second; what it shows in words while it goes on; and why it is not enough to sign by. */
let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

const TIMELINE = "GET /api/consultations/c8/media-timeline";

const open = async (page: Page): Promise<void> => {
  await page.getByTestId("call-quality").first().click();
};
const plots = async (page: Page): Promise<void> => {
  await open(page);
  await expect(page.getByRole("dialog").locator("canvas")).toHaveCount(5);
};
const table = async (page: Page): Promise<void> => {
  await plots(page);
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /显示数值表|Show the numbers/ })
    .click();
  await expect(page.locator(".yz-timeline-table tbody tr")).toHaveCount(48);
};
const empty = async (page: Page): Promise<void> => {
  await open(page);
  await page.getByText(/这次会诊没有通话记录|No call was recorded/).waitFor();
};
const refused = async (page: Page): Promise<void> => {
  await open(page);
  await page.getByText("请稍后重试。").waitFor();
};
/** Earlier visits of the record have theirs as well. */
const history = async (page: Page): Promise<void> => {
  await page.getByRole("tab", { name: /^既往$|^History$/ }).click();
  await page.getByRole("tabpanel").getByTestId("call-quality").first().waitFor();
};
/** The words stand beside the picture while it is not the full one. */
const rung = (page: Page): Promise<void> => page.getByTestId("rung").waitFor();
/** What the home's modem says stands beside its link. */
const signalled = (page: Page): Promise<void> => page.getByTestId("home-signals").first().waitFor();
const composing = async (page: Page): Promise<void> => {
  await page
    .getByRole("button", { name: /开处方|^Prescribe$/ })
    .first()
    .click();
  await page.getByTestId("call-too-low").waitFor();
  await expect(page.getByRole("button", { name: /核对并签名|Review and sign/ })).toBeDisabled();
};

interface Look {
  name: string;
  act: (page: Page) => Promise<void>;
  answer?: Answers[string];
  signing?: typeof tooLow;
  rung?: MockOptions["rung"];
  signals?: MockOptions["signals"];
  expected?: RegExp;
}

const problem = { type: "about:blank", title: "暂时连不上", status: 503, code: "busy", action: "请稍后重试。" };

const signals: MockOptions["signals"] = [
  { path: "移动", technology: "nr5g", strength: "weak" },
  { path: "联通", technology: "lte", strength: "strong" },
];

const LOOKS: Look[] = [
  { name: "plots", act: plots },
  { name: "table", act: table },
  { name: "empty", act: empty, answer: { body: noTimeline } },
  { name: "refused", act: refused, answer: { status: 503, body: problem }, expected: /503/ },
  { name: "history", act: history },
  { name: "rung", act: rung, rung: "slow" },
  { name: "signing-halted", act: composing, signing: tooLow, rung: "sound" },
  { name: "signing-apart", act: composing, signing: apart },
  { name: "signals", act: signalled, signals },
];

for (const { name, act, answer, signing, rung: shown, signals: told, expected } of LOOKS) {
  test(`call quality ${name} at the desk`, async ({ browser }) => {
    const prepare = (page: Page) => {
      const day = buildDay(now());
      const own: Answers = {
        [TIMELINE]: answer ?? { body: timeline },
        ...(signing ? { "GET /api/consultations/c8": { body: { ...day.consultation, signing } } } : {}),
      };
      return installMock(page, day, {
        answers: { ...prescribingAnswers(day, now()), ...own },
        rung: shown,
        signals: told,
      });
    };
    const url = `${site.origin}/consultations/c8`;
    await lookAt(browser, {
      name: `call-quality-${name}`,
      sizes: [[1440, 900]],
      url,
      ready: "[data-testid=main-video]",
      prepare,
      act,
      expected,
    });
  });
}

test("the rung of the home's own picture on the tablet, as the box knows it", async ({ browser }) => {
  const media = { state: "live", consultation_id: "c1", camera: "room", cameras: ["room"], rung: "slow" };
  const status = { ...record.status("online"), media };
  const box = serveBox("call", (_, path) =>
    path === "/page/status/events" ? { event: "status", body: status } : undefined,
  );
  await lookAtTablet(browser, box, {
    name: "nurse-rung",
    path: "/consultations/c1",
    ready: "[data-testid=rung]",
    prepare: answerCalls,
  });
});
