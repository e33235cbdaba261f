/** The tone of a call: two notes, again and again, made by Web Audio so that no file must be loaded. */
const EVERY_MS = 1600;
const NOTES: readonly [afterS: number, hz: number][] = [
  [0, 880],
  [0.28, 660],
  [0.56, 880],
];
const LENGTH_S = 0.22;

/** What of Web Audio is needed; a test gives its own. */
export type AudioMaker = () => AudioContext;

export class Alarm {
  private context: AudioContext | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly make: AudioMaker = () => new AudioContext()) {}

  /** Rings until `stop`. Browsers keep a page silent that nobody has touched: `blocked` then says so. */
  async start(): Promise<void> {
    if (this.timer !== undefined) return;
    this.timer = setInterval(() => this.ring(), EVERY_MS);
    await this.unblock();
    this.ring();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Called from a press, it makes the browser let the sound through. */
  async unblock(): Promise<void> {
    try {
      this.context ??= this.make();
      // Never settles where nobody has touched the page, so nothing waits for it for long.
      await Promise.race([this.context.resume(), new Promise((done) => setTimeout(done, 300))]);
    } catch {
      // Without sound the screen alone calls; `blocked` says it.
    }
  }

  get blocked(): boolean {
    return this.context?.state !== "running";
  }

  private ring(): void {
    const context = this.context;
    if (!context || context.state !== "running" || this.timer === undefined) return;
    for (const [after, hz] of NOTES) {
      const from = context.currentTime + after;
      const tone = context.createOscillator();
      const loudness = context.createGain();
      tone.frequency.value = hz;
      // Faded in and out: a hard edge is heard as a click.
      loudness.gain.setValueAtTime(0, from);
      loudness.gain.linearRampToValueAtTime(0.5, from + 0.02);
      loudness.gain.linearRampToValueAtTime(0, from + LENGTH_S);
      tone.connect(loudness).connect(context.destination);
      tone.start(from);
      tone.stop(from + LENGTH_S);
    }
  }
}
