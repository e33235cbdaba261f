import { expect, test, type Page } from "@playwright/test";
import type { ConsentState, RecordingQuestion } from "@yunzhen/client";
import { refusedRecording } from "./data-recordings";
import { consentTexts } from "./data-residents";
import { serveBox, type OwnAnswers } from "./nurse-box";
import { consultationDetail, resident, staff } from "./nurse-record";
import { lookAtTablet } from "./tablet";

/** The hospital always asks whether a consultation may be recorded: on the tablet of the nurse who asks. */
const SIGNED: ConsentState = { kind: "recording", in_force: true, outdated: false, given_at: "2026-11-01T02:00:00Z" };
const answered = (answer: "agreed" | "refused"): RecordingQuestion => ({
  answer,
  answered_at: "2026-11-23T08:01:00Z",
  answered_by_name: staff.name,
});

interface Scene {
  question?: RecordingQuestion;
  /** Whether the consent is in force, each time that the record is read. */
  signed?: () => boolean;
  answer?: OwnAnswers;
}

const question =
  ({ question: asked = {}, signed = () => true, answer }: Scene): OwnAnswers =>
  (method, path, query) => {
    const own = answer?.(method, path, query);
    if (own || method !== "GET") return own;
    if (path === "/api/consent-texts") return { body: { items: consentTexts } };
    if (path === "/api/residents/r1") return { body: { ...resident("r1"), consents: signed() ? [SIGNED] : [] } };
    if (path === "/api/consultations/c1") return { body: { ...consultationDetail("c1"), recording_question: asked } };
    return undefined;
  };

const withoutCall = async (page: Page): Promise<void> => {
  await page.route(/\/legs(\?|$)/, (route) => route.abort());
};
const agree = (page: Page) => page.getByRole("button", { name: /^同意录像$|^Yes, record$/ });
const refuse = (page: Page) => page.getByRole("button", { name: /^不同意$|^No$/ });
const isAnswer = (method: string, path: string): boolean => method === "POST" && path.endsWith("/recording-answer");

const sheet = async (page: Page): Promise<void> => {
  await agree(page).click();
  await page.getByRole("dialog").waitFor();
};
const refusal = async (page: Page): Promise<void> => {
  await agree(page).click();
  await expect(page.getByText(refusedRecording.action)).toBeVisible();
};
const notTaken: OwnAnswers = (method, path) =>
  isAnswer(method, path) ? { status: 409, body: refusedRecording } : undefined;

for (const [name, scene, act] of [
  ["asked", {}, undefined],
  ["agreed", { question: answered("agreed") }, undefined],
  ["refused", { question: answered("refused") }, undefined],
  ["to-be-signed", { signed: () => false }, sheet],
  ["not-taken", { answer: notTaken }, refusal],
] satisfies [string, Scene, ((page: Page) => Promise<void>)?][]) {
  test(`the question of a recording, ${name}`, async ({ browser }) => {
    await lookAtTablet(browser, serveBox("call", question(scene)), {
      name: `nurse-recording-question-${name}`,
      path: "/consultations/c1",
      ready: "[data-testid=recording-question]",
      prepare: withoutCall,
      act,
      expected: /net::ERR_FAILED|status of 409/,
    });
  });
}

test("the question waits for the link", async ({ browser }) => {
  await lookAtTablet(browser, serveBox("offline", question({})), {
    name: "nurse-recording-question-offline",
    path: "/consultations/c1",
    ready: "[data-testid=recording-question]",
    prepare: withoutCall,
    act: async (page) => {
      await expect(agree(page)).toBeDisabled();
      await expect(refuse(page)).toBeDisabled();
    },
    expected: /net::ERR_FAILED|status of 503/,
  });
});

/** The box of one test, and the page on its call. */
async function onCall(scene: Scene, run: (page: Page) => Promise<void>, newPage: () => Promise<Page>): Promise<void> {
  const site = await serveBox("call", question(scene));
  const page = await newPage();
  try {
    await withoutCall(page);
    await page.goto(`${site.origin}/consultations/c1`);
    await run(page);
  } finally {
    await page.close();
    await site.close();
  }
}

test("an answer is shown before the consultation is read again, and asked for once", async ({ browser }) => {
  let answers = 0;
  // What is read of the consultation goes on saying that nobody has asked.
  const answer: OwnAnswers = (method, path) => {
    if (!isAnswer(method, path)) return undefined;
    answers += 1;
    return { body: answered("refused") };
  };
  const run = async (page: Page): Promise<void> => {
    await refuse(page).click();
    await expect(page.getByText(/不同意本次录像|refused to be recorded/)).toBeVisible();
    await expect(agree(page)).toHaveCount(0);
    expect(answers).toBe(1);
  };
  await onCall({ answer }, run, () => browser.newPage());
});

test("a consent that was signed on another tablet meanwhile is not signed again", async ({ browser }) => {
  let signed = false;
  const answer: OwnAnswers = (method, path) => (isAnswer(method, path) ? { body: answered("agreed") } : undefined);
  const run = async (page: Page): Promise<void> => {
    await agree(page).waitFor();
    signed = true;
    await agree(page).click();
    await expect(page.getByText(/同意本次录像（|agreed to be recorded/)).toBeVisible();
    await expect(page.getByRole("dialog")).toHaveCount(0);
  };
  await onCall({ answer, signed: () => signed }, run, () => browser.newPage());
});

test("a link that goes with the answer says so, and the press after it is the same answer", async ({ browser }) => {
  const keys: (string | undefined)[] = [];
  const answer: OwnAnswers = (method, path) => (isAnswer(method, path) ? { body: answered("refused") } : undefined);
  const run = async (page: Page): Promise<void> => {
    let lost = true;
    await page.route(/\/recording-answer$/, async (route) => {
      keys.push(route.request().headers()["idempotency-key"]);
      await (lost ? route.abort() : route.continue());
    });
    await refuse(page).click();
    await expect(page.getByTestId("recording-question").getByRole("alert")).toBeVisible();
    lost = false;
    await refuse(page).click();
    await expect(page.getByText(/不同意本次录像|refused to be recorded/)).toBeVisible();
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toBeTruthy();
  };
  await onCall({ answer }, run, () => browser.newPage());
});
