import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { contrast, createI18n, en, keyPaths, meaningColours, palettes, surfaces, zh } from "../src";

afterEach(() => vi.unstubAllGlobals());

describe("words", () => {
  it("exist in both languages with the same blanks", () => {
    expect(keyPaths(en)).toEqual(keyPaths(zh));
  });

  it("exist for every key that the shared components use", () => {
    const i18n = createI18n({ zh: {}, en: {} });
    const folder = join(import.meta.dirname, "../src/ui");
    const missing = readdirSync(folder)
      .filter((name) => name.endsWith(".tsx"))
      .flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(/\bt\(\s*"([^"]+)"/g)])
      .map((match) => match[1] ?? "")
      .filter((key) => !i18n.exists(key));
    expect(missing).toEqual([]);
  });

  it("change with the language that another tab of this browser chose", () => {
    const window = new EventTarget();
    vi.stubGlobal("window", window);
    const i18n = createI18n({ zh: {}, en: {} });
    const told = (key: string, newValue: string) =>
      window.dispatchEvent(Object.assign(new Event("storage"), { key, newValue }));
    told("yz.other", "en");
    expect(i18n.language).toBe("zh");
    told("yz.language", "en");
    expect(i18n.language).toBe("en");
  });

  it("of a resident without a bed do not say bed twice", () => {
    const own = { line: "{{name}}（{{bed, lowerBed}}）" };
    const i18n = createI18n({ zh: own, en: own });
    const told = (bed: string) => [i18n.t("bed", { bed }), i18n.t("app:line", { name: "王", bed })];
    expect([told("301-1"), told("待分配")]).toEqual([
      ["301-1 床", "王（301-1 床）"],
      ["床位待分配", "王（床位待分配）"],
    ]);
    void i18n.changeLanguage("en");
    expect([told("301-1"), told("待分配")]).toEqual([
      ["Bed 301-1", "王（bed 301-1）"],
      ["Bed not assigned", "王（bed not assigned）"],
    ]);
  });

  it("are Chinese first", () => {
    expect(createI18n({ zh: {}, en: {} }).t("app.name")).toBe("云诊");
  });
});

describe("colours", () => {
  it("of every meaning can be read on their tint and on the card, in light and dark", () => {
    for (const [meaning, { light, dark }] of Object.entries(meaningColours)) {
      for (const [[text, tint], surface] of [[light, surfaces.light] as const, [dark, surfaces.dark] as const]) {
        expect(contrast(text, tint), `${meaning} on tint`).toBeGreaterThanOrEqual(4.5);
        expect(contrast(text, surface.card), `${meaning} on card`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it("of text and quiet text can be read on every surface", () => {
    for (const surface of Object.values(surfaces)) {
      for (const background of [surface.page, surface.card, surface.raised]) {
        expect(contrast(surface.text, background)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(surface.dimmed, background)).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it("of filled buttons carry white text", () => {
    for (const palette of [palettes.teal, palettes.red, palettes.green, palettes.amber]) {
      expect(contrast(palette[6], "#ffffff")).toBeGreaterThanOrEqual(4.5);
    }
  });
});
