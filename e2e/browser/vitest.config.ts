import { defineConfig } from "vitest/config";

// Unit tests of what the benchmarks compute; *.spec.ts are Playwright's.
export default defineConfig({ test: { include: ["glass/*.test.ts", "link-real/*.test.ts"], environment: "node" } });
