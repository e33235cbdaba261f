/**
 * A voice message while it is made: `voiceState` is the machine, `VoiceRecorder` only does what it says with the microphone.
 *
 * idle → asking → recording → recorded → (sent by whoever uses it, then) idle; what goes wrong ends in `failed`, from where it begins again.
 */

/** The relay refuses more (`domain::voice_file`). */
export const LONGEST_MS = 120_000;
/** Of a document of the relay (`domain::document_files`). */
const MOST_BYTES = 720 * 1024;
/** Speech stays clear, and a minute is 120 KB: half a minute on a link that carries no talk. */
const BITS_PER_SECOND = 16_000;
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus"] as const;
const METER_MS = 100;

/** Why there is no message. */
export type VoiceFailure = "denied" | "no_microphone" | "unsupported" | "interrupted" | "empty" | "too_large";

export type VoiceState =
  | { phase: "idle" }
  | { phase: "asking" }
  | { phase: "recording"; since: number }
  | { phase: "recorded"; blob: Blob; lengthMs: number; takenAt: string }
  | { phase: "failed"; why: VoiceFailure };

export type VoiceEvent =
  | { type: "start" }
  | { type: "granted"; at: number }
  | { type: "failed"; why: VoiceFailure }
  | { type: "stopped"; blob: Blob; at: number }
  /** Away with it: it was sent, or it is made again. */
  | { type: "clear" };

/** The one transition function. What cannot happen in a state changes nothing. */
export function voiceState(state: VoiceState, event: VoiceEvent): VoiceState {
  if (event.type === "clear") return { phase: "idle" };
  switch (state.phase) {
    case "idle":
    case "failed":
      return event.type === "start" ? { phase: "asking" } : state;
    case "asking":
      if (event.type === "granted") return { phase: "recording", since: event.at };
      return event.type === "failed" ? { phase: "failed", why: event.why } : state;
    case "recording":
      if (event.type === "failed") return { phase: "failed", why: event.why };
      if (event.type !== "stopped") return state;
      if (event.blob.size === 0) return { phase: "failed", why: "empty" };
      if (event.blob.size > MOST_BYTES) return { phase: "failed", why: "too_large" };
      return {
        phase: "recorded",
        blob: event.blob,
        lengthMs: Math.min(event.at - state.since, LONGEST_MS),
        takenAt: new Date(state.since).toISOString(),
      };
    case "recorded":
      return state;
  }
}

/** What the recorder needs of the browser. Tests pass their own. */
export interface VoiceEnvironment {
  now: () => number;
  getMicrophone: () => Promise<MediaStream>;
  /** The first of these that the browser records; none where it records nothing. */
  typeOf: (types: readonly string[]) => string | undefined;
  record: (stream: MediaStream, options: MediaRecorderOptions) => MediaRecorder;
  /** How loud it is, 0 to 1. */
  meter: (stream: MediaStream) => { level: () => number; close: () => void };
  every: (ms: number, run: () => void) => () => void;
}

export interface VoiceSnapshot {
  state: VoiceState;
  /** While recording, 0 to 1. */
  level: number;
  /** While recording. */
  elapsedMs: number;
}

const SILENT = { level: 0, elapsedMs: 0 };

export class VoiceRecorder {
  private snapshot: VoiceSnapshot = { state: { phase: "idle" }, ...SILENT };
  private readonly listeners = new Set<() => void>();
  private recorder: MediaRecorder | undefined;
  private release: (() => void) | undefined;
  /** Counts recordings: what an earlier one still says is not heard. */
  private turn = 0;

  constructor(private readonly environment: VoiceEnvironment) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getSnapshot = (): VoiceSnapshot => this.snapshot;

  async start(): Promise<void> {
    const { phase } = this.snapshot.state;
    if (phase !== "idle" && phase !== "failed") return;
    const turn = (this.turn += 1);
    this.apply({ type: "start" });
    const mimeType = this.environment.typeOf(TYPES);
    if (mimeType === undefined) return this.apply({ type: "failed", why: "unsupported" });
    let stream: MediaStream;
    try {
      stream = await this.environment.getMicrophone();
    } catch (error) {
      if (turn === this.turn) this.apply({ type: "failed", why: whyNot(error) });
      return;
    }
    if (turn !== this.turn) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.record(turn, stream, mimeType);
  }

  stop(): void {
    if (this.recorder?.state === "recording") this.recorder.stop();
  }

  /** Forgets what was recorded, and stops what is being recorded. */
  clear(): void {
    this.turn += 1;
    this.recorder?.stop();
    this.done();
    this.apply({ type: "clear" });
  }

  private record(turn: number, stream: MediaStream, mimeType: string): void {
    const { environment } = this;
    const parts: Blob[] = [];
    const meter = environment.meter(stream);
    const recorder = environment.record(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
    const since = environment.now();
    const stopMeter = environment.every(METER_MS, () => {
      const elapsedMs = environment.now() - since;
      this.show({ level: meter.level(), elapsedMs });
      if (elapsedMs >= LONGEST_MS) this.stop();
    });
    this.recorder = recorder;
    this.release = () => {
      stopMeter();
      meter.close();
      for (const track of stream.getTracks()) track.stop();
    };
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.onerror = () => this.end(turn, { type: "failed", why: "interrupted" });
    recorder.onstop = () =>
      this.end(turn, {
        type: "stopped",
        // The relay looks at the bytes; the player wants the kind without the codec.
        blob: new Blob(parts, { type: mimeType.split(";")[0] }),
        at: environment.now(),
      });
    this.apply({ type: "granted", at: since });
    recorder.start();
  }

  private end(turn: number, event: VoiceEvent): void {
    if (turn !== this.turn) return;
    this.done();
    this.apply(event);
  }

  private done(): void {
    this.release?.();
    [this.release, this.recorder] = [undefined, undefined];
  }

  private apply(event: VoiceEvent): void {
    const state = voiceState(this.snapshot.state, event);
    this.snapshot = { state, ...SILENT };
    for (const listener of this.listeners) listener();
  }

  private show(now: { level: number; elapsedMs: number }): void {
    if (this.snapshot.state.phase !== "recording") return;
    this.snapshot = { ...this.snapshot, ...now };
    for (const listener of this.listeners) listener();
  }
}

function whyNot(error: unknown): VoiceFailure {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "NotReadableError" || name === "OverconstrainedError")
    return "no_microphone";
  return "unsupported";
}

/** 0:42 */
export function lengthWords(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function browserVoice(): VoiceEnvironment {
  return {
    now: () => Date.now(),
    getMicrophone: () => {
      if (!navigator.mediaDevices) return Promise.reject(new DOMException("insecure page", "NotSupportedError"));
      return navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true } });
    },
    typeOf: (types) =>
      typeof MediaRecorder === "undefined" ? undefined : types.find((type) => MediaRecorder.isTypeSupported(type)),
    record: (stream, options) => new MediaRecorder(stream, options),
    meter: (stream) => {
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      analyser.fftSize = 1024;
      context.createMediaStreamSource(stream).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      return {
        level: () => {
          analyser.getFloatTimeDomainData(samples);
          const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
          // From -60 dB to full.
          return Math.max(0, Math.min(1, 1 + Math.log10(power + 1e-12) / 6));
        },
        close: () => void context.close(),
      };
    },
    every: (ms, run) => {
      const timer = setInterval(run, ms);
      return () => clearInterval(timer);
    },
  };
}
