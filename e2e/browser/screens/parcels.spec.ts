/** Parcels that do not simply arrive, in both applications: several on one run, stopped, measured, short, counted without a link. */
import { expect, test, type Page } from "@playwright/test";
import type { Delivery, Discrepancy } from "@yunzhen/client";
import { buildDay } from "./data";
import { now } from "./clock";
import { lookAt, type Screen } from "./look";
import { ACROSS } from "./tablet";
import { installMock, type MockOptions } from "./mock";
import { serveBox, type OwnAnswers } from "./nurse-box";
import { amlodipine, deliveries, spool } from "./nurse-record";
import { serveConsole, type Site } from "./site";

const phone: [number, number] = [390, 844];
const desk: [number, number] = [1440, 900];

/** So many minutes ago. */
const at = (minutes: number): string => new Date(now() - minutes * 60_000).toISOString();

let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

async function enterPin(page: Page): Promise<void> {
  await page.locator("main input").first().click();
  await page.keyboard.type("482915");
  await page.waitForSelector("[data-testid=courier-actions], [data-testid=courier-run]");
}

interface ConsoleScreen extends Pick<Screen, "name" | "act"> {
  path: string;
  size: [number, number];
  mock: MockOptions;
  ready: string;
  change?: (day: ReturnType<typeof buildDay>) => void;
}

const discrepancy: Discrepancy = {
  id: "x1",
  version: 1,
  state: "open",
  delivery_id: "dv5",
  prescription_id: "rx9",
  cause: "count",
  lines: [
    { item_no: 1, name: "苯磺酸氨氯地平片", strength: "5 mg", unit: "片", expected: 28, arrived: 21, damaged: 3 },
  ],
  comment: "外盒破损，少一板",
  opened_at: at(0),
  allowed: ["resolve"],
};

/** Its parcel is on the road and holds a batch that was called back. */
const filling = (delivery_id: string) => ({
  id: "f1",
  number: 1,
  state: "in_progress",
  fill: "first_complete",
  pharmacy_name: "仁和大药房",
  packs: [amlodipine("A2604", "2027-08-31")],
  delivery_id,
  batch_recalled: true,
  created_at: at(60),
  state_since: at(50),
});

const gaveBack = {
  ...filling("dv4"),
  state: "declined",
  declined: "out_of_stock",
  declined_words: "明早到货",
  packs: [],
  batch_recalled: false,
};

const CONSOLE: ConsoleScreen[] = [
  {
    name: "run",
    path: "/courier/abc",
    size: phone,
    mock: { stops: ["dv2", "dv6", "dv4"] },
    ready: "main form",
    act: async (page) => {
      await enterPin(page);
      await page.getByRole("button", { name: /^全部$|^All$/ }).click();
      await page.waitForSelector("[data-testid=courier-run]");
    },
  },
  { name: "cold", path: "/courier/abc", size: phone, mock: { stops: ["dv6"] }, ready: "main form", act: enterPin },
  {
    name: "quarantined",
    path: "/courier/abc",
    size: phone,
    mock: { stops: ["dv7", "dv6"] },
    ready: "main form",
    act: enterPin,
  },
  {
    name: "wrong-codes",
    path: "/courier/abc",
    size: phone,
    mock: { stops: ["dv8"] },
    ready: "main form",
    act: enterPin,
  },
  { name: "recalled", path: "/courier/abc", size: phone, mock: { stops: ["dv9"] }, ready: "main form", act: enterPin },
  {
    name: "pick-up",
    path: "/courier/abc",
    size: phone,
    mock: { stops: ["dv3"] },
    ready: "main form",
    change: (day) => {
      Object.assign(find(day, "dv3"), { state: "accepted", allowed: ["pick-up", "give-back"] });
    },
    act: async (page) => {
      await enterPin(page);
      await page.getByRole("button", { name: /已取件|Picked up/ }).click();
      const sheet = page.getByRole("dialog");
      await sheet.waitFor();
      // The sheet took the whole height, with its button far from the thumb.
      const bottomOf = async (): Promise<number> => {
        const box = await sheet.locator("button[type=submit]").boundingBox();
        return box ? box.y + box.height : 0;
      };
      await expect.poll(bottomOf).toBeGreaterThan(phone[1] - 60);
      expect(await bottomOf()).toBeLessThanOrEqual(phone[1]);
    },
  },
  {
    name: "pharmacy-quarantine",
    path: "/orders/rx8",
    size: desk,
    mock: { who: "pharmacy" },
    ready: "[data-testid=recovery]",
    change: (day) => {
      Object.assign(find(day, "dv4"), {
        ...find(day, "dv7"),
        id: "dv4",
        run_id: "run1",
        label: "YZP1:0190A5F0000070008000000000000001:K7M42PQR:0123456789ABCDEF0123456789ABCDEF",
        allowed: ["release", "lose"],
      });
    },
  },
  {
    name: "recalled-batch-at-counter",
    path: "/courier/abc",
    size: phone,
    mock: { stops: ["dv3"] },
    ready: "main form",
    change: (day) => {
      Object.assign(find(day, "dv3"), { state: "accepted", batch_recalled: true, allowed: ["give-back"] });
    },
    act: async (page) => {
      await enterPin(page);
      await expect(page.getByTestId("held")).toContainText(/不必取件|do not fetch it/);
      await expect(page.getByRole("button", { name: /^已取件$|^Picked up$/ })).toHaveCount(0);
    },
  },
  {
    name: "recalled-batch-on-the-way",
    path: "/courier/abc",
    size: phone,
    mock: { stops: ["dv7"] },
    ready: "main form",
    change: (day) => {
      Object.assign(find(day, "dv7"), { quarantine: "recall", batch_recalled: true });
    },
    act: async (page) => {
      await enterPin(page);
      await expect(page.getByTestId("held")).toContainText(/请不要交付|do not hand over/i);
      const bar = page.getByTestId("courier-actions");
      await expect(bar).toContainText(/把包裹带回药房|bring the parcel back/);
      await expect(bar).not.toContainText(/等药房答复|wait for the pharmacy/);
    },
  },
  {
    name: "pharmacy-recalled-batch",
    path: "/orders/rx8",
    size: desk,
    mock: { who: "pharmacy" },
    ready: "[data-testid=recovery]",
    change: (day) => {
      const more = { state: "awaiting_courier" as const, batch_recalled: true, allowed: ["take-back"] };
      Object.assign(find(day, "dv4"), more);
    },
    act: async (page) => {
      await expect(page.getByText(/请收回包裹并隔离存放/)).toBeVisible();
    },
  },
  {
    name: "prescriber-recalled-batch",
    path: "/prescriptions/rx8",
    size: desk,
    mock: {
      who: "specialist",
      answers: { "GET /api/prescriptions/rx8/dispenses": { body: { items: [filling("dv4")], next: null } } },
    },
    ready: "[data-testid=fillings-rx8]",
    change: (day) => {
      Object.assign(day.prescriptions.find(({ id }) => id === "rx8") ?? {}, { approved_at: at(70) });
    },
    act: async (page) => {
      const fillings = page.getByTestId("fillings-rx8");
      await expect(fillings).toContainText(/批号已召回，不送达|Batch recalled: not delivered/);
      await expect(fillings).not.toContainText(/待送达|not delivered yet/);
      // As every shelf and parcel says it: a day without its year is no expiry.
      await expect(fillings).toContainText(/批号 A2604 .*2027-08-31|Batch A2604 · expires 2027-08-31/);
    },
  },
  {
    // Only the code was kept of it.
    name: "prescriber-declined",
    path: "/prescriptions/rx8",
    size: desk,
    mock: {
      who: "specialist",
      answers: { "GET /api/prescriptions/rx8/dispenses": { body: { items: [gaveBack], next: null } } },
    },
    ready: "[data-testid=fillings-rx8]",
    change: (day) => {
      Object.assign(day.prescriptions.find(({ id }) => id === "rx8") ?? {}, { approved_at: at(70) });
    },
    act: (page) => expect(page.getByTestId("fillings-rx8")).toContainText("明早到货"),
  },
  {
    name: "courier-two-ways-out",
    path: "/courier/abc",
    size: phone,
    mock: { stops: ["dv1"] },
    ready: "main form",
    change: (day) => {
      Object.assign(find(day, "dv1"), { state: "at_door", allowed: ["fail-attempt", "give-back"] });
    },
    act: async (page) => {
      await enterPin(page);
      const button = page.getByRole("button", { name: /退回药房|Give back to pharmacy/ });
      const cut = await button.evaluate((element) => {
        const label = element.querySelector(".mantine-Button-label") ?? element;
        return label.scrollWidth > label.clientWidth;
      });
      expect(cut).toBe(false);
    },
  },
  {
    name: "pharmacy-withdrawn",
    path: "/orders/rx8",
    size: desk,
    mock: { who: "pharmacy" },
    ready: "[data-testid=recovery]",
    change: (day) => {
      withdraw(day);
      Object.assign(find(day, "dv4"), { state: "recalled", allowed: ["take-back", "lose"] });
    },
    act: async (page) => {
      await expect(page.getByText(/医生已撤回这张处方|The prescriber withdrew this prescription/)).toBeVisible();
      await expect(page.getByText(/^已完结$|^还欠/)).toHaveCount(0);
    },
  },
  {
    name: "pharmacy-withdrawn-packed",
    path: "/orders/rx8",
    size: desk,
    mock: { who: "pharmacy" },
    ready: "[data-testid=delivery][data-state=cancelled]",
    change: (day) => {
      withdraw(day);
      Object.assign(find(day, "dv4"), { state: "cancelled", allowed: [] });
    },
    act: async (page) => {
      await expect(page.getByText(/请打开包裹，把药放回货架|Open the parcel and put its packs back/)).toBeVisible();
    },
  },
  {
    name: "pharmacy-receipt",
    path: "/orders/rx9",
    size: desk,
    mock: { who: "pharmacy" },
    ready: "[data-testid=receipt]",
    change: (day) => {
      const delivery = find(day, "dv5");
      delivery.receipt = {
        counted_at: at(90),
        received_at: at(3),
        certificate_serial: "5f0c1a",
        jws: "eyJhbGciOiJFUzI1NiJ9.e30.AA",
      };
    },
    act: async (page) => {
      const saved = page.waitForEvent("download");
      await page.getByRole("button", { name: /下载已签名的签收单|Download the signed receipt/ }).click();
      expect((await saved).suggestedFilename()).toBe("receipt-dv5.jws");
    },
  },
  {
    name: "pharmacy-discrepancy",
    path: "/orders/rx9",
    size: desk,
    mock: { who: "pharmacy" },
    ready: "[data-testid=discrepancy]",
    change: (day) => {
      Object.assign(find(day, "dv5"), { state: "discrepancy", discrepancies: [discrepancy] });
    },
  },
  {
    name: "pharmacy-discrepancy-of-earlier-parcel",
    path: "/orders/rx9",
    size: desk,
    mock: {
      who: "pharmacy",
      answers: {
        "GET /api/discrepancies": { body: { items: [{ ...discrepancy, delivery_id: "dv-before" }], next: null } },
      },
    },
    ready: "[data-testid=earlier-discrepancies]",
    act: async (page) => {
      await page.getByRole("button", { name: /确认处理|^Settle$/ }).click();
      await expect(page.getByText(/请选择处理方式|Please choose how/)).toBeVisible();
    },
  },
];

/** The prescriber took the order `rx8` back. */
function withdraw(day: ReturnType<typeof buildDay>): void {
  const order = day.prescriptions.find(({ id }) => id === "rx8");
  if (!order) throw new Error("no order");
  Object.assign(order, {
    state: "cancelled",
    allowed: [],
    withdrawal_reason: "住民今晨血压偏低，改用其他药。",
    timeline: [...order.timeline, { step: "cancel", at: at(5), who: "周启明" }],
  });
}

function find(day: ReturnType<typeof buildDay>, id: string): Delivery {
  const found = day.deliveries.find((delivery) => delivery.id === id);
  if (!found) throw new Error(`no delivery ${id}`);
  return found;
}

const cold: Partial<Delivery> = {
  cold_chain: true,
  cold_range: { lowest: 2, highest: 8 },
  temperatures: [4.1, 5.2, 6.0].map((celsius, index) => ({
    celsius,
    measured_at: at((3 - index) * 20),
    by: "courier",
    out_of_range: false,
  })),
};

const parcel = (more: Partial<Delivery>): OwnAnswers => {
  const items = deliveries.map((delivery) => (delivery.id === "v1" ? { ...delivery, ...more } : delivery));
  return (_, path) => (path === "/api/deliveries" ? { body: { items, next: null } } : undefined);
};

const receipt = { id: "s1", kind: "receipt", resident_id: "v1", state: "saved", created_at: at(0) };

interface NurseScreen extends Pick<Screen, "name" | "act" | "ready"> {
  mode?: "online" | "offline";
  own: OwnAnswers;
}

const NURSE: NurseScreen[] = [
  { name: "nurse-cold", own: parcel(cold), ready: ".yz-temperature-plot" },
  {
    name: "nurse-quarantine",
    own: parcel({ state: "quarantined", quarantine: "identity", allowed: [] }),
    ready: "article [role=alert]",
  },
  {
    name: "nurse-recalled-batch",
    own: parcel({ state: "in_transit", batch_recalled: true, allowed: [] }),
    ready: "article [role=alert]",
    act: async (page) => {
      const row = page.locator("a[href$='/deliveries/v1']");
      await expect(row).toContainText(/批号已召回，不送达|Batch recalled: not delivered/);
    },
  },
  {
    name: "nurse-withdrawn",
    own: parcel({
      state: "recalled",
      allowed: ["receive"],
      timeline: [
        ...(deliveries.find(({ id }) => id === "v1")?.timeline ?? []),
        { step: "cancel", at: at(2), who: "周启明" },
      ],
    }),
    ready: "article [role=alert]",
    act: async (page) => {
      await expect(page.getByText(/不要签收，不要给药|do not accept it, do not give it/)).toBeVisible();
      await expect(page.getByRole("button", { name: /^确认签收$|^Accept$/ })).toHaveCount(0);
      await page.getByRole("button", { name: /药品已清点留下|It was counted already/ }).click();
      await expect(page.getByRole("button", { name: /登记，等药房取回|for the pharmacy to fetch/ })).toBeVisible();
    },
  },
  {
    name: "nurse-discrepancy",
    own: parcel({
      state: "discrepancy",
      allowed: [],
      discrepancies: [
        {
          ...discrepancy,
          state: "resolved",
          allowed: [],
          resolution: "resent",
          note: "明天上午补送",
          resolved_at: at(0),
          resolved_by: { id: "p1", name: "周敏" },
        },
      ],
    }),
    ready: "[data-testid=discrepancy]",
  },
  { name: "nurse-count-offline", mode: "offline", own: parcel({}), ready: ".nurse-stepper" },
  {
    name: "nurse-receipt-waits",
    mode: "offline",
    own: (method, path, query) =>
      path === "/page/spool" && method === "GET"
        ? { body: { items: [receipt, ...spool("offline")] } }
        : parcel({})(method, path, query),
    ready: "article [role=status]",
    act: async (page) => {
      // The row and the badge sent a second nurse to count it again.
      const row = page.locator("a[href$='/deliveries/v1']");
      await expect(row).toContainText(/已清点，等待送出|Counted, waiting to be sent/);
      await expect(row).not.toContainText(/已到门口|At the door/);
      await expect(page.locator("a[href$='/deliveries'] .nurse-badge")).toHaveCount(0);
    },
  },
];

for (const { name, path, size, mock, ready, act, change } of CONSOLE) {
  test(`parcels ${name}`, async ({ browser }) => {
    const prepare = (page: Page) => {
      const day = buildDay(now());
      change?.(day);
      return installMock(page, day, mock);
    };
    await lookAt(browser, {
      name: `parcels-${name}`,
      sizes: [size],
      url: site.origin + path,
      ready,
      prepare,
      act,
    });
  });
}
for (const { name, mode = "online", own, ready, act } of NURSE) {
  test(`parcels ${name}`, async ({ browser }) => {
    const box = await serveBox(mode, own);
    try {
      await lookAt(browser, {
        name: `parcels-${name}`,
        sizes: [ACROSS],
        url: `${box.origin}/deliveries/v1`,
        ready,
        prepare: async () => {},
        act,
        expected: /status of (401|404|409|500|503)/,
      });
    } finally {
      await box.close();
    }
  });
}
