import type { Licence, SigningKey } from "@yunzhen/client";
import { expect, test, type Page } from "@playwright/test";
import { buildDay } from "./data";
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
    decided_at: "2026-11-20T02:00:00.000Z",
    decided_by: clerk,
    request: "{}",
  }),
  key({
    id: "k3",
    state: "revoked",
    licence: licence("over", "2026-11-01"),
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

interface SigningScreen {
  name: string;
  path: string;
  mock?: MockOptions;
  answers?: Answers;
  ready: string;
  act?: (page: Page) => Promise<void>;
}

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
        body: { items: [key({ licence: undefined, licence_number: "110330100002011" })], next: null },
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
    },
  },
];

let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

for (const { name, path, mock, answers, ready, act } of SCREENS) {
  test(`signing: ${name}`, async ({ browser }) => {
    const prepare = (page: Page) => installMock(page, buildDay(now()), { ...mock, answers });
    await lookAt(browser, { name: `signing-${name}`, sizes: [desk], url: site.origin + path, ready, prepare, act });
  });
}
