/** Finds a QR code or a DataMatrix in a grey picture. Pure; fetched only where the browser itself reads no codes (`reader.ts`). */
// ZXing reads both kinds in plain JavaScript, so under `script-src 'self'`, where iPhones and most desktops have no `BarcodeDetector`; 0.22 asks for Node 24.
import BinaryBitmap from "@zxing/library/es2015/core/BinaryBitmap";
import HybridBinarizer from "@zxing/library/es2015/core/common/HybridBinarizer";
import DataMatrixReader from "@zxing/library/es2015/core/datamatrix/DataMatrixReader";
import DecodeHintType from "@zxing/library/es2015/core/DecodeHintType";
import QRCodeReader from "@zxing/library/es2015/core/qrcode/QRCodeReader";
import RGBLuminanceSource from "@zxing/library/es2015/core/RGBLuminanceSource";

/** One byte a pixel, row by row. */
export interface Grey {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

/** Degrees by which the picture is turned from look to look: a DataMatrix is found when its sides are within ten degrees of upright. */
export const TURNS: readonly number[] = [0, 36, 72, 18, 54];

const HINTS = new Map([[DecodeHintType.TRY_HARDER, true]]);

export function greyOf({ data, width, height }: Pick<ImageData, "data" | "width" | "height">): Grey {
  const grey = new Uint8ClampedArray(width * height);
  for (let i = 0; i < grey.length; i += 1) {
    const at = i * 4;
    // Green counts twice, as the eye has it.
    grey[i] = ((data[at] ?? 0) + 2 * (data[at + 1] ?? 0) + (data[at + 2] ?? 0)) >> 2;
  }
  return { data: grey, width, height };
}

/** What the code says, with GS (0x1D) where GS1 has its separator; nothing when there is none to be read. */
export function decode(picture: Grey, degrees = 0): string | undefined {
  const { data, width, height } = degrees === 0 ? picture : turned(picture, degrees);
  const bitmap = new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(data, width, height)));
  for (const reader of [new QRCodeReader(), new DataMatrixReader()]) {
    try {
      return reader.decode(bitmap, HINTS).getText();
    } catch {
      // Its way of saying that there is none, or that it is blurred: the next look may be better.
    }
  }
  return undefined;
}

/** The square in the middle, turned; what lies outside of the picture is white. */
function turned({ data, width, height }: Grey, degrees: number): Grey {
  const side = Math.min(width, height);
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const grey = new Uint8ClampedArray(side * side).fill(255);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const [dx, dy] = [x - side / 2, y - side / 2];
      const fromX = Math.round(dx * cos - dy * sin + width / 2);
      const fromY = Math.round(dx * sin + dy * cos + height / 2);
      if (fromX < 0 || fromY < 0 || fromX >= width || fromY >= height) continue;
      grey[y * side + x] = data[fromY * width + fromX] ?? 255;
    }
  }
  return { data: grey, width: side, height: side };
}
