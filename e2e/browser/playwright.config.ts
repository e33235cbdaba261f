import { defineConfig, type PlaywrightTestConfig } from "@playwright/test";
import { CHROMIUM, CHROMIUM_ARGS, CHROMIUM_SHELL } from "./support/browser";

/**
 * By default two projects: `screens` looks at every screen of both applications with made-up answers (needs only their
 * `dist`; without traces, which would double its time); `stack` drives the real programs, started by `scripts/stack.mjs` (see support/stack.ts).
 * `glass` (make bench-glass), `link-real` (make bench-link-real), `screenshots` (make screenshots), `attack` (make attack) and `file-camera` (scripts/test.sh, with a stack of its own)
 * exist only when they are asked for by name.
 */
const ON_REQUEST = ["attack", "glass", "screenshots", "file-camera", "link-real"];
// Workers load this file again without the command line, so what was asked for travels in the environment.
const asked = (process.env.YUNZHEN_PROJECTS ??= ON_REQUEST.filter((name) =>
  process.argv.some((word) => word === name || word === `--project=${name}`),
).join(","));

const launch = (executablePath: string) => ({
  executablePath,
  args: CHROMIUM_ARGS,
  ignoreDefaultArgs: ["--mute-audio"],
});

/** Sheets stand where they will be at once, as for a person who asked for less motion: nothing is waited for, and no colour is measured half faded. */
const STILL = { reducedMotion: "reduce" } as const;

const USES: Record<string, PlaywrightTestConfig["use"]> = {
  screens: { trace: "off", launchOptions: launch(CHROMIUM_SHELL), contextOptions: STILL },
  // `make test` gives a second try, and writing down every first one would cost it minutes. By hand: `--trace on`.
  stack: { trace: "on-first-retry", contextOptions: STILL },
  // What is written down beside a measure is measured too.
  attack: { trace: "off", screenshot: "off" },
  glass: { trace: "off", screenshot: "off" },
  "link-real": { trace: "off", screenshot: "off" },
};

export default defineConfig({
  fullyParallel: false,
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  outputDir: "../../test-results",
  use: {
    browserName: "chromium",
    launchOptions: launch(CHROMIUM),
    actionTimeout: 20_000,
    navigationTimeout: 20_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
  },
  projects: ["screens", "stack", ...asked.split(",").filter((name) => name !== "")].map((name) => ({
    name,
    testDir: name,
    // Beside a spec may stand unit tests, which are vitest's.
    testMatch: "**/*.spec.ts",
    use: USES[name] ?? {},
  })),
});
