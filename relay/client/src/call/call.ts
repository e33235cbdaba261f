/**
 * One person's leg in one consultation: explicit states, retry inside, no DOM and no React.
 * `machine.ts` decides; this file carries the effects out. `pairs.ts` keeps the media lines, `room-events.ts` the room's word.
 */
import { Http } from "../api/http";
import { toApiError } from "../api/problem";
import type { HomeCamera, Participant, RoomState } from "../api/types";
import { backoff } from "../live/clock";
import { browserEnvironment, type CallEnvironment } from "./environment";
import { acquire, type LocalMedia } from "./local-media";
import { HELD, decide, type CallEffect, type CallEvent } from "./machine";
import { makeOffering, type Offering } from "./offering";
import type { Kind, Pairs } from "./pairs";
import type { QualityReport } from "./quality";
import { QualityWatch } from "./quality-watch";
import { difference, RoomEvents } from "./room-events";
import type { CallOptions, CallSnapshot } from "./snapshot";

const SUSPECT_MS = 2_000;
const ANSWER_TIMEOUT_MS = 8_000;
/** How often joining is tried while the box cannot take part. */
const HELD_MS = 2_000;
const OWN_PRESS_HOLDS_MS = 2_000;

export class Call {
  private readonly env: CallEnvironment;
  private readonly http: Http;
  private readonly base: string;
  private readonly memoryKey: string;
  private readonly listeners = new Set<() => void>();

  private snapshot: CallSnapshot;
  private peer: RTCPeerConnection | undefined;
  private pairs: Pairs | undefined;
  /** Made by `prepare`, for the first offer. */
  private prepared: Offering | undefined;
  /** Distinguishes answers of an abandoned attempt from those of the present one. */
  private epoch = 0;
  private timer: unknown;
  private local: LocalMedia = {};
  /** Distinguishes devices that open for a call that is over from those of the present one. */
  private acquisition = 0;
  /** The devices were asked for and not let go since. */
  private acquires = false;
  private publishesHere: boolean;
  /** The tracks of `local` as one stream, made anew when they change. */
  private ownStream: MediaStream | undefined;
  private readonly roomEvents: RoomEvents;
  private readonly quality: QualityWatch;
  private toldState: Promise<void> = Promise.resolve();
  /** When this person last pressed mute or camera off: the room's word about the box is older than that for a moment. */
  private pressedAt = Number.NEGATIVE_INFINITY;
  private offOnline: (() => void) | undefined;

  constructor(private readonly options: CallOptions) {
    this.env = options.environment ?? browserEnvironment();
    this.http = new Http({ ...options.http, fetch: this.env.fetch });
    this.base = `${options.basePath}/consultations/${encodeURIComponent(options.consultationId)}`;
    this.memoryKey = `yz.leg.${options.consultationId}`;
    this.publishesHere = options.source === "browser";
    this.quality = new QualityWatch({
      clock: this.env.clock,
      onQuality: (quality) => this.update({ quality }),
      onReport: (quality) => this.report(quality),
    });
    this.roomEvents = new RoomEvents({
      url: (leg) => `${this.base}/legs/${encodeURIComponent(leg)}/events`,
      language: options.http?.language,
      environment: this.env,
      onLive: (roomLive) => this.update({ roomLive }),
      onRoom: (room) => this.onRoom(room),
      onEnded: (reason) =>
        this.dispatch(
          reason === "elsewhere" ? { type: "attempt_failed", held: "box_busy" } : { type: "room_ended", reason },
        ),
      onRefused: (why) => this.dispatch(why === "gone" ? { type: "leg_gone" } : { type: "attempt_failed", fatal: why }),
    });
    this.snapshot = {
      state: { phase: "idle" },
      since: this.env.clock.now(),
      roomLive: false,
      opening: false,
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

  /**
   * The person pressed, and whether they are let in is not known yet: opens the devices and makes the offer meanwhile. Nothing leaves this page until `start`;
   * without that, `dispose` lets go of everything.
   */
  prepare(): void {
    if (this.snapshot.state.phase !== "idle" || this.prepared) return;
    this.env.mark?.("prepared");
    void this.acquireMedia();
    try {
      this.prepared = this.makeOffer();
    } catch {
      // `start` makes another and says what is wrong.
    }
  }

  /** Joins, or rejoins the leg that this page had before a reload. */
  start(): void {
    const phase = this.snapshot.state.phase;
    if (phase !== "idle" && phase !== "ended") return;
    this.env.mark?.("started");
    this.offOnline ??= this.env.onOnline(() => this.dispatch({ type: "online" }));
    this.dispatch({ type: "start", leg: this.env.memory.get(this.memoryKey) ?? undefined });
  }

  /** What held this person up may be gone: joins now instead of at the next try. */
  tryHeld(): void {
    const { state } = this.snapshot;
    if (state.phase === "connecting" && state.held) this.dispatch({ type: "timer" });
  }

  /** Leaves the room; the others are told at once. */
  hangUp(): void {
    this.dispatch({ type: "leave" });
  }

  /** The page goes away without hanging up: keep the leg, so that a reload rejoins. */
  dispose(): void {
    this.epoch += 1;
    this.env.clock.clearTimer(this.timer);
    this.prepared?.peer.close();
    this.prepared = undefined;
    this.closePeer();
    this.roomEvents.stop();
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
    await this.pairs?.replaceOwn("video", this.local.video);
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
    await this.pairs?.replaceOwn(kind, track);
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
      await this.sendOwn();
      this.publishSelf();
    }
    await this.http.raw("POST", `${this.base}/home-camera`, { body: { camera } });
    if (this.options.source === "box" && camera !== "tablet" && this.publishesHere) {
      this.publishesHere = false;
      this.releaseMedia();
      await this.sendOwn();
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
      if (changed && state.phase === "live" && this.peer) this.quality.start(this.peer);
      else if (changed) this.quality.pause();
    }
    for (const effect of effects) this.perform(effect);
  }

  private perform(effect: CallEffect): void {
    switch (effect.do) {
      case "acquire":
        void this.acquireMedia();
        break;
      case "offer":
        // The rejoin replaces the leg, and its stream says so before the answer comes: to this page that is not the end of the call.
        if (effect.rejoin !== undefined) this.roomEvents.stop();
        void this.offer(effect.rejoin);
        break;
      case "close_peer":
        this.epoch += 1;
        this.closePeer();
        this.update({});
        break;
      case "timer": {
        const ms =
          effect.after === "suspect"
            ? SUSPECT_MS
            : effect.after === "answer_timeout"
              ? ANSWER_TIMEOUT_MS
              : effect.after === "held"
                ? HELD_MS
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
        this.roomEvents.start(effect.leg);
        break;
      case "forget":
        this.env.memory.remove(this.memoryKey);
        this.roomEvents.stop();
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
    this.snapshot = { ...this.snapshot, ...this.selfView() };
    for (const listener of [...this.listeners]) listener();
  }

  private async acquireMedia(): Promise<void> {
    // Asked for by `prepare` already: once is enough, also where the browser asks the person.
    if (!this.publishesHere || this.acquires) return;
    this.acquires = true;
    this.acquisition += 1;
    const turn = this.acquisition;
    this.update({ opening: true });
    const wanted = { audio: true, video: this.snapshot.video !== "off" };
    const media = await acquire(this.env.getUserMedia, wanted, this.snapshot.devices);
    if (turn !== this.acquisition) {
      media.audio?.stop();
      media.video?.stop();
      return;
    }
    const cameraOff = this.snapshot.video === "off";
    if (cameraOff) {
      // Pressed while the devices opened.
      media.video?.stop();
      media.video = undefined;
    }
    this.env.mark?.("devices");
    this.local = media;
    if (media.audio) media.audio.enabled = this.snapshot.audio !== "muted";
    this.update({
      opening: false,
      audio: media.audio ? (this.snapshot.audio === "muted" ? "muted" : "on") : "none",
      video: cameraOff ? "off" : media.video ? "on" : "none",
      audioProblem: media.audioProblem,
      videoProblem: media.videoProblem,
    });
    this.publishSelf();
    await this.sendOwn();
    this.sendMediaState();
  }

  private makeOffer(): Offering {
    return makeOffering(this.env, this.local, this.options.source, (peer) => {
      if (peer === this.peer) this.update({});
    });
  }

  private async offer(rejoin: string | undefined): Promise<void> {
    const epoch = this.epoch;
    const { prepared } = this;
    this.prepared = undefined;
    try {
      const { peer, pairs, sdp: making } = prepared ?? this.makeOffer();
      this.peer = peer;
      this.pairs = pairs;
      this.listen(peer, epoch);
      const sdp = await making;
      if (epoch !== this.epoch) return;
      // The devices may have opened since the lines were made.
      if (prepared) await this.sendOwn();
      this.env.mark?.("offered");
      const response = await this.http.raw("POST", `${this.base}/legs`, {
        body: sdp,
        contentType: "application/sdp",
        accept: "application/sdp",
        query: { rejoin, preview: this.options.source === "box" ? "true" : undefined },
      });
      const answer = await response.text();
      this.env.mark?.("answered");
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
      this.env.mark?.("answer_set");
      this.publishSlots();
      this.limitOwn();
      // A box keeps its own state over this page's reloads: it tells, this page only follows.
      if (this.options.source === "browser") this.sendMediaState();
    } catch (cause) {
      if (epoch !== this.epoch) return;
      const error = toApiError(cause);
      if (error.status === 401) this.dispatch({ type: "attempt_failed", fatal: "signed_out" });
      else if (error.status === 404 && rejoin !== undefined)
        this.dispatch({ type: "attempt_failed", legUnknown: true });
      else if (error.status >= 400 && error.status < 500 && error.status !== 429 && error.status !== 408) {
        const held = HELD.find((code) => code === error.code);
        if (held) return this.dispatch({ type: "attempt_failed", held });
        this.update({ refusal: error });
        this.dispatch({ type: "attempt_failed", fatal: error.code === "call_ended" ? "over" : "refused" });
      } else this.dispatch({ type: "attempt_failed" });
    }
  }

  private listen(peer: RTCPeerConnection, epoch: number): void {
    peer.addEventListener("iceconnectionstatechange", () => {
      if (epoch === this.epoch && peer.iceConnectionState === "connected") this.env.mark?.("ice");
    });
    peer.addEventListener("connectionstatechange", () => {
      if (epoch !== this.epoch) return;
      switch (peer.connectionState) {
        case "connected":
          this.env.mark?.("connected");
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
    this.quality.stop();
    // A word that hangs on a dead connection holds up no word about the next leg.
    this.toldState = Promise.resolve();
    this.peer?.close();
    this.peer = undefined;
    this.pairs = undefined;
  }

  // ---- tracks ----

  private async sendOwn(): Promise<void> {
    const { audio, video } = this.local;
    await Promise.all([this.pairs?.replaceOwn("audio", audio), this.pairs?.replaceOwn("video", video)]);
  }

  private publishSelf(): void {
    const tracks = [this.local.audio, this.local.video].filter((track) => track !== undefined);
    this.ownStream = tracks.length > 0 ? this.env.createStream(tracks) : undefined;
    this.update({});
  }

  private releaseMedia(): void {
    this.acquisition += 1;
    this.acquires = false;
    this.update({ opening: false });
    this.local.audio?.stop();
    this.local.video?.stop();
    this.local = {};
    this.publishSelf();
  }

  /** This device's tracks; without any, the box's camera while it is what the others see. */
  private selfView(): Pick<CallSnapshot, "selfStream" | "selfSource"> {
    if (this.ownStream) return { selfStream: this.ownStream, selfSource: "device" };
    const { room, video } = this.snapshot;
    const camera = room?.participants.find((participant) => participant.id === room.you)?.camera;
    const preview = video === "on" && camera !== "tablet" ? this.pairs?.preview() : undefined;
    return { selfStream: preview, selfSource: preview && "box" };
  }

  /** Participant → stream, from the relay's slot map and the order of the offer's lines. */
  private publishSlots(): void {
    const streams = new Map<string, MediaStream>();
    for (const { slot, participant_id } of this.snapshot.room?.slots ?? []) {
      const stream = this.pairs?.slot(slot);
      if (stream) streams.set(participant_id, stream);
    }
    this.update({ streams });
  }

  /** One at a time, so that the newest word is the last to arrive. */
  private sendMediaState(): void {
    this.toldState = this.toldState.then(() => {
      const { state, audio, video } = this.snapshot;
      const leg = "leg" in state ? state.leg : undefined;
      if (leg === undefined) return undefined;
      return this.http
        .raw("PUT", `${this.base}/legs/${encodeURIComponent(leg)}/media-state`, { body: { audio, video } })
        .then(
          () => undefined,
          () => undefined, // Repeated with every answer and change; the room keeps the old word until then.
        );
    });
  }

  // ---- the room ----

  private onRoom(room: RoomState): void {
    const before = this.snapshot.room;
    const notice = before ? difference(before.participants, room, this.env.clock.now()) : undefined;
    this.update({ room, ...(notice ? { notice } : {}) });
    this.publishSlots();
    this.limitOwn();
    const me = room.participants.find((participant) => participant.id === room.you);
    const settled = this.env.clock.now() - this.pressedAt > OWN_PRESS_HOLDS_MS;
    if (this.options.source === "box" && me && settled) this.followBox(me);
  }

  /** As much of the own picture as the others' links take, as the relay says. */
  private limitOwn(): void {
    void this.pairs?.limitOwn(this.snapshot.room?.send ?? "full");
    void this.pairs?.sendLow(this.snapshot.room?.send_low ?? false);
  }

  private followBox({ audio, video }: Participant): void {
    if (audio === this.snapshot.audio && video === this.snapshot.video) return;
    if (this.local.audio) this.local.audio.enabled = audio === "on";
    this.update({ audio, video });
  }

  private report({ level, rtt_ms, loss_ratio, freezes }: QualityReport): void {
    const { state } = this.snapshot;
    if (state.phase !== "live") return;
    this.http
      .raw("POST", `${this.base}/legs/${encodeURIComponent(state.leg)}/quality`, {
        body: { level, rtt_ms, loss_ratio, freezes },
      })
      .catch(() => {
        // The next report replaces it.
      });
  }
}
