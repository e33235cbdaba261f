import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    // Its parts are modules that only a bundler takes for such.
    server: { deps: { inline: ["@zxing/library"] } },
  },
});
