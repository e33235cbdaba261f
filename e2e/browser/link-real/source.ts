/** What Chromium's false camera and microphone play: the scene of the box's synthetic camera as Y4M, and speech as WAV; the box gets the same WAV. */
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ballPeriod, CHROMA, clockOf, paintScene, type Luma } from "./scene";
import { speech, wav } from "./voice";

export const WIDTH = 1280;
export const HEIGHT = 720;
const FPS = 30;
/** When the film was taken: any time with 32 bits to spare. */
export const FILMED = Date.UTC(2026, 0, 1);

export interface Source {
  video: string;
  audio: string;
}

/** The captured frame once more; `time` as the picture has it. */
export function frame(number: number, unixMs: number): Luma {
  return paintScene(WIDTH, HEIGHT, number, unixMs, clockOf(unixMs));
}

/** The time that stands in the film's frame. */
export const filmTime = (number: number): number => FILMED + Math.round((number * 1000) / FPS);

/** Half a gigabyte of film, which repeats where only the grain jumps, and sound for longer than a run. */
export function writeSource(folder: string, seconds: number): Source {
  const source = { video: join(folder, "room.y4m"), audio: join(folder, "speech.wav") };
  writeFileSync(source.audio, wav(speech(seconds)));
  const file = openSync(source.video, "w");
  writeSync(file, `YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FPS}:1 Ip A1:1 C420mpeg2\n`);
  const chroma = Buffer.concat([CHROMA.u, CHROMA.v].map((value) => Buffer.alloc((WIDTH / 2) * (HEIGHT / 2), value)));
  for (let number = 0; number < ballPeriod(WIDTH, HEIGHT); number += 1) {
    writeSync(file, "FRAME\n");
    writeSync(file, frame(number, filmTime(number)).data);
    writeSync(file, chroma);
  }
  closeSync(file);
  return source;
}
