/** Pictures of 2D codes as a camera has them: on a label, turned, with light that falls from one side. Test-only. */
import bwipjs from "bwip-js/node";
import type { Grey } from "../src/scan/decode";

type Kind = "qrcode" | "gs1qrcode" | "datamatrix" | "gs1datamatrix";

interface Modules {
  pixs: number[];
  pixx: number;
  pixy: number;
}

function modulesOf(kind: Kind, text: string): Modules {
  const [symbol] = bwipjs.raw(kind, text);
  if (!symbol || !("pixs" in symbol)) throw new Error(`${kind} has no modules`);
  return symbol;
}

/** In the middle, `pixels` a side, on a table of another grey than the label. */
export function photo(kind: Kind, text: string, pixels: number, degrees: number, width = 640, height = 480): Grey {
  const { pixs, pixx, pixy } = modulesOf(kind, text);
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const data = new Uint8ClampedArray(width * height);
  const side = pixels / pixx;
  data.forEach((_, at) => {
    const [dx, dy] = [(at % width) - width / 2, Math.floor(at / width) - height / 2];
    const [u, v] = [
      Math.floor((dx * cos + dy * sin) / side + pixx / 2),
      Math.floor((dy * cos - dx * sin) / side + pixy / 2),
    ];
    const outside = Math.max(-u, -v, u - pixx + 1, v - pixy + 1);
    const ink = outside <= 0 && pixs[v * pixx + u] === 1;
    // A third is lost from left to right.
    const light = 1 - (at % width) / width / 3;
    data[at] = light * (ink ? 50 : outside <= 4 ? 230 : 130);
  });
  return { data, width, height };
}
