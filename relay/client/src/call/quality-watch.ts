/** Samples a live peer connection, says when a report is due and keeps its sound's buffers as deep as need be. What is measured and judged is `quality.ts` and `listening.ts`. */
import type { CallEnvironment } from "./environment";
import { readSound, SoundBuffers } from "./listening";
import { QualityMeter, readStats, type QualityReport } from "./quality";

const SAMPLE_MS = 2_000;
const REPORT_EVERY_MS = 10_000;

export interface QualityWatchOptions {
  clock: CallEnvironment["clock"];
  onQuality(quality: QualityReport): void;
  /** A change of the level, or ten seconds after the last report. */
  onReport(quality: QualityReport): void;
}

export class QualityWatch {
  private readonly meter = new QualityMeter();
  private buffers = new SoundBuffers();
  private peer: RTCPeerConnection | undefined;
  private timer: unknown;
  private reported: { at: number; level: string } | undefined;

  constructor(private readonly options: QualityWatchOptions) {}

  /** From now on this peer; a new one counts from zero again. */
  start(peer: RTCPeerConnection): void {
    if (peer !== this.peer) {
      this.meter.reset();
      this.buffers = new SoundBuffers();
    }
    this.peer = peer;
    this.next();
  }

  pause(): void {
    this.options.clock.clearTimer(this.timer);
    this.timer = undefined;
  }

  stop(): void {
    this.pause();
    this.peer = undefined;
  }

  private next(): void {
    this.pause();
    this.timer = this.options.clock.setTimer(() => void this.sample(), SAMPLE_MS);
  }

  private async sample(): Promise<void> {
    const { peer, timer } = this;
    if (!peer) return;
    const stats = await peer.getStats();
    // Paused, stopped or started anew meanwhile.
    if (timer !== this.timer || peer !== this.peer) return;
    const entries: Record<string, unknown>[] = [];
    stats.forEach((entry: Record<string, unknown>) => entries.push(entry));
    const now = this.options.clock.now();
    this.buffers.push(peer, readSound(now, entries));
    const quality = this.meter.push(readStats(now, entries));
    if (quality) {
      this.options.onQuality(quality);
      const last = this.reported;
      if (last?.level !== quality.level || now - last.at >= REPORT_EVERY_MS) {
        this.reported = { at: now, level: quality.level };
        this.options.onReport(quality);
      }
    }
    this.next();
  }
}
