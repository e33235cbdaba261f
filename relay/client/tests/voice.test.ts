/** The recorder's machine, and the recorder with a fake microphone. */
import { describe, expect, it } from "vitest";
import {
  lengthWords,
  LONGEST_MS,
  VoiceRecorder,
  voiceState,
  type VoiceEnvironment,
  type VoiceEvent,
  type VoiceState,
} from "../src";

class FakeRecorder {
  state: "inactive" | "recording" = "inactive";
  ondataavailable: ((event: { data: Blob }) => void) | null = null;
  onstop: (() => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(
    readonly options: MediaRecorderOptions,
    private readonly spoken: string,
  ) {}
  start(): void {
    this.state = "recording";
  }
  stop(): void {
    if (this.state !== "recording") throw new DOMException("inactive", "InvalidStateError");
    this.state = "inactive";
    this.ondataavailable?.({ data: new Blob([this.spoken]) });
    this.onstop?.();
  }
}

class Room {
  time = 1_000_000;
  stopped = 0;
  closed = 0;
  recorder: FakeRecorder | undefined;
  ticks: (() => void)[] = [];
  refusal: DOMException | undefined;
  spoken = "sound";
  type: string | undefined = "audio/webm;codecs=opus";
  /** Held until somebody answers the browser's question. */
  gate: Promise<void> = Promise.resolve();

  readonly environment: VoiceEnvironment = {
    now: () => this.time,
    getMicrophone: async () => {
      await this.gate;
      if (this.refusal) throw this.refusal;
      return { getTracks: () => [{ stop: () => (this.stopped += 1) }] } as unknown as MediaStream;
    },
    typeOf: () => this.type,
    record: (_, options) => (this.recorder = new FakeRecorder(options, this.spoken)) as unknown as MediaRecorder,
    meter: () => ({ level: () => 0.5, close: () => void (this.closed += 1) }),
    every: (_, run) => {
      this.ticks.push(run);
      return () => (this.ticks = this.ticks.filter((one) => one !== run));
    },
  };

  pass(ms: number): void {
    this.time += ms;
    for (const tick of [...this.ticks]) tick();
  }
}

describe("the machine", () => {
  const blob = new Blob(["sound"]);
  const states: VoiceState[] = [
    { phase: "idle" },
    { phase: "asking" },
    { phase: "recording", since: 1000 },
    { phase: "recorded", blob, lengthMs: 5, takenAt: "" },
    { phase: "failed", why: "denied" },
  ];
  const events: VoiceEvent[] = [
    { type: "start" },
    { type: "granted", at: 1 },
    { type: "failed", why: "interrupted" },
    { type: "stopped", blob, at: 3000 },
    { type: "clear" },
  ];

  it("answers every pair of state and event", () => {
    const table = states.map((state) => events.map((event) => voiceState(state, event).phase));
    expect(table).toEqual([
      ["asking", "idle", "idle", "idle", "idle"],
      ["asking", "recording", "failed", "asking", "idle"],
      ["recording", "recording", "failed", "recorded", "idle"],
      ["recorded", "recorded", "recorded", "recorded", "idle"],
      ["asking", "failed", "failed", "failed", "idle"],
    ]);
  });

  it("keeps nothing that is empty or too large", () => {
    const stopped = (size: number) =>
      voiceState({ phase: "recording", since: 0 }, { type: "stopped", blob: new Blob([new Uint8Array(size)]), at: 9 });
    expect(stopped(0)).toEqual({ phase: "failed", why: "empty" });
    expect(stopped(720 * 1024 + 1)).toEqual({ phase: "failed", why: "too_large" });
    expect(stopped(720 * 1024).phase).toBe("recorded");
  });
});

describe("the recorder", () => {
  it("records, meters, stops and lets go of the microphone", async () => {
    const room = new Room();
    const recorder = new VoiceRecorder(room.environment);
    await recorder.start();
    room.pass(42_000);
    expect(recorder.getSnapshot()).toMatchObject({ level: 0.5, elapsedMs: 42_000, state: { phase: "recording" } });
    expect(room.recorder?.options).toMatchObject({ audioBitsPerSecond: 16_000 });
    recorder.stop();
    const { state } = recorder.getSnapshot();
    expect(state).toMatchObject({ phase: "recorded", lengthMs: 42_000, takenAt: new Date(1_000_000).toISOString() });
    expect(state.phase === "recorded" && state.blob.type).toBe("audio/webm");
    expect([room.stopped, room.closed, room.ticks.length]).toEqual([1, 1, 0]);
    recorder.clear();
    expect(recorder.getSnapshot().state).toEqual({ phase: "idle" });
  });

  it("stops by itself after two minutes", async () => {
    const room = new Room();
    const recorder = new VoiceRecorder(room.environment);
    await recorder.start();
    room.pass(LONGEST_MS + 80);
    expect(recorder.getSnapshot().state).toMatchObject({ phase: "recorded", lengthMs: LONGEST_MS });
  });

  it.each([
    ["NotAllowedError", "denied"],
    ["NotFoundError", "no_microphone"],
    ["NotSupportedError", "unsupported"],
  ])("says why there is no microphone: %s", async (name, why) => {
    const room = new Room();
    room.refusal = new DOMException("no", name);
    const recorder = new VoiceRecorder(room.environment);
    await recorder.start();
    expect(recorder.getSnapshot().state).toEqual({ phase: "failed", why });
    room.refusal = undefined;
    await recorder.start();
    expect(recorder.getSnapshot().state.phase).toBe("recording");
  });

  it("says when the browser cannot record, when it breaks off, and when nothing was heard", async () => {
    const room = new Room();
    room.type = undefined;
    const recorder = new VoiceRecorder(room.environment);
    await recorder.start();
    expect(recorder.getSnapshot().state).toEqual({ phase: "failed", why: "unsupported" });
    room.type = "audio/ogg;codecs=opus";
    await recorder.start();
    room.recorder?.onerror?.();
    expect(recorder.getSnapshot().state).toEqual({ phase: "failed", why: "interrupted" });
    expect(room.stopped).toBe(1);
    room.spoken = "";
    await recorder.start();
    recorder.stop();
    expect(recorder.getSnapshot().state).toEqual({ phase: "failed", why: "empty" });
  });

  it("forgets a question that is answered after it was put aside, and frees the microphone", async () => {
    const room = new Room();
    let answer = (): void => undefined;
    room.gate = new Promise((resolve) => (answer = resolve));
    const recorder = new VoiceRecorder(room.environment);
    const started = recorder.start();
    expect(recorder.getSnapshot().state.phase).toBe("asking");
    recorder.clear();
    answer();
    await started;
    expect(recorder.getSnapshot().state).toEqual({ phase: "idle" });
    expect([room.stopped, room.recorder]).toEqual([1, undefined]);
  });

  it("what is being recorded when it is put aside is not kept", async () => {
    const room = new Room();
    const recorder = new VoiceRecorder(room.environment);
    await recorder.start();
    recorder.clear();
    expect(recorder.getSnapshot().state).toEqual({ phase: "idle" });
    expect([room.stopped, room.ticks.length]).toEqual([1, 0]);
  });
});

it("says a length as people do", () => {
  expect([0, 42_900, 120_000].map(lengthWords)).toEqual(["0:00", "0:42", "2:00"]);
});
