import { expect, test, type Page } from "@playwright/test";
import { serveBox } from "./nurse-box";
import * as record from "./nurse-record";
import { lookAtTablet } from "./tablet";

/** How a shared tablet changes hands: PIN and badge are set beside the password, and a badge is read from a wedge scanner without one of its digits counting as a PIN. */
const BADGE = "YZB10123456789ABCDEFGHJKMNPQRS";
const NOBODY = { people: [], idle_lock_seconds: 300, holder: null, locked: false, keeps_badge: false };

test("the password comes before the PIN", async ({ browser }) => {
  const opening = serveBox("online", (_, path) => (path === "/session/shift" ? { body: NOBODY } : undefined));
  await lookAtTablet(browser, opening, {
    name: "nurse-set-pin",
    path: "/",
    ready: "main",
    act: async (page: Page) => {
      await page.getByRole("button", { name: /^设置 PIN$|^Set a PIN$/ }).click();
      await page.getByRole("dialog").locator("input[type=password]").first().waitFor();
    },
  });
});

test("PIN, password and badge are sent together, and a wrong password asks again", async ({ browser }) => {
  const asked: string[] = [];
  const site = await serveBox("online", (method, path) => {
    if (path === "/session/shift") return { body: NOBODY };
    if (path !== "/session/shift-pin") return undefined;
    asked.push(method);
    const field = { path: "password", message: "密码不符" };
    if (asked.length > 1) return { body: {} };
    return {
      status: 422,
      body: { title: "请检查", status: 422, detail: "", code: "invalid", action: "", fields: [field] },
    };
  });
  const page = await browser.newPage();
  const sent: unknown[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/session/shift-pin")) sent.push(request.postDataJSON());
  });
  const once = async (password: string): Promise<void> => {
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel(/^密码$|^Password$/).fill(password);
    await sheet.getByLabel(/工牌（可不填）|Badge \(if/).fill(BADGE);
    await sheet.getByRole("button", { name: /下一步|Next/ }).click();
    for (const digit of "482915482915") await sheet.getByRole("button", { name: digit, exact: true }).click();
  };
  try {
    await page.goto(site.origin);
    await page.getByRole("button", { name: /^设置 PIN$|^Set a PIN$/ }).click();
    await once("guessed");
    await expect(page.getByText("密码不符")).toBeVisible();
    await once("right");
    await expect(page.getByText(/PIN 已设置|The PIN is set/)).toBeVisible();
    expect(sent).toEqual(["guessed", "right"].map((password) => ({ password, badge: BADGE, pin: "482915" })));
  } finally {
    await page.close();
    await site.close();
  }
});

test("a badge stays when the PIN is set anew, unless she says that she has none any more", async ({ browser }) => {
  const { id, name } = record.staff;
  const person = { staff_id: id, name, pin: true, badge: true };
  const site = await serveBox("online", (_, path) => {
    if (path === "/session/shift") return { body: { ...NOBODY, people: [person], holder: id, keeps_badge: true } };
    return path === "/session/shift-pin" ? { body: {} } : undefined;
  });
  const page = await browser.newPage();
  const sent: unknown[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/session/shift-pin")) sent.push(request.postDataJSON());
  });
  const once = async (drops: boolean): Promise<void> => {
    await page.getByRole("button", { name: /的菜单$|menu/i }).click();
    await page.getByRole("menuitem", { name: /PIN 与工牌|PIN and badge/ }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel(/^密码$|^Password$/).fill("right");
    if (drops) await sheet.getByLabel(/不再使用工牌|No badge any more/).check();
    await sheet.getByRole("button", { name: /下一步|Next/ }).click();
    for (const digit of "482915482915") await sheet.getByRole("button", { name: digit, exact: true }).click();
    await expect(sheet).toBeHidden();
  };
  try {
    await page.goto(site.origin);
    await once(false);
    await once(true);
    const body = { password: "right", pin: "482915" };
    expect(sent).toEqual([body, { ...body, badge: "" }]);
  } finally {
    await page.close();
    await site.close();
  }
});

test("a scanned badge opens the tablet, or asks for the PIN of its nurse", async ({ browser }) => {
  const { id, name } = record.staff;
  const person = { staff_id: id, name, pin: true, badge: true };
  let answers = 0;
  const site = await serveBox("signed_out", (_, path) => {
    if (path === "/session/shift") return { body: { ...NOBODY, people: [person] } };
    if (path === "/session/me" && answers > 1) return { body: { staff: record.staff } };
    if (path === "/session/switch-badge")
      return { body: (answers += 1) === 1 ? { pin_of: id } : { staff: record.staff } };
    return undefined;
  });
  const page = await browser.newPage();
  const tried: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/session/switch")) tried.push(request.url());
  });
  try {
    await page.goto(site.origin);
    await expect(page.getByRole("button", { name })).toBeVisible();
    await page.keyboard.type(`${BADGE}\n`, { delay: 5 });
    await expect(page.getByRole("group", { name: new RegExp(name) })).toBeVisible();
    await page.keyboard.type(`${BADGE}\n`, { delay: 5 });
    await expect(page.getByRole("button", { name: /的菜单$|^Menu of|menu/i })).toBeVisible();
    expect(tried).toEqual([]);
  } finally {
    await page.close();
    await site.close();
  }
});

test("a locked tablet says why", async ({ browser }) => {
  const { id, name } = record.staff;
  const person = { staff_id: id, name, pin: true, badge: false };
  let people = [person];
  const site = await serveBox("online", (_, path) => {
    if (path === "/session/shift") return { body: { ...NOBODY, people, holder: id } };
    return path === "/session/lock" ? { body: {} } : undefined;
  });
  const page = await browser.newPage();
  try {
    await page.goto(site.origin);
    await page.getByRole("button", { name: /的菜单$|menu/i }).click();
    // The shift ends between the press and the next look.
    people = [];
    await page.getByRole("menuitem", { name: /锁定 \/ 换人|Lock \/ hand over/ }).click();
    await expect(page.getByTestId("lock-why")).toContainText(/本班次已结束|The shift is over/);
    people = [person];
    await page.reload();
    await page.getByRole("button", { name: /的菜单$|menu/i }).click();
    await page.getByRole("menuitem", { name: /锁定 \/ 换人|Lock \/ hand over/ }).click();
    await expect(page.getByTestId("lock-why")).toContainText(new RegExp(`${name} (锁定了平板|locked it)`));
  } finally {
    await page.close();
    await site.close();
  }
});

test("an ended session does not offer its void PIN, and says why until somebody else types", async ({ browser }) => {
  const { id, name } = record.staff;
  const colleague = { staff_id: "n9", name: "李静", pin: true, badge: false };
  const ended = {
    status: 401,
    body: { title: "登录已由管理员结束", status: 401, detail: "", code: "session_revoked", action: "请重新登录。" },
  };
  const site = await serveBox("signed_out", (_, path) => {
    if (path === "/session/me") return ended;
    const people = [{ staff_id: id, name, pin: true, badge: false }, colleague];
    return path === "/session/shift" ? { body: { ...NOBODY, people, holder: id } } : undefined;
  });
  const page = await browser.newPage();
  const why = page.getByText("登录已由管理员结束");
  try {
    await page.goto(site.origin);
    await expect(why).toBeVisible();
    await expect(page.getByRole("button", { name: colleague.name })).toBeVisible();
    await expect(page.getByText(name)).toHaveCount(0);
    await page.getByRole("button", { name: /其他人：用密码登录|password/ }).click();
    await expect(why).toBeVisible();
    await page.getByLabel(/^用户名$|^User name$/).fill("nurse3");
    await expect(why).toHaveCount(0);
  } finally {
    await page.close();
    await site.close();
  }
});

test("six digits that no longer open it say so beside the password", async ({ browser }) => {
  const { id, name } = record.staff;
  let people = [{ staff_id: id, name, pin: true, badge: false }];
  const site = await serveBox("signed_out", (_, path) => {
    if (path === "/session/shift") return { body: { ...NOBODY, people } };
    if (path !== "/session/switch") return undefined;
    people = [];
    const closed = { title: "现在不能用 PIN 打开", status: 403, detail: "", code: "pin_closed", action: "" };
    return { status: 403, body: closed };
  });
  const page = await browser.newPage();
  try {
    await page.goto(site.origin);
    await page.getByRole("button", { name }).click();
    for (const digit of "482915") await page.getByRole("button", { name: digit, exact: true }).click();
    await expect(page.getByLabel(/^用户名$|^User name$/)).toBeVisible();
    await expect(page.getByText("现在不能用 PIN 打开")).toBeVisible();
  } finally {
    await page.close();
    await site.close();
  }
});

test("why a badge opened nothing is not said beside the password of somebody else", async ({ browser }) => {
  const { id, name } = record.staff;
  const unknown = { title: "没有这个工牌", status: 403, detail: "", code: "badge_unknown", action: "" };
  const site = await serveBox("signed_out", (_, path) => {
    if (path === "/session/switch-badge") return { status: 403, body: unknown };
    const people = [{ staff_id: id, name, pin: true, badge: true }];
    return path === "/session/shift" ? { body: { ...NOBODY, people } } : undefined;
  });
  const page = await browser.newPage();
  try {
    await page.goto(site.origin);
    await expect(page.getByRole("button", { name })).toBeVisible();
    await page.keyboard.type(`${BADGE}\n`, { delay: 5 });
    await expect(page.getByText("没有这个工牌")).toBeVisible();
    await page.getByRole("button", { name: /其他人：用密码登录|password/ }).click();
    await expect(page.getByLabel(/^用户名$|^User name$/)).toBeVisible();
    await expect(page.getByText("没有这个工牌")).toHaveCount(0);
  } finally {
    await page.close();
    await site.close();
  }
});

test("a PIN that is too easy to guess is refused before it is typed again", async ({ browser }) => {
  const site = await serveBox("online", (_, path) => (path === "/session/shift" ? { body: NOBODY } : undefined));
  const page = await browser.newPage();
  try {
    await page.goto(site.origin);
    await page.getByRole("button", { name: /^设置 PIN$|^Set a PIN$/ }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel(/^密码$|^Password$/).fill("right");
    await sheet.getByRole("button", { name: /下一步|Next/ }).click();
    for (const digit of "123456") await sheet.getByRole("button", { name: digit, exact: true }).click();
    await expect(sheet.getByRole("alert")).toContainText(/太容易猜到|too easy/);
    await expect(sheet.getByRole("group", { name: /请输入新的 PIN|Enter a new PIN/ })).toBeVisible();
  } finally {
    await page.close();
    await site.close();
  }
});

test("a call that a locked tablet lost says so, and is joined again by whoever opens it", async ({ browser }) => {
  const { id, name } = record.staff;
  const people = [{ staff_id: id, name, pin: true, badge: false }];
  let locked = false;
  const site = await serveBox("call", (method, path) => {
    if (path === "/session/shift") return { body: { ...NOBODY, people, holder: id, locked } };
    if (path === "/session/lock") {
      locked = true;
      return { body: {} };
    }
    if (path === "/session/switch") {
      locked = false;
      return { body: { staff: record.staff } };
    }
    if (method !== "POST" || !path.endsWith("/legs")) return undefined;
    const code = locked ? "tablet_locked" : "call_ended";
    return { status: locked ? 423 : 409, body: { title: "", status: 423, detail: "", code, action: "" } };
  });
  const page = await browser.newPage();
  const offers: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && /\/legs(\?|$)/.test(request.url())) offers.push(request.url());
  });
  const held = page.getByTestId("call-held");
  try {
    // Locked by the box between two looks of the page: the offer is the first to hear.
    locked = true;
    await page.goto(`${site.origin}/consultations/c1`);
    await expect(held).toContainText(/解锁后自动回到通话|as soon as you open the tablet/);
    await page.getByRole("button", { name: /的菜单$|menu/i }).click();
    await page.getByRole("menuitem", { name: /锁定 \/ 换人|Lock \/ hand over/ }).click();
    await expect(page.getByTestId("lock-screen")).toBeVisible();
    await expect(held).toBeVisible();
    await expect(page.getByText(/通话不会中断|The call goes on/)).toBeHidden();
    expect(offers).toHaveLength(1);
    for (const digit of "482915") await page.getByRole("button", { name: digit, exact: true }).click();
    await expect(page.getByTestId("call-ended")).toBeVisible();
    expect(offers).toHaveLength(2);
  } finally {
    await page.close();
    await site.close();
  }
});
