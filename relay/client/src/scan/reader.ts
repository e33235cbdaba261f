/** What looks for a 2D code in the camera's picture: the browser's own `BarcodeDetector`, else a decoder of ours that is fetched then. */

export type Look = (video: HTMLVideoElement) => Promise<string | undefined>;

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const FORMATS = ["qr_code", "data_matrix"];

/** Rejects when the decoder cannot be fetched. */
export async function openReader(): Promise<Look> {
  return (await browsersOwn()) ?? fetched();
}

async function browsersOwn(): Promise<Look | undefined> {
  const Detect = (globalThis as unknown as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  // Some browsers have the class and read nothing with it, or no DataMatrix.
  const formats = (await Detect?.getSupportedFormats().catch(() => [])) ?? [];
  if (!Detect || !FORMATS.every((format) => formats.includes(format))) return undefined;
  const detector = new Detect({ formats: FORMATS });
  return async (video) => (await detector.detect(video).catch(() => []))[0]?.rawValue;
}

async function fetched(): Promise<Look> {
  const { decode, greyOf, TURNS } = await fetchDecoder();
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let looks = 0;
  return (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (!context || width === 0) return Promise.resolve(undefined);
    Object.assign(canvas, { width, height });
    context.drawImage(video, 0, 0);
    const turn = TURNS[looks++ % TURNS.length];
    return Promise.resolve(decode(greyOf(context.getImageData(0, 0, width, height)), turn));
  };
}

let fetching = false;

/** Then a page does not load itself anew because a part of it is gone: it would lose what its person has picked, and this part can be done without. */
export const isFetchingDecoder = (): boolean => fetching;

async function fetchDecoder() {
  fetching = true;
  try {
    return await import("./decode");
  } finally {
    fetching = false;
  }
}
