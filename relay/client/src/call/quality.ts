/** What `getStats` says, as one word a nurse understands. Pure; sampling is the caller's. */

export type QualityLevel = "good" | "weak" | "poor";

/** Cumulative figures of one moment. */
export interface StatsSample {
  at: number;
  received: number;
  lost: number;
  freezes: number;
  bytes: number;
  rttMs: number | undefined;
}

export interface QualityReport {
  level: QualityLevel;
  rtt_ms: number;
  loss_ratio: number;
  freezes: number;
  /** Received kilobits per second, all tracks. */
  kbps: number;
}

/** Sums the inbound RTP streams and takes the nominated candidate pair's round trip. */
export function readStats(at: number, report: Iterable<Record<string, unknown>>): StatsSample {
  const sample: StatsSample = { at, received: 0, lost: 0, freezes: 0, bytes: 0, rttMs: undefined };
  const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
  for (const entry of report) {
    if (entry.type === "inbound-rtp") {
      sample.received += number(entry.packetsReceived);
      sample.lost += Math.max(0, number(entry.packetsLost));
      sample.freezes += number(entry.freezeCount);
      sample.bytes += number(entry.bytesReceived);
    } else if (
      entry.type === "candidate-pair" &&
      entry.nominated === true &&
      entry.currentRoundTripTime !== undefined
    ) {
      sample.rttMs = number(entry.currentRoundTripTime) * 1000;
    }
  }
  return sample;
}

function instantLevel(rttMs: number, loss: number, freezes: number): QualityLevel {
  if (loss > 0.08 || rttMs > 800 || freezes > 1) return "poor";
  if (loss > 0.02 || rttMs > 300 || freezes > 0) return "weak";
  return "good";
}

const RANK: Record<QualityLevel, number> = { good: 0, weak: 1, poor: 2 };

/** Worsens after two samples in a row and improves after three, so that the word does not flicker. */
export class QualityMeter {
  private last: StatsSample | undefined;
  private level: QualityLevel = "good";
  private pending: QualityLevel = "good";
  private streak = 0;

  push(sample: StatsSample): QualityReport | undefined {
    const before = this.last;
    this.last = sample;
    if (!before || sample.at <= before.at) return undefined;
    const received = Math.max(0, sample.received - before.received);
    const lost = Math.max(0, sample.lost - before.lost);
    const loss = received + lost > 0 ? lost / (received + lost) : 0;
    const freezes = Math.max(0, sample.freezes - before.freezes);
    const rtt = sample.rttMs ?? 0;
    const now = instantLevel(rtt, loss, freezes);
    if (now === this.level) {
      this.streak = 0;
    } else {
      this.streak = now === this.pending ? this.streak + 1 : 1;
      if (this.streak >= (RANK[now] > RANK[this.level] ? 2 : 3)) {
        this.level = now;
        this.streak = 0;
      }
    }
    this.pending = now;
    return {
      level: this.level,
      rtt_ms: Math.round(rtt),
      loss_ratio: Math.round(loss * 10_000) / 10_000,
      freezes,
      kbps: Math.round((Math.max(0, sample.bytes - before.bytes) * 8) / (sample.at - before.at)),
    };
  }

  /** A new peer connection counts from zero again. */
  reset(): void {
    this.last = undefined;
    this.streak = 0;
  }
}
