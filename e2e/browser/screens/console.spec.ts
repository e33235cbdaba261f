import { expect, test, type Page } from "@playwright/test";
import type { DoorToDose, PrescriptionSummary } from "@yunzhen/client";
import { buildDay } from "./data";
import { chain } from "./data-doses";
import { identities, identityProviders, unknownToProvider } from "./data-account";
import { prescribingAnswers } from "./data-prescribing";
import { homes } from "./data-registry";
import { lookAt } from "./look";
import { installMock, type Answers, type MockOptions } from "./mock";
import { serveConsole, type Site } from "./site";
import { now } from "./clock";

/** Every console screen in both languages and schemes. */
interface ConsoleScreen {
  name: string;
  path: string;
  size?: [number, number];
  mock?: MockOptions;
  ready: string;
  act?: (page: Page) => Promise<void>;
}

/** The relay asks who is there, and refuses the first answer. */
const asksWhoIsThere: Answers[string] = {
  status: 403,
  body: { title: "请再次确认身份", status: 403, code: "reauthenticate", detail: "", action: "" },
};
const wrongPassword: Answers[string] = {
  status: 422,
  body: {
    title: "请检查填写的内容",
    status: 422,
    code: "validation",
    detail: "",
    action: "",
    fields: [{ path: "password", message: "密码不正确。" }],
  },
};

/** A real click: it arrives only where nothing lies over the question, as the sheet did that had asked. */
async function proveWrongly(page: Page): Promise<void> {
  const question = page.getByRole("dialog", { name: /请再次确认身份|Confirm that it is you/ });
  await question.getByLabel(/^密码|^Password/).click();
  await page.keyboard.type("a password");
  await question.getByRole("button", { name: /确认并继续|Confirm and go on/ }).click();
  await expect(question.getByText("密码不正确。")).toBeVisible();
}

let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

/** One that a pharmacy has, and one that its prescriber replaced an hour ago. */
function approvals(): PrescriptionSummary[] {
  const at = (hours: number) => new Date(now() - hours * 3_600_000).toISOString();
  const { summaries } = buildDay(now());
  const approval = (hours: number, door_to_dose: DoorToDose) => ({ at: at(hours), resident_id: "r1", door_to_dose });
  const withdrawn: DoorToDose = { ...chain(3, "nobody"), current: undefined, next: "nothing", reason: "withdrawn" };
  return summaries.flatMap((p): PrescriptionSummary[] => {
    if (p.id === "rx4") return [{ ...p, approval: approval(2, chain(3, "pharmacy")) }];
    if (p.id !== "rx8") return [];
    const back = { ...approval(5, withdrawn), withdrawal_reason: "剂量调整" };
    return [{ ...p, state: "cancelled", replaced: true, waiting_since: at(1), approval: back }];
  });
}

/** A question and a rejection, as the relay gives them to the specialist. */
function fromPharmacists(): PrescriptionSummary[] {
  const waiting_since = new Date(now() - 600_000).toISOString();
  return buildDay(now()).summaries.flatMap((p): PrescriptionSummary[] =>
    p.id === "rx1"
      ? [{ ...p, state: "in_question", waiting_since }]
      : p.id === "rx2"
        ? [{ ...p, state: "rejected", waiting_since }]
        : [],
  );
}

/** The audit row of an order that a pharmacy gave back with a word about it. */
const gaveBack = (at: number) => ({
  seq: 88,
  at: new Date(at).toISOString(),
  actor: "pharmacy:p1",
  actor_role: "pharmacy",
  actor_name: "田悦",
  action: "prescription.declined",
  entity: "prescription",
  entity_id: "rx3",
  words: "柜台明日盘点",
});

const desk: [number, number] = [1440, 900];
const phone: [number, number] = [390, 844];
const SCREENS: ConsoleScreen[] = [
  { name: "sign-in", path: "/", mock: { who: "nobody" }, ready: "form" },
  {
    // The passkey stands first; at an address that has none the page says where there are some.
    name: "sign-in-passkey-elsewhere",
    path: "/",
    mock: {
      who: "nobody",
      answers: {
        "POST /api/passkey-sessions/begin": {
          body: { challenge: "YWJj", rp_id: "clinic.example.org", expires_at: "2027-11-23T08:00:00.000Z" },
        },
      },
    },
    ready: "form",
    act: async (page) => {
      const first = page.locator("form button").first();
      await expect(first).toHaveText(/^使用通行密钥$|^Use a passkey$/);
      await first.click();
      await expect(page.getByRole("alert")).toContainText("clinic.example.org");
    },
  },
  {
    name: "sign-in-by-hospital",
    path: "/",
    mock: { who: "nobody", answers: { "GET /api/identity-providers": { body: { items: identityProviders } } } },
    ready: "form button:has-text('大学附属医院')",
  },
  {
    name: "openid-unknown",
    path: "/openid/callback?code=c&state=s.1",
    mock: { who: "nobody", answers: { "POST /session/openid": unknownToProvider } },
    ready: "[role=alert]",
  },
  {
    name: "account-by-hospital",
    path: "/account",
    mock: {
      answers: {
        "GET /api/identity-providers": { body: { items: identityProviders } },
        "GET /api/sessions/identities": { body: { items: identities } },
      },
    },
    ready: "[data-testid=identity]",
  },
  { name: "waiting-room", path: "/consultations", ready: "[data-testid=waiting-c2]" },
  { name: "waiting-room-empty", path: "/consultations", mock: { empty: true }, ready: "main :is(h1,h2,h3)" },
  { name: "waiting-room-failing", path: "/consultations", mock: { failing: true }, ready: "[role=alert]" },
  { name: "waiting-room-loading", path: "/consultations", mock: { hanging: true }, ready: "main [role=status]" },
  { name: "consultation", path: "/consultations/c8", ready: "[data-testid=main-video]" },
  {
    // The doctor does not wait for what cannot come back by itself.
    name: "consultation-box-revoked",
    path: "/consultations/c8",
    mock: {
      boxAway: "revoked",
      answers: { "GET /api/homes": { body: { items: homes, next: null } } },
    },
    ready: "[data-testid=box-revoked]",
    act: async (page) => {
      await expect(page.getByTestId("home-phone")).toHaveAttribute("href", `tel:${homes[0]?.phone}`);
    },
  },
  {
    // Nobody telephones a home whose box is with another resident.
    name: "consultation-box-elsewhere",
    path: "/consultations/c8",
    mock: {
      boxAway: "elsewhere",
      answers: { "GET /api/homes": { body: { items: homes, next: null } } },
    },
    ready: "[data-testid=box-elsewhere]",
    act: async (page) => {
      await expect(page.getByTestId("box-elsewhere")).toContainText(/正在另一场会诊中|is busy in another consultation/);
      await expect(page.getByTestId("home-phone")).toHaveCount(0);
    },
  },
  {
    name: "consultation-vitals",
    path: "/consultations/c8",
    ready: "[data-testid=main-video]",
    act: async (page) => {
      await page.getByRole("tab").nth(1).click();
      await page.waitForSelector(".uplot");
    },
  },
  {
    name: "consultation-prescribing",
    path: "/consultations/c8",
    ready: "[data-testid=main-video]",
    act: async (page) => {
      await page.getByRole("button", { name: /开处方|^Prescribe$/ }).click();
      await chooseDrug(page, 1, "aldp");
      await page.getByRole("button", { name: /添加药品|Add a medicine/ }).click();
      await chooseDrug(page, 2, "xst");
      await page.waitForSelector("[data-testid=finding-hard_stop]");
    },
  },
  {
    name: "consultation-signing",
    path: "/consultations/c8",
    ready: "[data-testid=main-video]",
    act: async (page) => {
      await page.getByRole("button", { name: /开处方|^Prescribe$/ }).click();
      await chooseDrug(page, 1, "aldp");
      await page.getByRole("button", { name: /核对并签名|Review and sign/ }).click();
      await page.waitForSelector("[data-testid=signing-document]");
      // The reason for going on in spite of a hard stop goes with the signature, so it is read again here.
      await expect(page.getByTestId("hard-stop-reason")).toContainText("既往磺胺皮疹为 1998 年轻度反应");
    },
  },
  {
    name: "consultation-reauthenticate",
    path: "/consultations/c8",
    mock: {
      answers: {
        "POST /api/signing-keys": { status: 201, body: { id: "k1", state: "approved" } },
        "POST /session/signing-certificate": {
          body: { certificate_chain_pem: "", x5c: ["a", "b"], serial: "1", not_after: "2099-01-01T00:00:00Z" },
        },
        "POST /api/prescriptions/draft1/sign": asksWhoIsThere,
        "POST /api/sessions/current/authentication": wrongPassword,
      },
    },
    ready: "[data-testid=main-video]",
    act: async (page) => {
      await page.getByRole("button", { name: /开处方|^Prescribe$/ }).click();
      await chooseDrug(page, 1, "aldp");
      await page.getByRole("button", { name: /核对并签名|Review and sign/ }).click();
      await page.waitForSelector("[data-testid=signing-document]");
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /用我的密钥签名|Sign with my key/ })
        .click();
      await proveWrongly(page);
    },
  },
  {
    name: "my-prescriptions",
    path: "/prescriptions",
    mock: {
      answers: {
        "GET /api/prescriptions": {
          body: { items: buildDay(now()).summaries.map((p) => ({ ...p, turn: "pharmacy", late: false })), next: null },
        },
      },
    },
    ready: "table",
    act: async (page) => {
      const chips = page.getByRole("row").nth(1).locator(".yz-chip");
      await expect(chips).toHaveCount(2);
      // Side by side or one below the other, they do not touch.
      const [state, turn] = await Promise.all([chips.first().boundingBox(), chips.last().boundingBox()]);
      if (!state || !turn) throw new Error("no chips");
      const beside = turn.x - (state.x + state.width);
      const below = turn.y - (state.y + state.height);
      expect(Math.round(Math.max(beside, below))).toBeGreaterThanOrEqual(8);
    },
  },
  { name: "no-permission", path: "/orders", ready: "main :is(h1,h2,h3)" },
  {
    name: "review",
    path: "/reviews/rx1",
    mock: { who: "pharmacist" },
    ready: "[data-testid=take]",
    act: async (page) => {
      await page.getByTestId("take").click();
      await page.waitForSelector("[data-testid=review][data-state=in_review]");
      await expect(page.getByTestId("decide")).toBeVisible();
    },
  },
  {
    // An idle window took the next review by itself, and no other pharmacist could.
    name: "review-idle",
    path: "/reviews/rx1",
    mock: { who: "pharmacist" },
    ready: "[data-testid=take]",
    act: async (page) => {
      await expect(page.getByTestId("review")).toHaveAttribute("data-state", "signed");
      await expect(page.getByTestId("decide")).toHaveCount(0);
      // Pressed in the queue, the same one is taken.
      await page.getByTestId("review-rx1").getByRole("link").click();
      await expect(page.getByTestId("review")).toHaveAttribute("data-state", "in_review");
    },
  },
  {
    name: "approvals",
    path: "/approvals",
    mock: { who: "pharmacist", answers: { "GET /api/prescriptions": { body: { items: approvals(), next: null } } } },
    ready: "[data-testid=approval-rx4] [data-testid=door-to-dose]",
    act: async (page) => {
      await expect(page.getByTestId("approval-rx4")).toContainText(/轮到药房|Pharmacy's turn/);
      const back = page.getByTestId("approval-rx8").getByTestId("taken-back-banner");
      await expect(back).toContainText(/医师已用另一张处方替换|wrote another one in its place/);
      await expect(back).toContainText("剂量调整");
      // Whatever page is open, the way to them says that one was taken back.
      await expect(page.getByTestId("taken-back")).toHaveText("1");
      await page.getByText(/^(已撤回或替换|Withdrawn or replaced)$/).click();
      await page
        .getByRole("button", { name: /^(只看|Only )/ })
        .first()
        .click();
      await expect(page.getByRole("button", { name: /点此显示全部|show everybody/ })).toBeVisible();
    },
  },
  {
    name: "approvals-empty",
    path: "/approvals",
    mock: { who: "pharmacist", empty: true },
    ready: "main :is(h1,h2,h3)",
  },
  {
    // Both reached the specialist only in the waiting room, a rejection nowhere.
    name: "from-pharmacists",
    path: "/residents",
    mock: { answers: { "GET /api/prescriptions": { body: { items: fromPharmacists(), next: null } } } },
    ready: "[data-testid=rejected-of-mine]",
    act: async (page) => {
      const asked = page.getByTestId("asked-of-me").getByRole("link");
      await expect(asked).toHaveAttribute("href", "/prescriptions/rx1");
      const rejected = page.getByTestId("rejected-of-mine");
      await expect(rejected.getByRole("link")).toHaveAttribute("href", "/prescriptions/rx2");
      await expect(page.getByTestId("from-pharmacists")).toBeVisible();
      await rejected.getByRole("button", { name: /知道了|I have read it/ }).click();
      await expect(rejected).toHaveCount(0);
    },
  },
  {
    // Nothing was said, as if no pharmacist waited for an answer.
    name: "from-pharmacists-unread",
    path: "/residents",
    mock: {
      answers: {
        "GET /api/prescriptions": {
          status: 503,
          body: { title: "服务暂时不可用", status: 503, code: "unavailable", detail: "", action: "" },
        },
      },
    },
    ready: "[data-testid=from-pharmacists-unread]",
    act: async (page) => {
      const unread = page.getByTestId("from-pharmacists-unread");
      await expect(unread).toContainText(/读不到药师的询问|cannot be read now/);
      await expect(unread.getByRole("button", { name: /^(重试|Try again)$/ })).toBeVisible();
    },
  },
  {
    name: "review-approve",
    path: "/reviews/rx2",
    mock: { who: "pharmacist" },
    ready: "[data-testid=review]",
    act: async (page) => {
      await page.keyboard.press("a");
      await page.waitForSelector("[role=dialog] pre", { state: "attached" });
    },
  },
  {
    name: "review-reject",
    path: "/reviews/rx2",
    mock: { who: "pharmacist" },
    ready: "[data-testid=review]",
    act: async (page) => {
      await page.keyboard.press("r");
      await page.waitForSelector("[role=dialog] textarea");
    },
  },
  { name: "review-empty", path: "/reviews", mock: { who: "pharmacist", empty: true }, ready: "main :is(h1,h2,h3)" },
  { name: "orders", path: "/orders", mock: { who: "pharmacy" }, ready: "[data-testid=order-rx3]" },
  { name: "orders-phone", path: "/orders", size: phone, mock: { who: "pharmacy" }, ready: "[data-testid=order-rx3]" },
  { name: "order-accept", path: "/orders/rx3", mock: { who: "pharmacy" }, ready: "main h1" },
  { name: "order-pick", path: "/orders/rx4", mock: { who: "pharmacy" }, ready: "[data-testid=pick-1]" },
  {
    name: "order-packed",
    path: "/orders/rx10",
    mock: { who: "pharmacy" },
    ready: "main h1",
    act: async (page) => {
      await page.getByLabel(/配送员姓名|Courier's name/).fill("刘洋");
      await page.getByLabel(/配送员电话|Courier's phone/).fill("13800138022");
      await page.getByRole("button", { name: /打包并生成|Pack and make/ }).click();
      await page.waitForSelector("[data-testid=packed]");
    },
  },
  { name: "courier-pin", path: "/courier/abc", size: phone, ready: "main form" },
  { name: "courier-stop", path: "/courier/abc", size: phone, ready: "main form", act: enterPin },
  {
    name: "courier-hold",
    path: "/courier/abc",
    size: phone,
    mock: { stops: ["dv4"] },
    ready: "main form",
    act: enterPin,
  },
  {
    name: "courier-done",
    path: "/courier/abc",
    size: phone,
    mock: { stops: ["dv2"] },
    ready: "main form",
    act: enterPin,
  },
  { name: "observer", path: "/join/abc", size: phone, ready: "main button" },
  {
    name: "observer-at-the-door",
    path: "/join/abc",
    size: phone,
    mock: { atTheDoor: true },
    ready: "[data-testid=at-the-door]",
  },
  {
    name: "observer-call",
    path: "/join/abc",
    ready: "main button",
    act: async (page) => {
      await page.getByRole("button", { name: /^加入$|^Join$/ }).click();
      await page.waitForSelector("[data-testid=main-video]");
      await page.waitForTimeout(500);
    },
  },
  {
    name: "observer-sent-out",
    path: "/join/abc",
    size: phone,
    mock: { sentOut: true },
    ready: "main button",
    act: async (page) => {
      await page.getByRole("button", { name: /^加入$|^Join$/ }).click();
      // The consultation goes on: nothing says that it is over, and nobody's name is left.
      await page.getByText(/您已不在会诊中|You are no longer in the consultation/).waitFor();
      await expect(page.getByText("松鹤颐养院")).toHaveCount(0);
    },
  },
  { name: "staff", path: "/staff", mock: { who: "administrator" }, ready: "table" },
  {
    name: "staff-practice",
    path: "/staff",
    mock: { who: "administrator" },
    ready: "table",
    act: async (page) => {
      await page.getByRole("button", { name: /登记方晓的执业起始日期|Record since when 方晓/ }).click();
      await page.getByLabel(/首次执业日期|First day of practice/).fill("2019-07-01");
    },
  },
  { name: "account", path: "/account", ready: "[data-testid=session]" },
  {
    name: "account-remove-passkey",
    path: "/account",
    ready: "[data-testid=passkey]",
    act: async (page) => {
      await page.getByRole("button", { name: /删除我的手机|Remove 我的手机/ }).click();
      await page
        .getByRole("dialog")
        .getByLabel(/^密码|^Password/)
        .fill("a password");
      await page
        .getByRole("dialog")
        .getByLabel(/动态验证码|^Code/)
        .fill("482915");
    },
  },
  {
    name: "boxes",
    path: "/boxes",
    mock: { who: "administrator" },
    ready: "table",
    act: async (page) => {
      await expect(page.getByTestId("copied-boxes")).toHaveText("1");
      // Who hears the page hears the number in words.
      await expect(page.getByRole("link", { name: /1 台设备疑似被复制/ })).toHaveAttribute("href", "/boxes");
      await expect(page.getByTestId("last-call").first()).toContainText(/上次通话：高清画面|Last call: Full picture/);
      await expect(page.getByTestId("last-call").last()).toContainText(/没有画面和声音|no picture and no sound/);
    },
  },
  {
    name: "boxes-filtered",
    path: "/boxes",
    mock: { who: "administrator" },
    ready: "table",
    act: async (page) => {
      await page.getByLabel(/护理院、版本、序列号|Home, version, serial number/).fill("没有这一家");
      await page.getByText(/没有符合条件的设备|No such box/).waitFor();
    },
  },
  {
    name: "boxes-code",
    path: "/boxes",
    mock: { who: "administrator" },
    ready: "table",
    act: async (page) => {
      await page.getByRole("button", { name: /登记松鹤颐养院的设备|Enrol the box of 松鹤颐养院/ }).click();
      await page.getByRole("button", { name: /生成登记码|Make a code/ }).click();
      await page.getByTestId("enrolment-code").waitFor();
    },
  },
  {
    name: "boxes-revoke",
    path: "/boxes",
    mock: { who: "administrator" },
    ready: "table",
    act: async (page) => {
      await page.getByRole("button", { name: /吊销桂花园护理院的设备|Revoke the box of 桂花园护理院/ }).click();
      await page.getByText(/被盗、报废|stolen, scrapped/).waitFor();
    },
  },
  {
    name: "boxes-revoke-reauthenticate",
    path: "/boxes",
    mock: {
      who: "administrator",
      answers: {
        "POST /api/boxes/h2/revoke": asksWhoIsThere,
        "POST /api/sessions/current/authentication": wrongPassword,
      },
    },
    ready: "table",
    act: async (page) => {
      await page.getByRole("button", { name: /吊销桂花园护理院的设备|Revoke the box of 桂花园护理院/ }).click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /^吊销|^Revoke/ })
        .click();
      await proveWrongly(page);
    },
  },
  { name: "audit", path: "/audit", mock: { who: "administrator" }, ready: "table" },
  {
    name: "audit-declined",
    path: "/audit?entity=prescription",
    mock: { who: "administrator", answers: { "GET /api/audit": { body: { items: [gaveBack(now())], next: null } } } },
    ready: "table",
    act: (page) => expect(page.locator("tbody")).toContainText("柜台明日盘点"),
  },
  {
    // Whoever came by a link finds the way back to the whole log.
    name: "audit-empty",
    path: "/audit?purpose=BTG&record=none",
    mock: { who: "administrator", answers: { "GET /api/audit": { body: { items: [], next: null } } } },
    ready: "main :is(h1,h2,h3)",
    act: async (page) => {
      await page.getByRole("button", { name: /清除筛选|Clear the filters/ }).click();
      await expect(page.getByRole("button", { name: /清除筛选|Clear the filters/ })).toHaveCount(0);
    },
  },
  {
    name: "audit-narrow",
    path: "/audit",
    size: [800, 1000],
    mock: { who: "administrator" },
    ready: "table",
    act: async (page) => {
      const last = await page.locator("thead th").last().boundingBox();
      expect(last && last.x + last.width, "the last column is whole").toBeLessThanOrEqual(800);
      const places = await page.locator("header nav").boundingBox();
      expect(places?.height, "three lines of places at most").toBeLessThanOrEqual(3 * 44);
    },
  },
];

async function chooseDrug(page: Page, no: number, typed: string): Promise<void> {
  const line = page.getByTestId(`line-${no}`);
  await line.getByRole("textbox").first().fill(typed);
  await page.getByRole("option").first().click();
  await line.getByLabel(/单次剂量|Single dose/).fill("5");
}

async function enterPin(page: Page): Promise<void> {
  await page.locator("main input").first().click();
  await page.keyboard.type("482915");
  await page.waitForSelector("[data-testid=courier-actions]");
}

for (const { name, path, size = desk, mock, ready, act } of SCREENS) {
  test(`${name}`, async ({ browser }) => {
    const prepare = (page: Page) => {
      const day = buildDay(now());
      return installMock(page, day, { answers: prescribingAnswers(day, now()), ...mock });
    };
    await lookAt(browser, { name, sizes: [size], url: site.origin + path, ready, prepare, act });
  });
}
