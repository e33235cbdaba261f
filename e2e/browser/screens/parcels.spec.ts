/** Parcels that do not simply arrive, in both applications: several on one run, stopped, measured, short, counted without a link. */
import { expect, test, type Page } from "@playwright/test";
import type { Delivery, Discrepancy, DoorToDose } from "@yunzhen/client";
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
    // An empty card stood under the code until it was fetched.
    name: "cold-at-counter",
    path: "/courier/abc",
    size: phone,
    mock: { stops: ["dv3"] },
    ready: "main form",
    change: (day) => {
      Object.assign(find(day, "dv3"), { state: "accepted", allowed: ["pick-up", "give-back"] });
    },
    act: async (page) => {
      await enterPin(page);
      await expect(page.getByText(/冷藏 2–8 °C|Keep at 2–8 °C/).first()).toBeVisible();
      await expect(page.getByTestId("temperature")).toHaveCount(0);
    },
  },
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
        allowed: ["release", "turn-back", "lose"],
        packs: [amlodipine("A2604", "2027-08-31")],
      });
      stopped(day);
    },
    act: async (page) => {
      // The order read as on its way while nobody may hand it over.
      const head = page.getByRole("heading", { level: 1 }).first().locator("xpath=ancestor::div[2]");
      await expect(head).toContainText(/暂停配送：运输温度超出范围|Held: Too warm or too cold on the way/);
      await expect(head).not.toContainText(/送药途中|On its way/);
      await expect(page.getByTestId("excursion").first()).toContainText(/最高 9\.3 °C|Warmest 9\.3 °C/);
      await expect(page.getByTestId("excursion").first()).toContainText(
        /超出范围 \d+ 至 \d+ 分钟|for \d+ to \d+ minutes/,
      );
      await page.getByRole("button", { name: /^放行$|^Release$/ }).click();
      const sheet = page.getByRole("dialog");
      const press = sheet.getByRole("button", { name: /^放行$|^Release$/ });
      await press.click();
      await expect(sheet).toContainText(/请选择原因|Choose a reason/);
      await sheet.getByRole("radio", { name: /可以承受|its medicines stand it/ }).check();
      await press.click();
      await expect(sheet).toContainText(/请写明具体情况|Please say what happened/);
    },
  },
  {
    name: "pharmacy-turn-back",
    path: "/orders/rx8",
    size: desk,
    mock: { who: "pharmacy" },
    ready: "[data-testid=recovery]",
    change: (day) => {
      Object.assign(find(day, "dv4"), { state: "in_transit", allowed: ["turn-back", "lose"] });
    },
    act: async (page) => {
      await page.getByRole("button", { name: /^叫回包裹$|^Have it brought back$/ }).click();
      const sheet = page.getByRole("dialog");
      await sheet.getByRole("radio", { name: /装错了药|wrong things in it/ }).check();
      await expect(sheet).toContainText(/会立即显示|says at once to bring it back/);
    },
  },
  {
    name: "pharmacy-take-back",
    path: "/orders/rx8",
    size: desk,
    mock: { who: "pharmacy" },
    ready: "[data-testid=recovery]",
    change: (day) => {
      Object.assign(find(day, "dv4"), {
        state: "returning",
        set_apart: true,
        allowed: ["take-back", "lose"],
        decisions: [{ step: "turn_back", at: at(10), code: "unfit", words: "超温一小时，不能用" }],
      });
      stopped(day, { next: "take_back", reason: "turned_back", note: "超温一小时，不能用" });
    },
    act: async (page) => {
      await expect(page.getByTestId("decisions")).toContainText("超温一小时，不能用");
      await expect(page.getByTestId("chain-next")).toContainText(/药房原话|as the pharmacy wrote it/);
      await page.getByRole("button", { name: /^收回包裹$|^Take back$/ }).click();
      const sheet = page.getByRole("dialog");
      await expect(sheet.getByTestId("fate")).toHaveAttribute("data-fate", "apart");
      await sheet.getByRole("checkbox").check();
      await expect(sheet.getByTestId("fate")).toHaveAttribute("data-fate", "destroyed");
    },
  },
  {
    name: "board-held",
    path: "/orders",
    size: desk,
    mock: { who: "pharmacy" },
    ready: "[data-testid=order-rx8]",
    change: (day) => stopped(day),
    act: async (page) => {
      await expect(page.getByTestId("order-rx8").getByTestId("off-because")).toContainText(
        /运输温度超出范围|Too warm or too cold/,
      );
    },
  },
  {
    // The parcel stood at the counter, its packs counted on the shelf, and the order was in no column.
    name: "board-withdrawn-at-counter",
    path: "/orders",
    size: desk,
    mock: { who: "pharmacy" },
    ready: "[data-testid=order-rx8]",
    change: withdrawnAtCounter,
    act: async (page) => {
      const card = page.getByTestId("column-not_deliverable").getByTestId("order-rx8");
      await expect(card).toContainText(/请打开包裹，把药放回货架|open the parcel, put the medicines back/);
    },
  },
  {
    name: "prescriber-coming-back",
    path: "/prescriptions/rx8",
    size: desk,
    mock: { who: "specialist" },
    ready: "[data-testid=prescription-rx8]",
    change: (day) => stopped(day, { next: "take_back", reason: "given_back" }),
    act: async (page) => {
      const card = page.getByTestId("prescription-rx8");
      await expect(card).toContainText(/退回途中：配送员退回|Coming back: The courier gave it back/);
    },
  },
  {
    name: "courier-turned-back",
    path: "/courier/abc",
    size: phone,
    mock: { stops: ["dv1"] },
    ready: "main form",
    change: (day) => {
      const decisions = [{ step: "turn_back", at: at(2), code: "wrong_content" }];
      Object.assign(find(day, "dv1"), { state: "returning", allowed: [], decisions });
    },
    act: async (page) => {
      await enterPin(page);
      const held = page.getByTestId("held");
      await expect(held).toContainText(/药房叫回这个包裹|The pharmacy wants this parcel back/);
      await expect(held).toContainText(/装错了药|it has the wrong things in it/);
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
    act: async (page) => {
      const fillings = page.getByTestId("fillings-rx8");
      await expect(fillings).toContainText("明早到货");
      // In the words in which the pharmacy chose it.
      await expect(fillings).toContainText(/原因：缺货|Reason: Out of stock/);
    },
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
    change: withdrawnAtCounter,
    act: async (page) => {
      await expect(page.getByText(/请打开包裹，把药放回货架|Open the parcel and put its packs back/)).toBeVisible();
      // A label that is printed now would be of a parcel that goes nowhere.
      await expect(page.getByTestId("parcel-label")).toHaveCount(0);
      await expect(page.getByRole("button", { name: /^打印标签$|^Print label$/ })).toHaveCount(0);
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

/** The order of rx8 was packed, and its prescriber withdrew it before a courier came. */
function withdrawnAtCounter(day: ReturnType<typeof buildDay>): void {
  withdraw(day);
  Object.assign(day.summaries.find(({ id }) => id === "rx8") ?? {}, { state: "cancelled" });
  Object.assign(find(day, "dv4"), {
    state: "cancelled",
    label: "YZP1:0190A5F0000070008000000000000001:K7M42PQR:0123456789ABCDEF0123456789ABCDEF",
    attempts: [],
    allowed: [],
    timeline: [
      { step: "pack", at: at(60) },
      { step: "cancel", at: at(5), who: "周启明" },
    ],
  });
}

/** The way of the order `rx8` has stopped: by default since its parcel was too warm. */
function stopped(day: ReturnType<typeof buildDay>, more: Partial<DoorToDose> = {}): void {
  const chain: DoorToDose = {
    steps: [],
    turn: "pharmacy",
    next: "decide",
    reason: "temperature",
    late: false,
    ...more,
  };
  Object.assign(day.prescriptions.find(({ id }) => id === "rx8") ?? {}, { door_to_dose: chain });
  const { next, reason, turn } = chain;
  Object.assign(day.summaries.find(({ id }) => id === "rx8") ?? {}, { next, reason, turn });
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

/** Two parcels of one resident, of two orders. */
const twoOfOne: OwnAnswers = (_, path) => {
  const first = deliveries.find(({ id }) => id === "v1");
  if (path !== "/api/deliveries" || !first) return undefined;
  const one = (id: string, n: number, order: string): Delivery => ({
    ...first,
    id,
    prescription_id: order,
    pharmacy_name: "仁和大药房",
    parcel_number: n,
    parcel_count: 2,
  });
  const orders = ["0190a5f0-0000-7000-8000-0000003f9a2c", "0190a5f0-0000-7000-8000-00000077bb01"] as const;
  return { body: { items: [one("v1", 1, orders[0]), one("v9", 2, orders[1])], next: null } };
};

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
    name: "nurse-goes-back",
    own: parcel({
      state: "returning",
      allowed: [],
      decisions: [{ step: "turn_back", at: at(2), code: "unfit", words: "超温一小时" }],
    }),
    ready: "article [role=status]",
    act: async (page) => {
      await expect(page.locator("article")).toContainText(/请勿签收和使用|Do not accept it and do not use it/);
      await expect(page.locator("article")).toContainText("超温一小时");
      // It stood among what was done.
      await expect(page.getByRole("heading", { name: /退回药房途中|Going back to the pharmacy/ })).toBeVisible();
    },
  },
  {
    name: "nurse-two-parcels-of-one",
    own: twoOfOne,
    ready: ".nurse-stepper",
    act: async (page) => {
      const of = (id: string) => page.locator(`a[href$='/deliveries/${id}']`);
      // Two rows of one resident read alike.
      await expect(of("v1")).toContainText(/订单 3F9A2C · 第 1 \/ 2 个包裹|Order 3F9A2C · parcel 1 of 2/);
      await expect(of("v9")).toContainText(/订单 77BB01 · 第 2 \/ 2 个包裹|Order 77BB01 · parcel 2 of 2/);
      await expect(page.getByTestId("medicines-v1")).not.toBeEmpty();
    },
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
    name: "nurse-receipts-of-two-parcels",
    mode: "offline",
    own: (method, path, query) => {
      const receipts = [receipt, { ...receipt, id: "s2", resident_id: "v9" }];
      return path === "/page/spool" && method === "GET" ? { body: { items: receipts } } : twoOfOne(method, path, query);
    },
    ready: "article [role=status]",
    act: async (page) => {
      await page.getByRole("button", { name: /^护理记录发送情况$|^Records on their way$/ }).click();
      // Both read as a receipt of somebody who is not on the list.
      await expect(page.getByTestId("receipt-of-v1")).toContainText(/订单 3F9A2C|Order 3F9A2C/);
      await expect(page.getByTestId("receipt-of-v9")).toContainText(/订单 77BB01|Order 77BB01/);
      await expect(page.getByText(/不在名册中的住民|not on the list/)).toHaveCount(0);
    },
  },
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
