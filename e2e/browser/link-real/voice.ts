/**
 * Something like speech that never pauses: as clinic-agent/src/capture/voice.rs, but without the breaths between phrases and with syllables that
 * do not fall to nothing. Any 60 ms of it that are silent where it is heard are a gap that the way made.
 */

export const RATE = 48_000;
/** The quietest 10 ms of it stay above this share of full scale; a quarter of it is silence. */
export const QUIETEST = 0.1;
export const SILENT = QUIETEST / 4;

const SYLLABLE = 0.24;
const VOWELS: [number, number][] = [
  [730, 1090],
  [530, 1840],
  [270, 2290],
  [570, 840],
  [300, 870],
];

/** A filter with one resonance. */
function resonance(): (x: number, frequency: number, bandwidth: number) => number {
  let y1 = 0;
  let y2 = 0;
  return (x, frequency, bandwidth) => {
    const r = Math.exp((-Math.PI * bandwidth) / RATE);
    const y = x * (1 - r) + 2 * r * Math.cos((2 * Math.PI * frequency) / RATE) * y1 - r * r * y2;
    [y2, y1] = [y1, y];
    return y;
  };
}

export function speech(seconds: number): Int16Array<ArrayBuffer> {
  const samples = new Int16Array(Math.round(seconds * RATE));
  const [first, second] = [resonance(), resonance()];
  let phase = 0;
  let noise = 0;
  const hiss = (): number => {
    noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) >>> 0;
    return (noise >>> 8) / 2 ** 23 - 1;
  };
  for (let n = 0; n < samples.length; n += 1) {
    const time = n / RATE;
    const syllable = Math.floor(time / SYLLABLE);
    const within = (time / SYLLABLE) % 1;
    const envelope = 0.35 + 0.65 * Math.sin(within * Math.PI) ** 0.6;
    phase += (118 + 22 * Math.sin(time * 1.7) - 14 * within) / RATE;
    const pulse = phase >= 1 ? 60 : 0;
    if (phase >= 1) phase -= 1;
    const [f1, f2] = VOWELS[(Math.imul(syllable, 2_654_435_761) >>> 16) % VOWELS.length] ?? [500, 1500];
    const excited = pulse + hiss() * 0.01;
    const voiced = first(excited, f1, 90) + 0.6 * second(excited, f2, 120);
    const consonant = hiss() * (within < 0.15 ? 0.12 : 0.05);
    samples[n] = Math.round(Math.tanh((voiced * 0.5 + consonant) * envelope) * 20_000);
  }
  return samples;
}

/** One channel of 16 bits. */
export function wav(samples: Int16Array<ArrayBuffer>): Buffer {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer)]);
}

/** Root mean square of each 10 ms, as a share of full scale. */
export function levels(samples: Int16Array): number[] {
  const block = RATE / 100;
  return Array.from({ length: Math.floor(samples.length / block) }, (_, n) => {
    let sum = 0;
    for (const sample of samples.subarray(n * block, (n + 1) * block)) sum += (sample / 32_768) ** 2;
    return Math.sqrt(sum / block);
  });
}
