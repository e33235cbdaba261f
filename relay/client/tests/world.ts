/** A world for `Call` and `LiveStream`: virtual clock, fake peers, a relay that answers as the contract says. */
import type { CallEnvironment, EventStreamHandlers, Moment, OpenEventStream, RoomState } from "../src";
import { ApiError } from "../src";

export class VirtualClock {
  private time = 1_000_000;
  private timers: { at: number; run: () => void; id: number }[] = [];
  private next = 1;
  readonly now = (): number => this.time;
  readonly setTimer = (run: () => void, ms: number): unknown => {
    const id = this.next++;
    this.timers.push({ at: this.time + ms, run, id });
    return id;
  };
  readonly clearTimer = (id: unknown): void => {
    this.timers = this.timers.filter((timer) => timer.id !== id);
  };
  /** Lets every promise settle that needs no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.settle();
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.time = due.at;
      this.clearTimer(due.id);
      due.run();
      await this.settle();
    }
    this.time = end;
  }
}

export class FakeTrack extends EventTarget {
  enabled = true;
  stopped = false;
  /** As of a received track: until packets come. */
  muted = true;
  constructor(
    readonly kind: "audio" | "video",
    readonly deviceId = "default",
  ) {
    super();
  }
  arrives(): void {
    this.muted = false;
    this.dispatchEvent(new Event("unmute"));
  }
  stop(): void {
    this.stopped = true;
  }
}

export class FakePeer extends EventTarget {
  connectionState = "new";
  iceConnectionState = "new";
  localDescription: { sdp: string } | null = null;
  closed = false;
  readonly transceivers: {
    kind: string;
    direction: string;
    sender: {
      track: unknown;
      replaceTrack: (track: unknown) => Promise<void>;
      getParameters: () => { encodings: RTCRtpEncodingParameters[] };
      setParameters: (parameters: { encodings: RTCRtpEncodingParameters[] }) => Promise<void>;
    };
    receiver: { track: FakeTrack };
  }[] = [];
  stats: Record<string, unknown>[] = [];
  refusesParameters = false;

  addTransceiver(trackOrKind: FakeTrack | "audio" | "video", init: { direction: string }): unknown {
    const kind = typeof trackOrKind === "string" ? trackOrKind : trackOrKind.kind;
    let parameters: { encodings: RTCRtpEncodingParameters[] } = { encodings: [{ active: true }] };
    const sender = {
      track: typeof trackOrKind === "string" ? null : (trackOrKind as unknown),
      replaceTrack: async (track: unknown): Promise<void> => {
        sender.track = track;
      },
      getParameters: () => structuredClone(parameters),
      setParameters: async (next: { encodings: RTCRtpEncodingParameters[] }): Promise<void> => {
        if (this.refusesParameters) throw new DOMException("not now", "InvalidStateError");
        parameters = next;
      },
    };
    const transceiver = { kind, direction: init.direction, sender, receiver: { track: new FakeTrack(kind) } };
    this.transceivers.push(transceiver);
    return transceiver;
  }
  getTransceivers(): unknown[] {
    return this.transceivers;
  }
  async createOffer(): Promise<{ sdp: string }> {
    return { sdp: this.transceivers.map((one) => `${one.kind}:${one.direction}`).join(" ") };
  }
  async setLocalDescription(description: { sdp: string }): Promise<void> {
    this.localDescription = description;
  }
  async setRemoteDescription(): Promise<void> {}
  async getStats(): Promise<Map<string, unknown>> {
    return new Map(this.stats.map((entry, position) => [String(position), entry]));
  }
  close(): void {
    this.closed = true;
  }
  /** The first address that works. */
  reaches(): void {
    this.iceConnectionState = "connected";
    this.dispatchEvent(new Event("iceconnectionstatechange"));
  }
  become(state: string): void {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

export interface Stream {
  url: string;
  headers: Record<string, string>;
  handlers: EventStreamHandlers;
  closed: boolean;
}

export function streams(): { opened: Stream[]; open: OpenEventStream } {
  const opened: Stream[] = [];
  const open: OpenEventStream = (url, headers, handlers) => {
    const stream = { url, headers, handlers, closed: false };
    opened.push(stream);
    return () => {
      stream.closed = true;
    };
  };
  return { opened, open };
}

export interface Sent {
  method: string;
  url: string;
  body: string;
  headers: Headers;
}

export class World {
  readonly clock = new VirtualClock();
  readonly peers: FakePeer[] = [];
  readonly sent: Sent[] = [];
  readonly memory = new Map<string, string>();
  readonly events = streams();
  readonly acquired: MediaStreamConstraints[] = [];
  readonly moments: Moment[] = [];
  legs = 0;
  /** What the next POST of an offer answers; default: a new leg. */
  answers: ((request: Sent) => Response | Promise<Response>)[] = [];
  media: (constraints: MediaStreamConstraints) => FakeTrack[] = (constraints) => [
    ...(constraints.audio ? [new FakeTrack("audio")] : []),
    ...(constraints.video ? [new FakeTrack("video")] : []),
  ];
  online: (() => void) | undefined;

  readonly environment: CallEnvironment = {
    fetch: async (input, init) => {
      const request: Sent = {
        method: init?.method ?? "GET",
        url: String(input),
        body: typeof init?.body === "string" ? init.body : "",
        headers: new Headers(init?.headers),
      };
      this.sent.push(request);
      if (request.method === "POST" && /\/legs(\?|$)/.test(request.url)) {
        const scripted = this.answers.shift();
        return scripted ? scripted(request) : this.answer();
      }
      return new Response(null, { status: 204 });
    },
    openEvents: this.events.open,
    clock: this.clock,
    random: () => 0.5,
    createPeer: () => {
      const peer = new FakePeer();
      this.peers.push(peer);
      return peer as unknown as RTCPeerConnection;
    },
    createStream: (tracks) => ({ tracks }) as unknown as MediaStream,
    getUserMedia: async (constraints) => {
      this.acquired.push(constraints);
      const tracks = this.media(constraints);
      return {
        getAudioTracks: () => tracks.filter((track) => track.kind === "audio"),
        getVideoTracks: () => tracks.filter((track) => track.kind === "video"),
      } as unknown as MediaStream;
    },
    memory: {
      get: (key) => this.memory.get(key) ?? null,
      set: (key, value) => void this.memory.set(key, value),
      remove: (key) => void this.memory.delete(key),
    },
    mark: (moment) => void this.moments.push(moment),
    onOnline: (listener) => {
      this.online = listener;
      return () => {
        this.online = undefined;
      };
    },
  };

  answer(): Response {
    this.legs += 1;
    return new Response("answer", { status: 201, headers: { "Leg-Id": `leg-${this.legs}` } });
  }

  problem(status: number, code: string): Response {
    return new Response(JSON.stringify({ title: code, status, code }), {
      status,
      headers: { "Content-Type": "application/problem+json" },
    });
  }

  get peer(): FakePeer {
    const peer = this.peers.at(-1);
    if (!peer) throw new Error("no peer yet");
    return peer;
  }

  get stream(): Stream {
    const stream = this.events.opened.at(-1);
    if (!stream) throw new Error("no event stream yet");
    return stream;
  }

  room(room: Partial<RoomState>): void {
    const full: RoomState = {
      consultation_id: "c",
      state: "open",
      participants: [],
      slots: [],
      you: "me",
      version: 1,
      ...room,
    };
    this.stream.handlers.onEvent({ event: "room", data: JSON.stringify(full) });
  }

  offers(): Sent[] {
    return this.sent.filter((request) => request.method === "POST" && /\/legs(\?|$)/.test(request.url));
  }
}

export const gone = (status: number): ApiError => new ApiError({ title: "x", status, code: `http_${status}` });
