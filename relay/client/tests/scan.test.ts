import { afterEach, describe, expect, it, vi } from "vitest";
import { decode, greyOf, TURNS } from "../src/scan/decode";
import { parseGs1 } from "../src/scan/gs1";
import { openReader } from "../src/scan/reader";
import { watch, type ScanProblem } from "../src/scan/watch";
import { photo } from "./pictures";

const PACK = "(01)06901234567892(17)280131(10)A2611(21)7F3";
const READ = { gtin: "06901234567892", expiry: "2028-01-31", batch: "A2611", serial: "7F3" };

/** What one look after the other sees, as the reader turns the picture. */
const looks = (...taken: Parameters<typeof photo>) => {
  const picture = photo(...taken);
  return TURNS.map((turn) => decode(picture, turn));
};

describe("where the browser reads no codes", () => {
  it.each(["gs1datamatrix", "gs1qrcode"] as const)("a pack's %s says what the wedge would type", (kind) => {
    const code = decode(photo(kind, PACK, 200, 0));
    expect(parseGs1(code ?? "", "2026-11-23")).toEqual({ ok: true, code: READ });
  });

  it.each(["qrcode", "datamatrix"] as const)("a label's %s is read small and large", (kind) => {
    for (const pixels of [90, 360]) expect(decode(photo(kind, "YZM:p-r1:1", pixels, 3))).toBe("YZM:p-r1:1");
  });

  it.each([0, 10, 27, 45, 63, 81, 110, 200, 299])(
    "a DataMatrix held at %i degrees is found within five looks",
    (degrees) => {
      expect(looks("gs1datamatrix", PACK, 200, degrees)).toContain(decode(photo("gs1datamatrix", PACK, 200, 0)));
    },
  );

  it("a picture without a code says nothing", () => {
    expect(decode({ data: new Uint8ClampedArray(64 * 64).fill(200), width: 64, height: 64 })).toBeUndefined();
    expect(looks("qrcode", "YZM:p-r1:1", 12, 0)).toEqual(TURNS.map(() => undefined));
  });

  it("colours become grey", () => {
    const data = new Uint8ClampedArray([255, 0, 0, 255, 0, 255, 0, 255]);
    expect([...greyOf({ data, width: 2, height: 1 }).data]).toEqual([63, 127]);
  });
});

describe("the reader", () => {
  afterEach(() => vi.unstubAllGlobals());

  /** A browser with the class that reads these kinds. */
  const withDetector = (...formats: string[]) => {
    const detect = vi.fn(() => Promise.resolve([{ rawValue: "by the browser" }]));
    class BarcodeDetector {
      static getSupportedFormats = () => Promise.resolve(formats);
      detect = detect;
    }
    vi.stubGlobal("BarcodeDetector", BarcodeDetector);
    vi.stubGlobal("document", { createElement: () => ({ getContext: () => null }) });
    return detect;
  };
  const video = { videoWidth: 0, videoHeight: 0 } as HTMLVideoElement;

  it("is the browser's own where it reads both kinds", async () => {
    withDetector("data_matrix", "ean_13", "qr_code");
    expect(await (await openReader())(video)).toBe("by the browser");
  });

  it("is ours where the browser has the class and reads no DataMatrix", async () => {
    const detect = withDetector("qr_code");
    expect(await (await openReader())(video)).toBeUndefined();
    expect(detect).not.toHaveBeenCalled();
  });
});

describe("a camera that cannot be had", () => {
  afterEach(() => vi.unstubAllGlobals());

  const problemWith = (navigator: object): Promise<ScanProblem> => {
    vi.stubGlobal("navigator", navigator);
    return new Promise((onProblem) =>
      watch({} as HTMLVideoElement, { onPicture: () => {}, onCode: () => {}, onProblem }),
    );
  };
  const refusing = (name: string) => ({
    mediaDevices: { getUserMedia: () => Promise.reject(new DOMException("", name)) },
  });

  it.each([
    [{}, "insecure"],
    [refusing("NotAllowedError"), "denied"],
    [refusing("NotFoundError"), "not_found"],
    [refusing("NotReadableError"), "in_use"],
  ])("says why", async (navigator, problem) => {
    expect(await problemWith(navigator)).toBe(problem);
  });
});
