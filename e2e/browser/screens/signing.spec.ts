import type { Licence, LicenceGap, SigningKey, Staff } from "@yunzhen/client";
import { expect, test, type Page } from "@playwright/test";
import { buildDay, type Day } from "./data";
import { prescribingAnswers } from "./data-prescribing";
import { lookAt } from "./look";
import { installMock, type Answers, type MockOptions } from "./mock";
import { serveConsole, type Site } from "./site";
import { now } from "./clock";

/** Keys that people sign with, licences, and verifying what was signed, in both languages and schemes. */
const desk: [number, number] = [1440, 900];
const clerk = { id: "a1", name: "何静" };

const licence = (standing: Licence["standing"], valid_until: string, version = 1): Licence => ({
  version,
  number: "110330000012345",
  hospital: "江城市第一医院",
  specialty: "心血管内科",
  valid_until,
  standing,
  recorded_at: "2026-10-08T02:00:00.000Z",
  recorded_by: clerk,
});

const key = (over: Partial<SigningKey>): SigningKey => ({
  id: "k1",
  version: 1,
  state: "requested",
  staff: { id: "s1", name: "陈立诚" },
  role: "specialist",
  title: "主任医师",
  licence: licence("ends", "2026-12-20"),
  fingerprint: "3f2a 91c0 77de 0b14 e8a2 5c66 d01f 9b73",
  key_sha256: "3f2a91c077de0b14e8a25c66d01f9b73".padEnd(64, "0"),
  device: "Chrome · Windows",
  requested_at: "2026-11-23T01:10:00.000Z",
  ...over,
});

const keys = [
  key({}),
  key({
    id: "k2",
    state: "approved",
    staff: { id: "p1", name: "周敏" },
    role: "pharmacist",
    title: "主管药师",
    licence: undefined,
    licence_number: "Y11042000012",
    licence_gap: "nothing",
    decided_at: "2026-11-20T02:00:00.000Z",
    decided_by: clerk,
    request: "{}",
  }),
  key({
    id: "k3",
    state: "revoked",
    licence: licence("over", "2026-11-01"),
    licence_gap: "over",
    decided_at: "2026-10-01T02:00:00.000Z",
    decided_by: clerk,
    revoked_at: "2026-11-21T02:00:00.000Z",
    revoked_by: { id: "s1", name: "陈立诚" },
    reason: "换了电脑",
  }),
];

const report = {
  what: "prescription",
  signed_by: "urn:yunzhen:signer:specialist:s1",
  signer_name: "陈立诚",
  signed_at: "2026-11-23T02:00:00.000Z",
  certificate_serial: "4f01",
  certificate_until: "2026-12-23T02:00:00.000Z",
  key_sha256: keys[0]?.key_sha256,
  document_sha256: "00".repeat(32),
  document: { type: "yunzhen.prescription.v2", prescription_id: "rx1", resident: { name: "王秀英" } },
};

/** What of a licence may never have been recorded. */
type Missing = Exclude<LicenceGap, "over">;

/** A key of the tests alone, which a page finds in its browser, and what the list knows it by. */
const IN_BROWSER = {
  jwk: {
    kty: "EC",
    crv: "P-256",
    x: "F3_NnrWHgY6hRewt1tXTv3UnHv0j_tzK4167JERKNBg",
    y: "wCgdi1GGMKkiq12UWECyl0ZyQlOWtoxKlqJ5jViPOzU",
    d: "7EX_6A0lbbwGMNdiYGWjiNFuD0MaAsFPLrKWMfBi99s",
  },
  sha256: "c1405e794be52a665b7d892253977abf3f75aa21fc8e794653c63e7bec06965f",
};

/** Puts it where the page keeps the key of this person. */
const putKey = (page: Page, staffId: string) =>
  page.evaluate(
    async ([{ d, ...open }, whose]) => {
      const algorithm = { name: "ECDSA", namedCurve: "P-256" };
      const privateKey = await crypto.subtle.importKey("jwk", { ...open, d }, algorithm, false, ["sign"]);
      const publicKey = await crypto.subtle.importKey("jwk", open, algorithm, true, ["verify"]);
      await new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("yunzhen-signing", 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
        opening.onerror = () => reject(opening.error ?? new Error("IndexedDB failed"));
        opening.onsuccess = () => {
          const writing = opening.result.transaction("keys", "readwrite");
          writing.objectStore("keys").put({ privateKey, publicKey }, whose);
          writing.onerror = () => reject(writing.error ?? new Error("IndexedDB failed"));
          writing.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      });
    },
    [IN_BROWSER.jwk, staffId] as const,
  );

interface SigningScreen {
  name: string;
  path: string;
  mock?: MockOptions;
  answers?: Answers;
  ready: string;
  act?: (page: Page) => Promise<void>;
  /** What is missing of the licence of who signs. */
  gap?: Missing;
}

/** The day on which the specialist or the pharmacist has no complete licence on record. */
function withGap(day: Day, who: "specialist" | "pharmacist", gap: Missing): Day {
  const member = day.staff[who];
  const record = member.licence_record;
  const licence_record = gap === "nothing" || !record ? undefined : { ...record, valid_until: undefined };
  return { ...day, staff: { ...day.staff, [who]: { ...member, licence_record, licence_gap: gap } } };
}

/** Of three something is missing; the nurse signs nothing, and who has left nothing more. */
const missing: Staff[] = [
  { id: "s1", version: 1, name: "陈立诚", role: "specialist", licence: "110330100002011", licence_gap: "nothing" },
  { id: "s2", version: 1, name: "方晓", role: "specialist", licence_gap: "nothing" },
  {
    id: "p1",
    version: 1,
    name: "周敏",
    role: "pharmacist",
    licence_record: { ...licence("good", "2031-01-01"), valid_until: undefined },
    licence_gap: "no_end",
  },
  { id: "s3", version: 1, name: "郑远", role: "specialist", licence_record: licence("good", "2031-01-01") },
  { id: "n1", version: 1, name: "李慧", role: "nurse", home_name: "松鹤颐养院" },
  { id: "s4", version: 1, name: "钱明", role: "specialist", closed: true },
];

const listed: Answers = { "GET /api/signing-keys": { body: { items: keys, next: null } } };
const administrator = { who: "administrator" } as const;

const verifying = async (page: Page) => {
  await page.getByRole("textbox").first().fill("a.b.c");
  await page.getByRole("button", { name: /^验证$|^Verify$/ }).click();
};

const SCREENS: SigningScreen[] = [
  { name: "keys-none", path: "/signing-keys", mock: administrator, ready: "main :is(h2,h3)" },
  { name: "keys", path: "/signing-keys", mock: administrator, answers: listed, ready: "[data-testid=key-k1]" },
  {
    name: "keys-all",
    path: "/signing-keys",
    mock: administrator,
    answers: listed,
    ready: "[data-testid=key-k1]",
    act: async (page) => {
      await page.getByText(/^全部$|^All$/).click();
      await page.waitForSelector("[data-testid=key-k3]");
    },
  },
  {
    name: "key-compared",
    path: "/signing-keys",
    mock: administrator,
    answers: listed,
    ready: "[data-testid=key-k1]",
    act: async (page) => {
      await page.getByRole("button", { name: /核对并通过|Compare and approve/ }).click();
      const approve = page.getByRole("button", { name: /^通过$|^Approve$/ });
      await expect(approve).toBeDisabled();
      await page.getByRole("checkbox").check();
      await expect(approve).toBeEnabled();
    },
  },
  {
    name: "key-without-licence",
    path: "/signing-keys",
    mock: administrator,
    answers: {
      "GET /api/signing-keys": {
        body: {
          items: [key({ licence: undefined, licence_number: "110330100002011", licence_gap: "nothing" })],
          next: null,
        },
      },
    },
    ready: "[data-testid=key-k1]",
    act: async (page) => {
      await page.getByRole("button", { name: /核对并通过|Compare and approve/ }).click();
      await expect(
        page.getByRole("button", { name: /^登记执业证后才能通过$|^Record the licence, then/ }),
      ).toBeDisabled();
      await expect(page.getByRole("dialog").getByRole("link")).toHaveAttribute("href", "/staff");
    },
  },
  { name: "my-key-none", path: "/signing-keys", ready: "main :is(h2,h3)" },
  {
    name: "my-key-waits",
    path: "/signing-keys",
    answers: { ...listed, "POST /api/signing-keys": { status: 201, body: keys[0] } },
    ready: "main :is(h2,h3)",
    act: async (page) => {
      await page.getByRole("button", { name: /登记签名密钥|Enrol a signing key/ }).click();
      await expect(page.getByTestId("fingerprint")).toHaveText(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
    },
  },
  {
    // Said before the password is asked, and with no button that the relay would refuse.
    name: "key-revoked-sheet",
    path: "/reviews/rx2",
    mock: { who: "pharmacist" },
    answers: {
      "GET /api/signing-keys": {
        body: {
          items: [
            key({
              id: "k9",
              state: "revoked",
              staff: { id: "p1", name: "周敏" },
              role: "pharmacist",
              key_sha256: IN_BROWSER.sha256,
              revoked_at: "2026-11-21T02:00:00.000Z",
            }),
          ],
          next: null,
        },
      },
    },
    ready: "[data-testid=review]",
    act: async (page) => {
      await putKey(page, "p1");
      await page.keyboard.press("a");
      const sheet = page.getByRole("dialog");
      await expect(sheet.getByTestId("key-obstacle")).toContainText("此浏览器的签名密钥已停用");
      await expect(sheet.getByRole("link", { name: "我的签名密钥" })).toHaveAttribute("href", "/signing-keys");
      await expect(sheet.getByRole("button", { name: "签名并通过" })).toHaveCount(0);
    },
  },
  {
    // Read before a prescription is written, and not at its signature.
    name: "signer-without-licence",
    path: "/prescriptions",
    gap: "nothing",
    ready: "main h1",
    act: async (page) => {
      await expect(page.getByRole("status").filter({ hasText: "您的执业证没有登记，不能签名" })).toBeVisible();
    },
  },
  {
    name: "pharmacist-without-end",
    path: "/reviews",
    mock: { who: "pharmacist" },
    gap: "no_end",
    ready: "main",
    act: async (page) => {
      await expect(page.getByRole("status").filter({ hasText: "没有登记有效期，不能签名" })).toBeVisible();
    },
  },
  {
    // The count beside *Staff*, and the list that it leads to.
    name: "licences-missing",
    path: "/staff",
    mock: administrator,
    answers: { "GET /api/staff": { body: { items: missing, next: null } } },
    ready: "main table",
    act: async (page) => {
      await expect(page.locator("header nav")).toContainText("3 个执业证未登记、即将到期或已到期");
      await page.getByText("未登记或 60 天内到期").click();
      await expect(page.locator("main tbody tr")).toHaveCount(3);
      await expect(page.locator("main").getByText("不能签名")).toHaveCount(3);
    },
  },
  {
    name: "licence",
    path: "/staff",
    mock: administrator,
    answers: {
      "GET /api/staff": {
        body: {
          items: [
            {
              id: "s1",
              version: 1,
              name: "陈立诚",
              role: "specialist",
              hospital: "江城市第一医院",
              practising_since: "2009-07-01",
              licence_record: licence("ends", "2026-12-20", 2),
            },
          ],
          next: null,
        },
      },
      "GET /api/staff/s1/licences": {
        body: { items: [licence("ends", "2026-12-20", 2), licence("over", "2021-12-20")], next: null },
      },
    },
    ready: "main table",
    act: async (page) => {
      await page.getByRole("button", { name: /登记陈立诚的执业证|Record the licence of 陈立诚/ }).click();
      await page.getByText(/登记记录|What was recorded/).waitFor();
    },
  },
  {
    name: "verified",
    path: "/verify",
    mock: administrator,
    answers: {
      "GET /api/revoked-signing-keys": { body: { as_of: "2026-11-23T02:00:00.000Z", keys: [] } },
      "POST /session/verification": {
        body: { verdict: "valid", report, revocation_checked: true, of_prescription: false, is_about: false },
      },
    },
    ready: "main textarea",
    act: async (page) => {
      await verifying(page);
      await page.waitForSelector("[data-testid=verified]");
    },
  },
  {
    name: "not-verified",
    path: "/verify",
    mock: administrator,
    answers: {
      "GET /api/revoked-signing-keys": { body: { as_of: "2026-11-23T02:00:00.000Z", keys: [] } },
      "POST /session/verification": {
        body: {
          verdict: "not_valid",
          code: "key_revoked",
          of_prescription: false,
          at: "2026-11-20T02:00:00.000Z",
          reason: "the signer's certificate is refused: the key was revoked on 2026-11-20T02:00:00Z",
        },
      },
    },
    ready: "main textarea",
    act: async (page) => {
      await verifying(page);
      await expect(page.getByTestId("why")).toHaveText(/停用（11月20日|was revoked.*Nov/);
      await expect(page.getByTestId("verdict")).toHaveText("签名无效");
    },
  },
  {
    // The signature is good: only the person is another. In sight and focused, though it stands at the end of the page.
    name: "verified-of-another",
    path: "/verify",
    mock: administrator,
    answers: {
      "GET /api/revoked-signing-keys": { body: { as_of: "2026-11-23T02:00:00.000Z", keys: [] } },
      "POST /session/verification": {
        body: {
          verdict: "not_valid",
          code: "other_subject",
          of_prescription: false,
          about: "r1, rx1",
          reason: "this is signed for r1, rx1, and not for r2",
        },
      },
    },
    ready: "main textarea",
    act: async (page) => {
      await verifying(page);
      await expect(page.getByTestId("verdict")).toHaveText("签名有效，但不是这位老人（或这个编号）的");
      await expect(page.getByTestId("verdict")).toBeInViewport();
      await expect(page.locator(":focus")).toContainText("签名有效");
    },
  },
];

let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

for (const { name, path, mock, answers, ready, act, gap } of SCREENS) {
  test(`signing: ${name}`, async ({ browser }) => {
    const day = buildDay(now());
    const who = mock?.who === "pharmacist" ? "pharmacist" : "specialist";
    // The pharmacist's page shows what safety needs of a resident.
    const facts = who === "pharmacist" ? prescribingAnswers(day, now()) : {};
    const prepare = (page: Page) =>
      installMock(page, gap ? withGap(day, who, gap) : day, { ...mock, answers: { ...facts, ...answers } });
    await lookAt(browser, { name: `signing-${name}`, sizes: [desk], url: site.origin + path, ready, prepare, act });
  });
}
