import { defineConfig } from "@playwright/test";
import { CHROMIUM, CHROMIUM_ARGS } from "./support/browser";

/**
 * Two projects: `screens` looks at every console screen with answers made up in the page (needs only the console's dist);
 * `stack` drives the real programs, started by `scripts/stack` (see support/stack.ts).
 */
export default defineConfig({
  fullyParallel: false,
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  outputDir: "../../test-results",
  use: {
    browserName: "chromium",
    launchOptions: { executablePath: CHROMIUM, args: CHROMIUM_ARGS, ignoreDefaultArgs: ["--mute-audio"] },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
  },
  projects: [
    { name: "screens", testDir: "screens" },
    { name: "stack", testDir: "stack" },
  ],
});
