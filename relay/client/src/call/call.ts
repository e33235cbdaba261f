/**
 * One person's leg in one consultation: explicit states, retry inside, no DOM and no React.
 * `machine.ts` decides; this file carries the effects out and keeps the media tracks.
 */
import { Http, type HttpOptions } from "../api/http";
import { toApiError } from "../api/problem";
import type { HomeCamera, Participant, RoomState } from "../api/types";
import { backoff } from "../live/clock";
import { browserEnvironment, type CallEnvironment } from "./environment";
import { acquire, type DeviceChoice, type LocalMedia, type MediaProblem } from "./local-media";
import { decide, type CallEffect, type CallEvent, type CallState, type EndReason } from "./machine";
import { QualityMeter, readStats, type QualityReport } from "./quality";

const EXTRA_SLOTS = 2;
const SUSPECT_MS = 2_000;
const ANSWER_TIMEOUT_MS = 8_000;
const SAMPLE_MS = 2_000;
const REPORT_EVERY_MS = 10_000;
const OWN_PRESS_HOLDS_MS = 2_000;

export interface CallOptions {
  consultationId: string;
  /** `/api` at the console, `/page` at the box. */
  basePath: "/api" | "/page";
  /** `browser`: this device's camera and microphone. `box`: the home's box publishes; this device may take over. */
  source: "browser" | "box";
  environment?: CallEnvironment;
  http?: Pick<HttpOptions, "csrfToken" | "language" | "onSignedOut">;
  devices?: DeviceChoice;
}

/** Something another participant did, to be told in words once. */
export interface CallNotice {
  at: number;
  kind: "joined" | "left" | "lost";
  name: string;
}

export interface CallSnapshot {
  state: CallState;
  /** Since when the present phase lasts. */
  since: number;
  /** Since when the call has been up for the first time. */
  startedAt?: number;
  room?: RoomState;
  /** Whether `room` is live; false while its event stream is away. */
  roomLive: boolean;
  /** Media of the others, by participant id. Objects stay the same while the participant stays. */
  streams: ReadonlyMap<string, MediaStream>;
  /** What this device publishes, for the self view. */
  selfStream?: MediaStream;
  audio: "on" | "muted" | "none";
  video: "on" | "off" | "none";
  audioProblem?: MediaProblem;
  videoProblem?: MediaProblem;
  quality?: QualityReport;
  devices: DeviceChoice;
  notice?: CallNotice;
}

type Kind = "audio" | "video";

export class Call {
  private readonly env: CallEnvironment;
  private readonly http: Http;
  private readonly base: string;
  private readonly memoryKey: string;
  private readonly listeners = new Set<() => void>();

  private snapshot: CallSnapshot;
  private peer: RTCPeerConnection | undefined;
  /** Distinguishes answers of an abandoned attempt from those of the present one. */
  private epoch = 0;
  private timer: unknown;
  private local: LocalMedia = {};
  private publishesHere: boolean;
  private slotStreams = new Map<number, MediaStream>();
  private closeEvents: (() => void) | undefined;
  private eventsLeg: string | undefined;
  private eventsAttempt = 0;
  private eventsTimer: unknown;
  private roomVersion = 0;
  private meter = new QualityMeter();
  private sampleTimer: unknown;
  /** When this person last pressed mute or camera off: the room's word about the box is older than that for a moment. */
  private pressedAt = Number.NEGATIVE_INFINITY;
  private lastReport: { at: number; level: string } | undefined;
  private offOnline: (() => void) | undefined;

  constructor(private readonly options: CallOptions) {
    this.env = options.environment ?? browserEnvironment();
    this.http = new Http({ ...options.http, fetch: this.env.fetch });
    this.base = `${options.basePath}/consultations/${encodeURIComponent(options.consultationId)}`;
    this.memoryKey = `yz.leg.${options.consultationId}`;
    this.publishesHere = options.source === "browser";
    this.snapshot = {
      state: { phase: "idle" },
      since: this.env.clock.now(),
      roomLive: false,
      streams: new Map(),
      audio: options.source === "box" ? "on" : "none",
      video: options.source === "box" ? "on" : "none",
      devices: options.devices ?? {},
    };
  }

  get consultationId(): string {
    return this.options.consultationId;
  }
  get source(): "browser" | "box" {
    return this.options.source;
  }

  readonly getSnapshot = (): CallSnapshot => this.snapshot;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Joins, or rejoins the leg that this page had before a reload. */
  start(): void {
    const phase = this.snapshot.state.phase;
    if (phase !== "idle" && phase !== "ended") return;
    this.offOnline ??= this.env.onOnline(() => this.dispatch({ type: "online" }));
    this.dispatch({ type: "start", leg: this.env.memory.get(this.memoryKey) ?? undefined });
  }

  /** Leaves the room; the others are told at once. */
  hangUp(): void {
    this.dispatch({ type: "leave" });
  }

  /** The page goes away without hanging up: keep the leg, so that a reload rejoins. */
  dispose(): void {
    this.epoch += 1;
    this.env.clock.clearTimer(this.timer);
    this.closePeer();
    this.stopEvents();
    this.releaseMedia();
    this.offOnline?.();
    this.offOnline = undefined;
    this.snapshot = { ...this.snapshot, state: { phase: "idle" }, roomLive: false };
    this.listeners.clear();
  }

  /** Whether this page was in the call before it was reloaded. */
  static remembers(
    consultationId: string,
    memory: { get(key: string): string | null } = browserEnvironment().memory,
  ): boolean {
    return memory.get(`yz.leg.${consultationId}`) !== null;
  }

  setMuted(muted: boolean): void {
    if (this.snapshot.audio === "none") return;
    this.pressedAt = this.env.clock.now();
    if (this.local.audio) this.local.audio.enabled = !muted;
    this.update({ audio: muted ? "muted" : "on" });
    this.sendMediaState();
  }

  async setCameraOff(off: boolean): Promise<void> {
    if (this.snapshot.video === "none" && !this.publishesHere) return;
    this.pressedAt = this.env.clock.now();
    if (!this.publishesHere) {
      this.update({ video: off ? "off" : "on" });
      this.sendMediaState();
      return;
    }
    if (off) {
      // Stopping, not only disabling: the camera's own light must go out.
      this.local.video?.stop();
      this.local.video = undefined;
      this.update({ video: "off" });
    } else {
      const media = await acquire(this.env.getUserMedia, { audio: false, video: true }, this.snapshot.devices);
      this.local.video = media.video;
      this.update({ video: media.video ? "on" : "none", videoProblem: media.videoProblem });
    }
    await this.replaceTrack("video");
    this.publishSelf();
    this.sendMediaState();
  }

  /** Takes another microphone or camera without renegotiation. */
  async setDevice(kind: Kind, deviceId: string): Promise<void> {
    const devices = { ...this.snapshot.devices, [kind]: deviceId };
    this.update({ devices });
    if (!this.publishesHere || (kind === "video" && this.snapshot.video === "off")) return;
    const media = await acquire(this.env.getUserMedia, { audio: kind === "audio", video: kind === "video" }, devices);
    const track = media[kind];
    if (!track) {
      this.update(kind === "audio" ? { audioProblem: media.audioProblem } : { videoProblem: media.videoProblem });
      return;
    }
    this.local[kind]?.stop();
    this.local[kind] = track;
    if (kind === "audio") {
      track.enabled = this.snapshot.audio !== "muted";
      this.update({ audio: this.snapshot.audio === "muted" ? "muted" : "on", audioProblem: undefined });
    } else {
      this.update({ video: "on", videoProblem: undefined });
    }
    await this.replaceTrack(kind);
    this.publishSelf();
    this.sendMediaState();
  }

  /** Chooses the home's picture. `tablet` makes this device's camera and microphone the home's source. */
  async switchHomeCamera(camera: HomeCamera): Promise<void> {
    if (this.options.source === "box" && camera === "tablet" && !this.publishesHere) {
      const media = await acquire(this.env.getUserMedia, { audio: true, video: true }, this.snapshot.devices);
      if (!media.video) {
        this.update({ videoProblem: media.videoProblem, audioProblem: media.audioProblem });
        return;
      }
      this.local = media;
      this.publishesHere = true;
      if (this.local.audio) this.local.audio.enabled = this.snapshot.audio !== "muted";
      this.update({ videoProblem: undefined, audioProblem: media.audioProblem, video: "on" });
      await Promise.all([this.replaceTrack("audio"), this.replaceTrack("video")]);
      this.publishSelf();
    }
    await this.http.raw("POST", `${this.base}/home-camera`, { body: { camera } });
    if (this.options.source === "box" && camera !== "tablet" && this.publishesHere) {
      this.publishesHere = false;
      this.releaseMedia();
      await Promise.all([this.replaceTrack("audio"), this.replaceTrack("video")]);
    }
  }

  // ---- deciding and acting ----

  private dispatch(event: CallEvent): void {
    const before = this.snapshot.state;
    const { state, effects } = decide(before, event);
    if (state !== before) {
      const changed = state.phase !== before.phase;
      const now = this.env.clock.now();
      this.update({
        state,
        since: changed ? now : this.snapshot.since,
        startedAt: this.snapshot.startedAt ?? (state.phase === "live" ? now : undefined),
      });
      if (changed && state.phase === "live") this.onLive();
    }
    for (const effect of effects) this.perform(effect);
  }

  private perform(effect: CallEffect): void {
    switch (effect.do) {
      case "acquire":
        void this.acquireMedia();
        break;
      case "offer":
        void this.offer(effect.rejoin);
        break;
      case "close_peer":
        this.epoch += 1;
        this.closePeer();
        break;
      case "timer": {
        const ms =
          effect.after === "suspect"
            ? SUSPECT_MS
            : effect.after === "answer_timeout"
              ? ANSWER_TIMEOUT_MS
              : backoff(effect.attempt, this.env.random());
        this.env.clock.clearTimer(this.timer);
        this.timer = this.env.clock.setTimer(() => this.dispatch({ type: "timer" }), ms);
        break;
      }
      case "clear_timer":
        this.env.clock.clearTimer(this.timer);
        break;
      case "remember":
        this.env.memory.set(this.memoryKey, effect.leg);
        this.startEvents(effect.leg);
        break;
      case "forget":
        this.env.memory.remove(this.memoryKey);
        this.stopEvents();
        break;
      case "delete_leg":
        this.http.raw("DELETE", `${this.base}/legs/${encodeURIComponent(effect.leg)}`).catch(() => {
          // Nobody to tell: the relay notices the silent leg by itself.
        });
        break;
      case "release_media":
        this.releaseMedia();
        break;
    }
  }

  private update(change: Partial<CallSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    for (const listener of [...this.listeners]) listener();
  }

  private async acquireMedia(): Promise<void> {
    if (this.publishesHere) {
      const wanted = { audio: true, video: this.snapshot.video !== "off" };
      const media = await acquire(this.env.getUserMedia, wanted, this.snapshot.devices);
      if (this.snapshot.state.phase !== "acquiring") {
        media.audio?.stop();
        media.video?.stop();
        return;
      }
      this.local = media;
      if (media.audio) media.audio.enabled = this.snapshot.audio !== "muted";
      this.update({
        audio: media.audio ? (this.snapshot.audio === "muted" ? "muted" : "on") : "none",
        video: wanted.video ? (media.video ? "on" : "none") : "off",
        audioProblem: media.audioProblem,
        videoProblem: media.videoProblem,
      });
      this.publishSelf();
    }
    this.dispatch({ type: "media_ready" });
  }

  private async offer(rejoin: string | undefined): Promise<void> {
    const epoch = this.epoch;
    let peer: RTCPeerConnection;
    try {
      peer = this.env.createPeer();
      this.peer = peer;
      this.meter.reset();
      this.slotStreams = new Map();
      this.listen(peer, epoch);
      // Own publication and slot 0 share the first pair; the rest only receive. No renegotiation ever.
      this.addPair(peer, "sendrecv", this.local);
      for (let slot = 1; slot <= EXTRA_SLOTS; slot += 1) this.addPair(peer, "recvonly", {});
      await peer.setLocalDescription(await peer.createOffer());
      const sdp = peer.localDescription?.sdp ?? "";
      const response = await this.http.raw("POST", `${this.base}/legs`, {
        body: sdp,
        contentType: "application/sdp",
        accept: "application/sdp",
        query: { rejoin },
      });
      const answer = await response.text();
      const leg = response.headers.get("Leg-Id") ?? response.headers.get("Location")?.split("/").pop();
      if (epoch !== this.epoch) {
        // Abandoned meanwhile (left, or a newer attempt runs): do not keep a ghost in the room.
        const { state } = this.snapshot;
        if (leg && !("leg" in state && state.leg === leg)) this.perform({ do: "delete_leg", leg });
        return;
      }
      if (!leg) throw new Error("the answer names no leg");
      this.dispatch({ type: "answered", leg });
      await peer.setRemoteDescription({ type: "answer", sdp: answer });
      this.publishSlots();
      // A box keeps its own state over this page's reloads: it tells, this page only follows.
      if (this.options.source === "browser") this.sendMediaState();
    } catch (cause) {
      if (epoch !== this.epoch) return;
      const error = toApiError(cause);
      if (error.status === 401) this.dispatch({ type: "attempt_failed", fatal: "signed_out" });
      else if (error.status === 404 && rejoin !== undefined)
        this.dispatch({ type: "attempt_failed", legUnknown: true });
      else if (error.status >= 400 && error.status < 500 && error.status !== 429 && error.status !== 408) {
        this.dispatch({ type: "attempt_failed", fatal: "refused" });
      } else this.dispatch({ type: "attempt_failed" });
    }
  }

  private addPair(peer: RTCPeerConnection, direction: RTCRtpTransceiverDirection, tracks: LocalMedia): void {
    peer.addTransceiver(tracks.audio ?? "audio", { direction });
    const video = peer.addTransceiver(tracks.video ?? "video", { direction });
    // The home sends H.264 and nothing is transcoded: put it first so that the answer need not choose.
    const codecs = this.env.videoCodecs?.();
    if (codecs && typeof video.setCodecPreferences === "function") {
      const isH264 = (codec: RTCRtpCodec) =>
        codec.mimeType.toLowerCase() === "video/h264" && /42e01f/i.test(codec.sdpFmtpLine ?? "");
      video.setCodecPreferences([...codecs.filter(isH264), ...codecs.filter((codec) => !isH264(codec))]);
    }
  }

  private listen(peer: RTCPeerConnection, epoch: number): void {
    peer.addEventListener("connectionstatechange", () => {
      if (epoch !== this.epoch) return;
      switch (peer.connectionState) {
        case "connected":
          this.dispatch({ type: "peer_connected" });
          break;
        case "disconnected":
          this.dispatch({ type: "peer_disconnected" });
          break;
        case "failed":
          this.dispatch({ type: "peer_failed" });
          break;
        default:
          break;
      }
    });
  }

  private closePeer(): void {
    this.env.clock.clearTimer(this.sampleTimer);
    this.peer?.close();
    this.peer = undefined;
  }

  private onLive(): void {
    this.env.clock.clearTimer(this.sampleTimer);
    this.sampleTimer = this.env.clock.setTimer(() => void this.sample(), SAMPLE_MS);
  }

  // ---- tracks ----

  private async replaceTrack(kind: Kind): Promise<void> {
    const index = kind === "audio" ? 0 : 1;
    await this.peer?.getTransceivers()[index]?.sender.replaceTrack(this.local[kind] ?? null);
  }

  private publishSelf(): void {
    const tracks = [this.local.audio, this.local.video].filter((track) => track !== undefined);
    this.update({ selfStream: tracks.length > 0 ? this.env.createStream(tracks) : undefined });
  }

  private releaseMedia(): void {
    this.local.audio?.stop();
    this.local.video?.stop();
    this.local = {};
    this.update({ selfStream: undefined });
  }

  /** Participant → stream, from the relay's slot map and the order of the offer's m-lines. */
  private publishSlots(): void {
    const transceivers = this.peer?.getTransceivers() ?? [];
    const streams = new Map<string, MediaStream>();
    for (const { slot, participant_id } of this.snapshot.room?.slots ?? []) {
      let stream = this.slotStreams.get(slot);
      if (!stream) {
        const tracks = [transceivers[2 * slot], transceivers[2 * slot + 1]]
          .map((transceiver) => transceiver?.receiver.track)
          .filter((track) => track !== undefined);
        if (tracks.length === 0) continue;
        stream = this.env.createStream(tracks);
        this.slotStreams.set(slot, stream);
      }
      streams.set(participant_id, stream);
    }
    this.update({ streams });
  }

  private sendMediaState(): void {
    const { state, audio, video } = this.snapshot;
    const leg = "leg" in state ? state.leg : undefined;
    if (leg === undefined) return;
    this.http
      .raw("PUT", `${this.base}/legs/${encodeURIComponent(leg)}/media-state`, { body: { audio, video } })
      .catch(() => {
        // Repeated with every answer and change; the room keeps the old word until then.
      });
  }

  // ---- room events ----

  private startEvents(leg: string): void {
    if (this.eventsLeg === leg && this.closeEvents) return;
    this.stopEvents();
    this.eventsLeg = leg;
    this.eventsAttempt = 0;
    this.openEvents(leg);
  }

  private stopEvents(): void {
    this.env.clock.clearTimer(this.eventsTimer);
    this.closeEvents?.();
    this.closeEvents = undefined;
    this.eventsLeg = undefined;
  }

  private openEvents(leg: string): void {
    const language = this.options.http?.language?.();
    this.roomVersion = 0;
    this.closeEvents = this.env.openEvents(
      `${this.base}/legs/${encodeURIComponent(leg)}/events`,
      language ? { "Accept-Language": language } : {},
      {
        onOpen: () => {
          this.eventsAttempt = 0;
          this.update({ roomLive: true });
        },
        onEvent: ({ event, data }) => {
          if (event !== "room" && event !== "ended") return;
          let parsed: unknown;
          try {
            parsed = JSON.parse(data);
          } catch {
            return; // Full state each time: the next one heals.
          }
          if (event === "room") this.onRoom(parsed as RoomState);
          else this.dispatch({ type: "room_ended", reason: endReason(parsed) });
        },
        onClose: (error) => {
          this.closeEvents = undefined;
          this.update({ roomLive: false });
          if (error?.status === 401) {
            this.dispatch({ type: "attempt_failed", fatal: "signed_out" });
            return;
          }
          if (error?.status === 404 || error?.status === 410) {
            this.eventsLeg = undefined;
            this.dispatch({ type: "leg_gone" });
            return;
          }
          this.eventsAttempt += 1;
          this.eventsTimer = this.env.clock.setTimer(
            () => this.openEvents(leg),
            backoff(this.eventsAttempt, this.env.random(), 250, 4000),
          );
        },
      },
    );
  }

  private onRoom(room: RoomState): void {
    // States may overtake each other; a stream that was opened anew begins with the present one.
    if (room.version < this.roomVersion) return;
    this.roomVersion = room.version;
    const before = this.snapshot.room;
    const notice = before ? difference(before.participants, room, this.env.clock.now()) : undefined;
    this.update({ room, ...(notice ? { notice } : {}) });
    this.publishSlots();
    const me = room.participants.find((participant) => participant.id === room.you);
    const settled = this.env.clock.now() - this.pressedAt > OWN_PRESS_HOLDS_MS;
    if (this.options.source === "box" && me && settled) this.followBox(me);
    if (room.state === "ended") this.dispatch({ type: "room_ended", reason: endReason(room) });
  }

  private followBox({ audio, video }: Participant): void {
    if (audio === this.snapshot.audio && video === this.snapshot.video) return;
    if (this.local.audio) this.local.audio.enabled = audio === "on";
    this.update({ audio, video });
  }

  // ---- quality ----

  private async sample(): Promise<void> {
    const { peer, epoch } = this;
    if (!peer || this.snapshot.state.phase !== "live") return;
    const stats = await peer.getStats();
    if (epoch !== this.epoch || this.snapshot.state.phase !== "live") return;
    const entries: Record<string, unknown>[] = [];
    stats.forEach((entry: Record<string, unknown>) => entries.push(entry));
    const now = this.env.clock.now();
    const quality = this.meter.push(readStats(now, entries));
    if (quality) {
      this.update({ quality });
      this.report(quality, now);
    }
    this.sampleTimer = this.env.clock.setTimer(() => void this.sample(), SAMPLE_MS);
  }

  private report(quality: QualityReport, now: number): void {
    const last = this.lastReport;
    if (last && last.level === quality.level && now - last.at < REPORT_EVERY_MS) return;
    this.lastReport = { at: now, level: quality.level };
    const { state } = this.snapshot;
    if (state.phase !== "live") return;
    const { level, rtt_ms, loss_ratio, freezes } = quality;
    this.http
      .raw("POST", `${this.base}/legs/${encodeURIComponent(state.leg)}/quality`, {
        body: { level, rtt_ms, loss_ratio, freezes },
      })
      .catch(() => {
        // The next report replaces it.
      });
  }
}

function endReason(value: unknown): EndReason {
  const reason =
    value && typeof value === "object"
      ? ((value as { ended_reason?: unknown; reason?: unknown }).ended_reason ?? (value as { reason?: unknown }).reason)
      : undefined;
  return reason === "crash" || reason === "drain" || reason === "cancelled" ? reason : "hang_up";
}

function difference(before: Participant[], room: RoomState, at: number): CallNotice | undefined {
  const gone = before.find((old) => old.id !== room.you && !room.participants.some((now) => now.id === old.id));
  if (gone) {
    const told = room.departed?.find((departure) => departure.participant_id === gone.id);
    const crashed = told ? told.reason === "crash" : gone.link === "lost";
    return { at, kind: crashed ? "lost" : "left", name: gone.display_name };
  }
  const came = room.participants.find((now) => now.id !== room.you && !before.some((old) => old.id === now.id));
  return came ? { at, kind: "joined", name: came.display_name } : undefined;
}
