/**
 * `make attack` (docs/security/attack.md): a nurse and a specialist talk, and meanwhile everything is tried that an attacker would try. The attacks that need no browser
 * are programs of their own (e2e/attack); here are markup in every text that people read, and the picture that must not stop.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, type Browser, type Page } from "@playwright/test";
import { print, Tally, type Report } from "../../attack/tally.mjs";
import { expectFramesAdvance, expectMovingPicture } from "../support/picture";
import { inACall, open, signIn } from "../support/people";
import { runningStack, urlFor, type RoleName, type Stack } from "../support/stack";

/** The picture may stand still for so long, whatever is tried. */
const LONGEST_STILL_MS = 2000;
const DESK = { width: 1440, height: 900 };
const root = resolve(fileURLToPath(import.meta.url), "../../../..");
const quick = process.env.QUICK === "1";

/** What a tick adds at most: a page that did not run itself, on a machine that is busy, saw nothing and proves nothing. */
const LONGEST_TICK_MS = 300;

interface Gauge {
  worst: number;
  still: number;
  frames: number;
  at: number;
}

/** Looks ten times a second how many frames the page's peers have decoded, and keeps the longest time without a new one. */
function gauge(page: Page): Promise<void> {
  return page.evaluate((longestTick) => {
    const seen = { worst: 0, still: 0, frames: 0, at: performance.now() };
    (window as unknown as { yzGauge: Gauge }).yzGauge = seen;
    setInterval(() => {
      void (async () => {
        let frames = 0;
        for (const peer of (window as unknown as { yzPeers: RTCPeerConnection[] }).yzPeers) {
          if (peer.connectionState === "closed") continue;
          (await peer.getStats()).forEach((entry: Record<string, unknown>) => {
            if (entry.type === "inbound-rtp" && entry.kind === "video") frames += Number(entry.framesDecoded ?? 0);
          });
        }
        const now = performance.now();
        seen.still = frames > seen.frames ? 0 : seen.still + Math.min(now - seen.at, longestTick);
        seen.worst = Math.max(seen.worst, seen.still);
        Object.assign(seen, { frames, at: now });
      })();
    }, 100);
  }, LONGEST_TICK_MS);
}

/** The longest time without a new frame since this was asked last. */
const stillness = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const seen = (window as unknown as { yzGauge: Gauge }).yzGauge;
    const { worst } = seen;
    seen.worst = 0;
    return Math.round(worst);
  });

/** One step, and how long the pictures of the running call stood still in it. */
type During = (what: string, run: () => Promise<void>) => Promise<void>;
interface Stood {
  what: string;
  home: number;
  hospital: number;
}

/** A program that prints what it does and leaves its report in a file. */
function run(command: string, args: string[], json: string): Promise<Report | undefined> {
  return new Promise((done, failed) => {
    const child = spawn(command, [...args, "--json", json], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", failed);
    child.on("exit", (code) => {
      if (existsSync(json)) done(JSON.parse(readFileSync(json, "utf8")) as Report);
      else failed(new Error(`${command} ${args.join(" ")} ended with ${code} and left no report`));
    });
  });
}

interface Seen {
  pwned: number;
  dialogs: string[];
  foreign: string[];
  violations: string[];
}

/** Opens screens as one person and counts what became of the markup in them. */
async function look(browser: Browser, stack: Stack, role: RoleName, paths: string[], tally: Tally): Promise<void> {
  const { context, page } = await open(browser, DESK);
  const seen: Seen = { pwned: 0, dialogs: [], foreign: [], violations: [] };
  const origin = urlFor(stack, role);
  page.on("dialog", (dialog) => {
    seen.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const to = request.url();
    if (!/^(data|blob|about):/.test(to) && new URL(to).origin !== origin) seen.foreign.push(to);
  });
  await context.exposeFunction("yzTold", (what: string) => seen.violations.push(what));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      (window as unknown as { yzTold: (what: string) => void }).yzTold(
        `${event.violatedDirective} ${event.blockedURI}`,
      );
    });
  });
  await signIn(page, stack, role);
  for (const path of paths) {
    await page.goto(origin + path, { waitUntil: "domcontentloaded" });
    // Until it shows what was planted; a screen that shows none of it has this long to become one that does.
    await page
      .waitForFunction(
        () => document.body.innerText.includes("data-yz-xss") || document.querySelector("[data-yz-xss]") !== null,
        undefined,
        { timeout: quick ? 1500 : 4000 },
      )
      .catch(() => undefined);
    const found = await page.evaluate(() => ({
      elements: document.querySelectorAll("[data-yz-xss], img[src='x']").length,
      pwned: (window as unknown as { yzPwned?: number }).yzPwned !== undefined,
      links: [...document.querySelectorAll("a[href]")].filter((a) =>
        /^\s*javascript:/i.test(a.getAttribute("href") ?? ""),
      ).length,
      text: document.body.innerText.includes("data-yz-xss"),
    }));
    const at = `${role} ${path}`;
    tally.check("XSS: markup that became an element", found.elements === 0 && found.links === 0, at);
    tally.check("XSS: script that ran", !found.pwned && seen.dialogs.length === 0, `${at} ${seen.dialogs.join()}`);
    if (found.text) shown.add(at);
  }
  tally.check(
    "XSS: requests to other origins",
    seen.foreign.length === 0,
    `${role}: ${seen.foreign.slice(0, 3).join(" ")}`,
  );
  tally.check("XSS: what the policy had to stop", seen.violations.length === 0, `${role}: ${seen.violations[0] ?? ""}`);
  await context.close();
}

/** The step before all others, in which nothing is tried: how still the picture stands on this machine by itself. */
const NOTHING = "nothing yet";

/** With QUICK a few of one thing each, which show most of what others wrote. */
const chosen = (paths: string[]): string[] =>
  quick
    ? paths
        .filter((path) => /[0-9a-f-]{36}/.test(path))
        .slice(-4)
        .concat(paths.slice(0, 1))
    : paths;

/** Screens that showed the markup as the text that it is. */
const shown = new Set<string>();

/** After a sign-in that was begun by a link with a destination, the page is still ours. */
async function destinations(browser: Browser, stack: Stack, tally: Tally): Promise<void> {
  for (const role of ["pharmacist", "nurse"] as const) {
    const { context, page } = await open(browser, DESK);
    const origin = urlFor(stack, role);
    for (const word of ["next", "return", "redirect", "url"]) {
      for (const to of quick
        ? ["//evil.example/"]
        : ["https://evil.example/", "//evil.example/", "javascript:window.yzPwned=1"]) {
        await page.goto(`${origin}/?${word}=${encodeURIComponent(to)}#${to}`, { waitUntil: "domcontentloaded" });
        const pwned = await page.evaluate(() => (window as unknown as { yzPwned?: number }).yzPwned !== undefined);
        tally.check("open redirect in the page", new URL(page.url()).origin === origin && !pwned, page.url());
      }
    }
    await context.close();
  }
}

/** Another site that shows our pages in a frame, or opens them and looks in. */
async function frames(browser: Browser, stack: Stack, tally: Tally): Promise<void> {
  for (const role of ["pharmacist", "nurse"] as const) {
    const { context, page } = await open(browser, DESK);
    await page.route("http://evil.localhost/", (route) =>
      route.fulfill({ contentType: "text/html", body: `<iframe src="${urlFor(stack, role)}/"></iframe>` }),
    );
    await page.goto("http://evil.localhost/");
    await page.waitForTimeout(500);
    const inside = page.frames().find((frame) => frame !== page.mainFrame());
    const framed = await inside?.evaluate(() => document.getElementById("root") !== null).catch(() => false);
    tally.check("framed by another site", !framed, role);
    await context.close();
  }
}

/** All of it, one after the other. */
async function everything(
  browser: Browser,
  stack: Stack,
  folder: string,
  more: string[],
  tally: Tally,
  reports: Report[],
  during: During,
): Promise<void> {
  const node = join(root, "e2e/attack/attack.mjs");
  await during(NOTHING, () => new Promise((done) => setTimeout(done, quick ? 5000 : 15_000)));
  let screens: Record<string, string[]> = {};
  await during("what needs no browser", async () => {
    const report = await run(process.execPath, [node, "--without", "guessing", ...more], join(folder, "web.json"));
    if (!report) return;
    reports.push(report);
    screens = report.screens ?? {};
  });
  await during("boxes and QUIC", async () => {
    const program = process.env.YUNZHEN_ATTACK_BIN;
    if (!program) return tally.note("boxes were not tried over QUIC: YUNZHEN_ATTACK_BIN names no program");
    const of = [
      "attack",
      "--stack",
      process.env.YUNZHEN_STACK ?? "",
      ...more.filter((_, n) => !/--leg/.test(more[n] + (more[n - 1] ?? ""))),
    ];
    const report = await run(program, of, join(folder, "boxes.json"));
    if (report) reports.push(report);
  });
  for (const role of ["specialist", "nurse", "pharmacist", "pharmacy", "administrator"] as const) {
    await during(`markup on the screens of the ${role}`, () =>
      look(browser, stack, role, chosen(screens[role] ?? []), tally),
    );
  }
  await during("destinations", () => destinations(browser, stack, tally));
  await during("frames", () => frames(browser, stack, tally));
  await during("guessing", async () => {
    const report = await run(process.execPath, [node, "--only", "guessing", ...more], join(folder, "guessing.json"));
    // What it could not make a second time was made, and tried, the first time.
    if (report) reports.push({ ...report, notes: [] });
  });
}

test("nothing is let through and the call keeps its picture", async ({ browser }) => {
  test.setTimeout(quick ? 240_000 : 1_200_000);
  const stack = runningStack();
  const folder = process.env.YUNZHEN_ATTACK_REPORT ?? join(root, "target/attack");
  mkdirSync(folder, { recursive: true });
  const tally = new Tally();
  const reports: Report[] = [];

  // Of the specialist's leg at the relay, which others will try to end.
  const { desk, tablet, id } = await inACall(stack, browser);
  const leg = await desk.page.evaluate(() => {
    const names = performance.getEntriesByType("resource").map(({ name }) => name);
    return names.map((name) => /\/legs\/([^/?]+)/.exec(name)?.[1]).find((one) => one !== undefined);
  });
  await Promise.all([gauge(desk.page), gauge(tablet.page)]);

  const more = ["--consultation", id, ...(leg ? ["--leg", leg] : []), ...(quick ? ["--quick"] : [])];
  const stood: Stood[] = [];
  const during: During = (what, run) =>
    test.step(what, async () => {
      await run();
      stood.push({ what, home: await stillness(desk.page), hospital: await stillness(tablet.page) });
    });
  const unfinished = await everything(browser, stack, folder, more, tally, reports, during).catch(
    (error: unknown) => error,
  );
  const name = "the running call: its picture stood still";
  for (const { what, home, hospital } of stood) {
    if (what === NOTHING) {
      tally.note(
        `before anything was tried the home's picture stood still for ${home} ms, the hospital's for ${hospital} ms`,
      );
      continue;
    }
    tally.check(name, home < LONGEST_STILL_MS, `the home's, for ${home} ms (${what})`);
    tally.check(name, hospital < LONGEST_STILL_MS, `the hospital's, for ${hospital} ms (${what})`);
  }
  tally.note(`${shown.size} screens showed markup as the text that it is`);
  const longest = (of: "home" | "hospital") => {
    const [first] = [...stood].sort((one, other) => other[of] - one[of]);
    return first ? `${first[of]} ms (${first.what})` : "never looked at";
  };
  tally.note(
    `longest time without a new frame: the home's picture ${longest("home")}, the hospital's ${longest("hospital")}`,
  );
  const all = [...reports, tally.report];
  const report = { rows: all.flatMap(({ rows }) => rows), notes: all.flatMap(({ notes }) => notes) };
  writeFileSync(join(folder, "attack.json"), JSON.stringify({ ...report, picture: stood }, null, 2));
  const held = print(report);
  // What was refused so far is told also where something broke on the way.
  if (unfinished) throw unfinished;
  expect(held, "everything is refused").toBe(true);
  expect(shown.size, "screens that show what was planted: without any, nothing is proven of markup").toBeGreaterThan(0);
  await expectFramesAdvance(desk.page);
  await expectMovingPicture(tablet.page);
});
