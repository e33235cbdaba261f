/**
 * How deep the buffer of received sound is to be. A browser keeps it as shallow as the last seconds allow; a radio whose holes come every ten seconds breaks each of its words anew. After
 * a hole that was heard the buffer is kept as deep as that hole for three minutes, so that the next one, and what the box sends again of it, comes in time. Pure; sampling is the caller's.
 *
 * The model of `make bench-link` has the same rule with the same numbers: e2e/load/src/link/listening.rs.
 */

/** What is missing of sound each time is made up so well that nobody hears it. */
const UNHEARD_MS = 20;
/** So much beyond that within a sample is heard … */
const AUDIBLE_MS = 40;
/** … and more than this is an outage, which no buffer bridges in time. */
const OUTAGE_MS = 300;
/** As deep as what was missing, and this. */
const MARGIN_MS = 60;
const SHALLOWEST_MS = 120;
/** People still talk to each other over so much. */
const DEEPEST_MS = 280;
const REMEMBERED_MS = 180_000;

/** Cumulative figures of one received track. */
export interface SoundSample {
  at: number;
  /** All that was played, and of it what had to be made up, that as silence, and how often. */
  samples: number;
  concealed: number;
  silent: number;
  events: number;
}

/** The received sound in what `getStats` says, by track. */
export function readSound(at: number, report: Iterable<Record<string, unknown>>): Map<string, SoundSample> {
  const sounds = new Map<string, SoundSample>();
  const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
  for (const entry of report) {
    if (entry.type !== "inbound-rtp" || entry.kind !== "audio" || typeof entry.trackIdentifier !== "string") continue;
    sounds.set(entry.trackIdentifier, {
      at,
      samples: number(entry.totalSamplesReceived),
      concealed: number(entry.concealedSamples),
      silent: number(entry.silentConcealedSamples),
      events: number(entry.concealmentEvents),
    });
  }
  return sounds;
}

export class Listening {
  private last: SoundSample | undefined;
  private needed: { depth: number; at: number } | undefined;

  /** The depth in milliseconds from now on; `null`: as the browser thinks. */
  push(sample: SoundSample): number | null {
    const before = this.last;
    this.last = sample;
    const played = before ? sample.samples - before.samples : 0;
    if (before && played > 0) {
      const made = sample.concealed - sample.silent - (before.concealed - before.silent);
      const concealed = (made / played) * (sample.at - before.at);
      const missing = concealed - UNHEARD_MS * (sample.events - before.events);
      if (missing >= AUDIBLE_MS && missing < OUTAGE_MS) {
        const depth = Math.min(Math.max(Math.round(missing) + MARGIN_MS, SHALLOWEST_MS), DEEPEST_MS);
        this.needed = { depth: Math.max(depth, this.needed?.depth ?? 0), at: sample.at };
      }
    }
    if (this.needed && sample.at - this.needed.at > REMEMBERED_MS) this.needed = undefined;
    return this.needed?.depth ?? null;
  }
}

/** Keeps the buffers of a peer connection as deep as its sounds need. */
export class SoundBuffers {
  private readonly sounds = new Map<string, Listening>();

  /** A browser that cannot be told keeps its own. */
  push(peer: RTCPeerConnection, samples: ReadonlyMap<string, SoundSample>): void {
    for (const { receiver } of peer.getTransceivers()) {
      const sample = samples.get(receiver.track.id);
      if (!sample || !("jitterBufferTarget" in receiver)) continue;
      const listening = this.sounds.get(receiver.track.id) ?? new Listening();
      this.sounds.set(receiver.track.id, listening);
      const depth = listening.push(sample);
      if (receiver.jitterBufferTarget !== depth) receiver.jitterBufferTarget = depth;
    }
  }
}
