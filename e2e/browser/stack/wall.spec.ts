/** What every page may and may not do, on the running programs: where it may ask, what its headers forbid, how its cookies are kept. */
import { expect, type Response } from "@playwright/test";
import { open, signIn } from "../support/people";
import { test } from "../support/scenario";
import { accountOf, runningStack, urlFor, type RoleName, type Stack } from "../support/stack";
import { findings } from "../../../scripts/stack/secrecy.mjs";

const HOSPITAL: RoleName[] = ["specialist", "pharmacist", "pharmacy", "administrator"];

/** Every place that the page's own navigation leads to. */
async function places(page: import("@playwright/test").Page): Promise<string[]> {
  const hrefs = await page
    .locator("a[href^='/']")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
  return [...new Set(hrefs)];
}

function hardened(response: Response): void {
  const headers = response.headers();
  const about = `${response.url()}: ${JSON.stringify(headers)}`;
  const policy = headers["content-security-policy"] ?? "";
  expect(policy, about).toContain("script-src 'self'");
  expect(policy.replace(/style-src [^;]*/, ""), about).not.toContain("unsafe");
  expect(policy, about).toContain("frame-ancestors 'none'");
  expect(headers["cross-origin-opener-policy"], about).toBe("same-origin");
  expect(headers["cross-origin-resource-policy"], about).toBe("same-origin");
  expect(headers["permissions-policy"], about).toMatch(/camera=\(self\), microphone=\(self\)/);
  expect(headers["x-content-type-options"], about).toBe("nosniff");
  expect(headers["referrer-policy"], about).toBe("no-referrer");
  expect(headers["cache-control"], about).toBeTruthy();
}

for (const role of ["nurse", ...HOSPITAL] as RoleName[]) {
  test(`the pages of the ${role} ask nobody but their own origin`, async ({ browser }) => {
    const stack: Stack = runningStack();
    const { context, page } = await open(browser, { width: 1440, height: 900 });
    const own = new URL(urlFor(stack, role)).origin;
    const elsewhere: string[] = [];
    const answers: Response[] = [];
    const refused: string[] = [];
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (!["data:", "blob:"].includes(url.protocol) && url.origin !== own) elsewhere.push(request.url());
    });
    context.on("response", (response) => {
      if (response.url().startsWith(own)) answers.push(response);
    });
    page.on("console", (message) => {
      if (/Content Security Policy|Permissions policy/i.test(message.text())) refused.push(message.text());
    });
    await signIn(page, stack, role);
    const first = await places(page);
    expect(first.length, "the navigation").toBeGreaterThan(0);
    for (const path of first) {
      await page.goto(own + path);
      await expect(page.locator("main").first()).toBeVisible();
    }
    expect(elsewhere, "requests to other origins").toEqual([]);
    expect(refused, "what the policy refused our own page").toEqual([]);
    expect(answers.length).toBeGreaterThan(first.length);
    answers.forEach(hardened);

    const html = (await (await page.goto(own))?.text()) ?? "";
    expect(html).toContain("<script");
    expect(html, "no script in the page itself").not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
    expect(html, "no handler in an attribute").not.toMatch(/\son[a-z]+=/);

    const cookies = await context.cookies(own);
    const session = cookies.find((cookie) => cookie.name.endsWith("yz_session"));
    expect(session).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/" });
    expect(cookies.every((cookie) => cookie.sameSite === "Strict")).toBe(true);
    await context.close();
  });
}

test("the search through the logs finds what it is for and nothing else", () => {
  const stack = runningStack();
  const name = accountOf(stack, "nurse").name;
  const needles = new Map([
    [name, "a name"],
    [stack.password, "the password"],
  ]);
  const token = "q7Zr0m2-Kx9vT_1aBcDeFgHiJkLmNoPqRsTuVwXyZ01";
  const planted: [string, string][] = [
    [`signed in ${name}`, "a name"],
    [`password ${stack.password}`, "the password"],
    ["number 11010519491231002X", "an identity number"],
    ["phone 13812345678 called", "a mobile number"],
    [`authorization: Bearer ${token}`, "a bearer token"],
    [`token ${token}`, "a token (32 bytes as base64url)"],
    ["GET /courier/abcdefghijklmnopqrstuvwxyz", "the link of a courier or a guest"],
  ];
  for (const [line, kind] of planted) {
    const kinds = findings(`fine\n${line}\nfine`, needles);
    expect(kinds, line).toContainEqual({ line: 2, kind });
  }
  const harmless = [
    "2026-11-30T13:17:48.123456Z  INFO relay: box connected home=0192f0c1-2345-7abc-8def-0123456789ab peer=127.0.0.1:50000",
    "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "took 123456789012345678 ns; sequence 13812345678901",
  ];
  expect(findings(harmless.join("\n"), needles)).toEqual([]);
});
