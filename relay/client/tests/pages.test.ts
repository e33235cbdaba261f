import { describe, expect, it } from "vitest";
import { everyPage, type PageOf } from "../src/api/pages";

describe("a list in pages", () => {
  const pages: Record<string, PageOf<number>> = {
    "": { items: [1, 2], next: "a" },
    a: { items: [], next: "b" },
    b: { items: [3], next: null },
  };

  it("is read to its end, over an empty page too", async () => {
    await expect(everyPage((cursor) => Promise.resolve(pages[cursor ?? ""] as PageOf<number>))).resolves.toEqual([
      1, 2, 3,
    ]);
  });

  it("does not run in a circle", async () => {
    await expect(everyPage(() => Promise.resolve({ items: [1], next: "a" }))).rejects.toThrow("ends where it began");
  });

  it("fails as a whole when a page fails", async () => {
    const failing = (cursor?: string) =>
      cursor ? Promise.reject(new Error("no link")) : Promise.resolve({ items: [1], next: "a" });
    await expect(everyPage(failing)).rejects.toThrow("no link");
  });
});
