import { expect, it } from "vitest";
import { outdated, sourceOf } from "./answers";

const HERE = "https://console.test";
const ask = (path: string, more: { method?: string; mode?: RequestMode } = {}) =>
  sourceOf({ method: "GET", mode: "cors", url: new URL(path, HERE).href, ...more }, HERE);

it("answers the courier's page and its files, and nobody else's", () => {
  expect(ask("/courier/abc", { mode: "navigate" })).toBe("page");
  expect(ask("/orders/rx1", { mode: "navigate" })).toBe("network");
  expect(ask("/assets/index-1a2b.js")).toBe("file");
  expect(ask("/icon.svg")).toBe("file");
  expect(ask("https://elsewhere.test/assets/x.js")).toBe("network");
});

it("never answers what the relay says, nor a command", () => {
  for (const path of ["/api/courier-runs/run1", "/api/events", "/session/courier", "/courier-worker.js"]) {
    expect(ask(path), path).toBe("network");
  }
  expect(ask("/courier/abc", { mode: "navigate", method: "POST" })).toBe("network");
});

it("throws away its own earlier caches only", () => {
  expect(outdated(["yz-courier-a", "yz-courier-b", "other"], "yz-courier-b")).toEqual(["yz-courier-a"]);
});
