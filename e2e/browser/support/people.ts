/** The people of the loop; a scenario reads as prose. Words are matched in Chinese, the language of the product. */
import { expect, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { expectFramesAdvance, expectMovingPicture, observePeers } from "./picture";
import { accountOf, urlFor, type RoleName, type Stack } from "./stack";

export interface Window {
  context: BrowserContext;
  page: Page;
}

/** Two windows in one call. */
export interface Talk {
  tablet: Window;
  desk: Window;
  /** The consultation. */
  id: string;
}

export interface Screen {
  width: number;
  height: number;
  hasTouch?: boolean;
  /** Where its clock stands; the demo's people live in Shanghai. */
  timezoneId?: string;
}

export async function open(
  browser: Browser,
  { hasTouch, timezoneId = "Asia/Shanghai", ...viewport }: Screen,
): Promise<Window> {
  const context = await browser.newContext({
    viewport,
    hasTouch,
    permissions: ["camera", "microphone"],
    locale: "zh-CN",
    timezoneId,
  });
  await observePeers(context);
  return { context, page: await context.newPage() };
}

/** The nurse and the specialist in a call; each may sit at a browser of their own. */
export async function inACall(stack: Stack, home: Browser, hospital: Browser = home): Promise<Talk> {
  const tablet = await open(home, { width: 1280, height: 800 });
  const desk = await open(hospital, { width: 1440, height: 900 });
  const nurse = new Nurse(tablet.page, stack);
  const specialist = new Specialist(desk.page, stack);
  await Promise.all([nurse.signIn(), specialist.signIn()]);
  const resident = await nurse.residentSeenFor("I10", []);
  await nurse.startConsultation(resident, "复诊");
  await specialist.seeNow(resident.name);
  await expectFramesAdvance(desk.page);
  await expectMovingPicture(tablet.page);
  return { tablet, desk, id: new URL(tablet.page.url()).pathname.split("/").at(-1) ?? "" };
}

/** Who has a parcel's medicines, one after the other: the pharmacy at its desk, the courier with a phone, the nurse with her tablet. */
export async function onTheWay(browser: Browser, stack: Stack) {
  const shop = await open(browser, { width: 1440, height: 900 });
  const road = await open(browser, { width: 390, height: 844 });
  const tablet = await open(browser, { width: 1280, height: 800 });
  const pharmacy = new Pharmacy(shop.page, stack);
  const courier = new Courier(road.page);
  const nurse = new Nurse(tablet.page, stack);
  await Promise.all([pharmacy.signIn(), nurse.signIn()]);
  return { shop, road, tablet, pharmacy, courier, nurse };
}

export async function signIn(page: Page, stack: Stack, role: RoleName): Promise<void> {
  await page.goto(urlFor(stack, role));
  await page.getByLabel("用户名").fill(accountOf(stack, role).username);
  await page.getByLabel("密码", { exact: true }).fill(stack.password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page.getByLabel("用户名")).toHaveCount(0);
}

/** A certain person of the hospital, on a host name of their own. */
export async function signInAs(page: Page, stack: Stack, username: string): Promise<void> {
  await page.goto(urlFor(stack, username));
  await page.getByLabel("用户名").fill(username);
  await page.getByLabel("密码", { exact: true }).fill(stack.password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
  // A password takes its time to be checked, more so where everybody else's programs run too.
  await expect(page.getByLabel("用户名")).toHaveCount(0, { timeout: 30_000 });
}

export class Nurse {
  constructor(
    readonly page: Page,
    private readonly stack: Stack,
  ) {}

  signIn = () => signIn(this.page, this.stack, "nurse");

  /** Measures, writes the reason and calls. */
  async startConsultation(resident: { id: string; name: string }, reason: string): Promise<void> {
    await this.prepareConsultation(resident, reason);
    await this.call();
  }

  /** All that comes before the press. */
  async prepareConsultation(resident: { id: string; name: string }, reason: string): Promise<void> {
    await this.page.goto(`${urlFor(this.stack, "nurse")}/residents/${resident.id}`);
    await this.page.getByRole("button", { name: "开始会诊" }).click();
    // By its role: the curves on the page before have names with the same words.
    await this.page.getByRole("textbox", { name: "收缩压" }).fill("168");
    await this.page.getByRole("textbox", { name: "舒张压" }).fill("96");
    await this.page.getByRole("button", { name: "保存体征" }).click();
    await expect(this.page.getByText("生命体征已保存")).toBeVisible();
    await this.page.getByLabel("会诊原因").fill(reason);
  }

  async call(): Promise<void> {
    await this.page.getByRole("button", { name: "呼叫专科医生" }).click();
    await this.page.waitForURL(/\/consultations\//);
  }

  async receive(name: string, parcelCode: string): Promise<void> {
    await this.page.goto(`${urlFor(this.stack, "nurse")}/deliveries`);
    await this.page
      .getByRole("link", { name: new RegExp(name) })
      .first()
      .click();
    await this.page.getByLabel("包裹码").fill(parcelCode);
    await this.page.getByRole("button", { name: "确认签收" }).click();
    await expect(this.page.getByText("已签收").first()).toBeVisible();
  }

  /** Somebody else of the home. */
  async residentBut(id: string): Promise<{ id: string; name: string }> {
    const other = await this.page.evaluate(
      async (but) =>
        ((await (await fetch("/api/residents")).json()) as { items: { id: string; name: string }[] }).items.find(
          (resident) => resident.id !== but,
        ),
      id,
    );
    if (!other) throw new Error("the home has one resident only");
    return other;
  }

  /** A resident who was seen in person for this diagnosis and is not allergic to any of these; asked of the box's API. */
  async residentSeenFor(diagnosis: string, notAllergicTo: string[]): Promise<{ id: string; name: string }> {
    const ask = <T>(path: string): Promise<T> =>
      this.page.evaluate(async (from) => (await fetch(from)).json() as Promise<T>, path);
    const { items } = await ask<{ items: { id: string; name: string; allergies: string[] }[] }>("/api/residents");
    for (const resident of items) {
      if (notAllergicTo.some((word) => resident.allergies.join().includes(word))) continue;
      const chart = await ask<{ eligibility: { diagnosis_code: string }[] }>(`/api/residents/${resident.id}`);
      if (chart.eligibility.some((fact) => fact.diagnosis_code === diagnosis)) return resident;
    }
    throw new Error(`no resident was seen in person for ${diagnosis}`);
  }
}

export class Specialist {
  constructor(
    readonly page: Page,
    private readonly stack: Stack,
  ) {}

  signIn = () => signIn(this.page, this.stack, "specialist");

  async seeNow(name: string): Promise<void> {
    await this.page.getByRole("button", { name: `接诊 ${name}` }).click();
    await this.page.waitForURL(/\/consultations\//);
    // The picture comes all the way from the home.
    await expect(this.page.getByTestId("main-video")).toBeVisible({ timeout: 30_000 });
  }

  async writeNote(text: string): Promise<void> {
    await this.page.getByRole("textbox", { name: "病程记录" }).fill(text);
    await this.expectSaved();
  }

  async chooseDiagnosis(typed: string, option: RegExp): Promise<void> {
    await this.page
      .getByRole("textbox", { name: "本次诊断" })
      .or(this.page.getByRole("textbox", { name: "诊断", exact: true }))
      .first()
      .fill(typed);
    await this.page.getByRole("option", { name: option }).first().click();
    await this.expectSaved();
  }

  async prescribe(typed: string, option: RegExp, dose: string, instruction: string): Promise<void> {
    await this.page.getByRole("button", { name: "开处方", exact: true }).click();
    const line = this.page.getByTestId("line-1");
    await line.getByRole("textbox").first().fill(typed);
    await this.page.getByRole("option", { name: option }).first().click();
    await line.getByLabel("单次剂量").fill(dose);
    await line.getByLabel("用药说明").fill(instruction);
  }

  /** Reviews exactly what is signed, signs, and gives the prescription's id. */
  async sign(): Promise<string> {
    await this.page.getByRole("button", { name: "核对并签名" }).click();
    await expect(this.page.getByTestId("signing-document")).toBeVisible();
    const exact = await this.page.getByTestId("signing-document").locator("pre").textContent();
    await this.page.getByRole("button", { name: "用我的密钥签名" }).click();
    await expect(this.page.getByRole("dialog")).toHaveCount(0);
    return (JSON.parse(exact ?? "{}") as { prescription_id: string }).prescription_id;
  }

  async finish(): Promise<void> {
    await this.page.getByRole("button", { name: "结束会诊" }).click();
    await expect(this.page.getByText("会诊已结束")).toBeVisible();
  }

  private async expectSaved(): Promise<void> {
    await expect(this.page.getByTestId("save-state").first()).toHaveAttribute("data-state", "saved");
  }
}

export class Pharmacist {
  constructor(
    readonly page: Page,
    private readonly stack: Stack,
  ) {}

  signIn = () => signIn(this.page, this.stack, "pharmacist");

  /** Key A, then Enter: the pharmacist's own signature. */
  async approve(prescriptionId: string): Promise<void> {
    await this.page.getByTestId(`review-${prescriptionId}`).click();
    await expect(this.page.getByTestId("review")).toHaveAttribute("data-state", "in_review");
    await this.page.keyboard.press("a");
    const sign = this.page.getByRole("button", { name: "签名并通过" });
    await expect(sign).toBeFocused();
    await this.page.keyboard.press("Enter");
    await expect(this.page.getByTestId(`review-${prescriptionId}`)).toHaveCount(0);
  }
}

export interface Parcel {
  code: string;
  pin: string;
  link: string;
}

export class Pharmacy {
  constructor(
    readonly page: Page,
    private readonly stack: Stack,
  ) {}

  signIn = () => signIn(this.page, this.stack, "pharmacy");

  async dispense(prescriptionId: string): Promise<void> {
    await this.page.getByTestId(`order-${prescriptionId}`).click();
    await this.page.getByRole("button", { name: "接单" }).click();
    const pick = this.page.getByTestId("pick-1");
    // The shelf proposes what expires first; the person only confirms.
    await expect(pick.getByLabel("批号").first()).not.toHaveValue("");
    await this.page.getByRole("button", { name: "确认配齐" }).click();
  }

  async pack(): Promise<Parcel> {
    await this.page.getByLabel("配送员姓名").fill("赵师傅");
    // Another courier each time: the same one has the link of today already.
    await this.page.getByLabel("配送员电话").fill(`138${String(Date.now()).slice(-8)}`);
    await this.page.getByRole("button", { name: /打包并生成/ }).click();
    const value = async (testId: string) =>
      (await this.page.getByTestId(testId).locator("p, span").nth(1).innerText()).trim();
    await expect(this.page.getByTestId("packed")).toBeVisible();
    return { code: await value("parcel-code"), pin: await value("courier-pin"), link: await value("courier-link") };
  }

  expectIn = (column: string, prescriptionId: string) =>
    expect(this.page.getByTestId(`column-${column}`).getByTestId(`order-${prescriptionId}`)).toBeVisible();
}

export class Courier {
  constructor(readonly page: Page) {}

  async open(stack: Stack, parcel: Parcel): Promise<void> {
    await this.page.goto(urlFor(stack, "courier") + new URL(parcel.link).pathname);
    await this.page.locator("main input").first().click();
    await this.page.keyboard.type(parcel.pin);
    await expect(this.page.getByTestId("courier-actions")).toBeVisible();
    await expect(this.page.getByTestId("parcel-code")).toHaveText(parcel.code);
  }

  async press(words: string, state: string): Promise<void> {
    await this.page.getByRole("button", { name: words, exact: true }).click();
    // At the counter the parcel is scanned, or its code compared by eye.
    if (words === "已取件") await this.page.getByRole("button", { name: "编码已核对，取件" }).click();
    await expect(this.page.getByTestId("courier-actions")).toHaveAttribute("data-state", state);
  }
}
