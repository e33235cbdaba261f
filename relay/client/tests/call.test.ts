import { describe, expect, it } from "vitest";
import { Call, type Departure, type Participant } from "../src";
import { goneFrom } from "../src/call/room-events";
import { gone, World, type FakeTrack } from "./world";

const participant = (id: string, kind: Participant["kind"], more: Partial<Participant> = {}): Participant => ({
  id,
  kind,
  display_name: id,
  audio: "on",
  video: "on",
  link: "good",
  since: "2026-11-23T08:00:00.000Z",
  ...more,
});

function nurse(world: World): Call {
  return new Call({ consultationId: "c", basePath: "/page", source: "box", environment: world.environment });
}

function specialist(world: World): Call {
  return new Call({
    consultationId: "c",
    basePath: "/api",
    source: "browser",
    environment: world.environment,
    http: { csrfToken: () => "csrf" },
  });
}

async function live(world: World, call: Call): Promise<void> {
  call.start();
  await world.clock.settle();
  world.peer.become("connected");
  await world.clock.settle();
  expect(call.getSnapshot().state.phase).toBe("live");
}

describe("joining", () => {
  it("goes from idle over connecting to live", async () => {
    const world = new World();
    const call = specialist(world);
    const phases: string[] = [];
    call.subscribe(() => {
      const { phase } = call.getSnapshot().state;
      if (phases.at(-1) !== phase) phases.push(phase);
    });
    await live(world, call);
    expect(phases).toEqual(["connecting", "live"]);
  });

  it("joins while the browser still asks for the devices, says so, and sends them as soon as they are there", async () => {
    const world = new World();
    const plain = world.environment.getUserMedia;
    let allow = (): void => undefined;
    const asked = new Promise<void>((resolve) => (allow = resolve));
    world.environment.getUserMedia = async (constraints) => {
      await asked;
      return plain(constraints);
    };
    const call = specialist(world);
    await live(world, call);
    expect(call.getSnapshot()).toMatchObject({ opening: true, audio: "none", video: "none" });
    const told = (): string[] =>
      world.sent.filter((request) => request.url.endsWith("/media-state")).map((request) => request.body);
    expect(told()).toEqual(['{"audio":"none","video":"none"}']);
    allow();
    await world.clock.settle();
    expect(call.getSnapshot()).toMatchObject({ opening: false, audio: "on", video: "on" });
    expect(world.peer.transceivers[0]?.sender.track).not.toBeNull();
    expect(world.peer.transceivers[1]?.sender.track).not.toBeNull();
    expect(told().at(-1)).toBe('{"audio":"on","video":"on"}');
    expect(world.offers()).toHaveLength(1);
  });

  it("lets go of devices that open after the person left, or whose camera was switched off meanwhile", async () => {
    for (const leaves of [true, false]) {
      const world = new World();
      const opened: FakeTrack[] = [];
      const plain = world.media;
      world.media = (constraints) => {
        const tracks = plain(constraints);
        opened.push(...tracks);
        return tracks;
      };
      const acquire = world.environment.getUserMedia;
      let allow = (): void => undefined;
      const asked = new Promise<void>((resolve) => (allow = resolve));
      world.environment.getUserMedia = async (constraints) => {
        await asked;
        return acquire(constraints);
      };
      const call = specialist(world);
      await live(world, call);
      if (leaves) call.hangUp();
      else await call.setCameraOff(true);
      allow();
      await world.clock.settle();
      expect(opened.map(({ kind, stopped }) => [kind, stopped])).toEqual([
        ["audio", leaves],
        ["video", true],
      ]);
      expect(call.getSnapshot()).toMatchObject(leaves ? { opening: false } : { audio: "on", video: "off" });
    }
  });

  it("tells the newest state of the devices last, however long an earlier word takes", async () => {
    const world = new World();
    const plain = world.environment.fetch;
    const held: (() => void)[] = [];
    world.environment.fetch = async (input, init) => {
      if (String(input).endsWith("/media-state")) await new Promise<void>((resolve) => held.push(resolve));
      return plain(input, init);
    };
    const call = specialist(world);
    await live(world, call);
    call.setMuted(true);
    call.setMuted(false);
    call.setMuted(true);
    await world.clock.settle();
    while (held.length > 0) {
      held.shift()?.();
      await world.clock.settle();
    }
    const told = world.sent.filter((request) => request.url.endsWith("/media-state"));
    expect(told.at(-1)?.body).toBe('{"audio":"muted","video":"on"}');
  });

  it("offers own publication with slot 0 first, then receiving pairs, and sends the CSRF token", async () => {
    const world = new World();
    await live(world, specialist(world));
    const [offer] = world.offers();
    expect(offer?.url).toBe("/api/consultations/c/legs");
    expect(offer?.headers.get("Content-Type")).toBe("application/sdp");
    expect(offer?.headers.get("X-CSRF-Token")).toBe("csrf");
    expect(offer?.body).toBe(
      "audio:sendrecv video:sendrecv audio:recvonly video:recvonly audio:recvonly video:recvonly video:sendonly",
    );
  });

  it("joins with sound alone when the camera is not there, and says so", async () => {
    const world = new World();
    const plain = world.media;
    world.media = (constraints) => {
      if (constraints.video) throw new DOMException("no", "NotFoundError");
      return plain(constraints);
    };
    const call = specialist(world);
    await live(world, call);
    expect(call.getSnapshot()).toMatchObject({ audio: "on", video: "none", videoProblem: "not_found" });
  });

  it("tries again with growing delays while the relay does not answer", async () => {
    const world = new World();
    world.answers = [
      () => Promise.reject(new TypeError("network")),
      () => world.problem(503, "link_down"),
      () => world.answer(),
    ];
    const call = specialist(world);
    call.start();
    await world.clock.settle();
    expect(world.offers()).toHaveLength(1);
    await world.clock.advance(499);
    expect(world.offers()).toHaveLength(1);
    await world.clock.advance(1);
    expect(world.offers()).toHaveLength(2);
    await world.clock.advance(1000);
    expect(world.offers()).toHaveLength(3);
    world.peer.become("connected");
    await world.clock.settle();
    expect(call.getSnapshot().state.phase).toBe("live");
  });

  it("waits for a box that is in another consultation and joins as soon as it is free", async () => {
    const world = new World();
    const busy = () => world.problem(409, "box_busy");
    world.answers = [busy, busy, () => world.answer()];
    const call = specialist(world);
    call.start();
    await world.clock.settle();
    expect(call.getSnapshot().state).toEqual({ phase: "connecting", attempt: 0, held: "box_busy" });
    await world.clock.advance(4_000);
    expect(world.offers()).toHaveLength(3);
    world.peer.become("connected");
    await world.clock.settle();
    expect(call.getSnapshot().state.phase).toBe("live");
  });

  it("waits on a locked tablet for whoever opens it, however long that takes, and is back at once", async () => {
    const world = new World();
    const call = nurse(world);
    await live(world, call);
    world.answers = [() => world.problem(423, "tablet_locked"), () => world.answer()];
    world.peer.become("failed");
    await world.clock.settle();
    expect(call.getSnapshot().state).toEqual({ phase: "connecting", attempt: 0, held: "tablet_locked" });
    await world.clock.advance(3_600_000);
    expect(world.offers()).toHaveLength(2);
    call.tryHeld();
    await world.clock.settle();
    expect(world.offers()).toHaveLength(3);
    world.peer.become("connected");
    await world.clock.settle();
    expect(call.getSnapshot().state.phase).toBe("live");
  });

  it("ends in words when it is refused or already over, without trying again", async () => {
    for (const [code, reason] of [
      ["room_full", "refused"],
      ["call_ended", "over"],
    ] as const) {
      const world = new World();
      world.answers = [() => world.problem(409, code)];
      const call = specialist(world);
      call.start();
      await world.clock.advance(60_000);
      expect(call.getSnapshot().state).toEqual({ phase: "ended", reason });
      expect(call.getSnapshot().refusal?.code).toBe(code);
      expect(world.offers()).toHaveLength(1);
    }
  });
});

describe("losing and finding the way back", () => {
  it("waits two seconds for the same peer, then rejoins its leg", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    world.peer.become("disconnected");
    expect(call.getSnapshot().state.phase).toBe("reconnecting");
    await world.clock.advance(1_999);
    expect(world.offers()).toHaveLength(1);
    await world.clock.advance(1);
    expect(world.offers()[1]?.url).toBe("/api/consultations/c/legs?rejoin=leg-1");
    expect(world.peers[0]?.closed).toBe(true);
    world.peer.become("connected");
    await world.clock.settle();
    expect(call.getSnapshot().state).toEqual({ phase: "live", leg: "leg-2" });
  });

  it("does not take the end of the leg that its own rejoin replaced for the end of the call", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    const old = world.stream;
    let answer: (response: Response) => void = () => undefined;
    world.answers = [() => new Promise((resolve) => (answer = resolve))];
    world.peer.become("failed");
    await world.clock.settle();
    // The relay has let the old leg go, and its answer is on its way.
    if (!old.closed) old.handlers.onEvent({ event: "ended", data: "{}" });
    expect(call.getSnapshot().state.phase).toBe("reconnecting");
    answer(world.answer());
    await world.clock.settle();
    world.peer.become("connected");
    await world.clock.settle();
    expect(call.getSnapshot().state.phase).toBe("live");
    expect(world.stream).not.toBe(old);
  });

  it("stays with the old peer when that recovers by itself", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    world.peer.become("disconnected");
    await world.clock.advance(1_000);
    world.peer.become("connected");
    await world.clock.advance(10_000);
    expect(call.getSnapshot().state).toEqual({ phase: "live", leg: "leg-1" });
    expect(world.offers()).toHaveLength(1);
  });

  it("rejoins at once when ICE failed or the leg is gone at the relay", async () => {
    for (const lose of [
      (world: World) => world.peer.become("failed"),
      (world: World) => world.stream.handlers.onClose(gone(404)),
    ]) {
      const world = new World();
      const call = specialist(world);
      await live(world, call);
      lose(world);
      await world.clock.settle();
      expect(world.offers()).toHaveLength(2);
      world.peer.become("connected");
      await world.clock.settle();
      expect(call.getSnapshot().state.phase).toBe("live");
    }
  });

  it("joins as new when the relay forgot the leg", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    world.answers = [() => world.problem(404, "leg_not_found"), () => world.answer()];
    world.peer.become("failed");
    await world.clock.settle();
    expect(world.offers().map((offer) => offer.url.split("?")[1])).toEqual([undefined, "rejoin=leg-1", undefined]);
  });

  it("rejoins after a reload of the page", async () => {
    const world = new World();
    const before = specialist(world);
    await live(world, before);
    before.dispose();
    expect(world.sent.some((request) => request.method === "DELETE")).toBe(false);
    const after = specialist(world);
    after.start();
    await world.clock.settle();
    expect(world.offers()[1]?.url).toContain("rejoin=leg-1");
  });

  it("tries at once when the browser is online again", async () => {
    const world = new World();
    world.answers = Array.from({ length: 6 }, () => () => Promise.reject(new TypeError("network")));
    const call = specialist(world);
    call.start();
    await world.clock.advance(10_000);
    const before = world.offers().length;
    world.online?.();
    await world.clock.settle();
    expect(world.offers().length).toBe(before + 1);
  });

  it("gives an answer that never connects eight seconds", async () => {
    const world = new World();
    const call = specialist(world);
    call.start();
    await world.clock.advance(8_000);
    expect(world.offers()).toHaveLength(2);
    expect(world.offers()[1]?.url).toContain("rejoin=leg-1");
    expect(call.getSnapshot().state.phase).toBe("connecting");
  });
});

describe("ending", () => {
  it("tells the relay at once when this person hangs up, and lets go of the devices", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    const track = world.peer.transceivers[0]?.sender.track as FakeTrack;
    call.hangUp();
    await world.clock.settle();
    expect(world.sent.at(-1)).toMatchObject({ method: "DELETE", url: "/api/consultations/c/legs/leg-1" });
    expect(track.stopped).toBe(true);
    expect(world.peer.closed).toBe(true);
    expect(call.getSnapshot().state).toEqual({ phase: "ended", reason: "left" });
    expect(world.memory.size).toBe(0);
  });

  it("names why the room ended", async () => {
    for (const reason of ["hang_up", "crash", "drain", "cancelled"] as const) {
      const world = new World();
      const call = specialist(world);
      await live(world, call);
      world.room({ state: "ended", ended_reason: reason });
      expect(call.getSnapshot().state).toEqual({ phase: "ended", reason });
    }
  });

  it("waits where the box went to another consultation, and returns when that is over or its own begins", async () => {
    for (const begins of [false, true]) {
      const world = new World();
      const call = specialist(world);
      await live(world, call);
      world.answers = [() => world.problem(409, "box_busy"), () => world.answer()];
      world.room({ state: "ended", ended_reason: "elsewhere" });
      expect(call.getSnapshot().state).toEqual({ phase: "connecting", attempt: 0, held: "box_busy" });
      await world.clock.advance(2_000);
      expect(world.offers()).toHaveLength(2);
      if (begins) call.tryHeld();
      await world.clock.advance(begins ? 0 : 2_000);
      expect(world.offers()).toHaveLength(3);
      world.peer.become("connected");
      await world.clock.settle();
      expect(call.getSnapshot().state.phase).toBe("live");
    }
  });

  it("leaves no ghost when the person hangs up while the answer is on its way", async () => {
    const world = new World();
    let release: (response: Response) => void = () => {};
    world.answers = [() => new Promise((resolve) => (release = resolve))];
    const call = specialist(world);
    call.start();
    await world.clock.settle();
    call.hangUp();
    release(world.answer());
    await world.clock.settle();
    expect(world.sent.at(-1)).toMatchObject({ method: "DELETE", url: "/api/consultations/c/legs/leg-1" });
    expect(call.getSnapshot().state).toEqual({ phase: "ended", reason: "left" });
  });
});

describe("the room", () => {
  it("maps participants to the slots' tracks and keeps the stream objects", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    const participants = [participant("me", "specialist"), participant("home", "home"), participant("son", "observer")];
    world.room({
      participants,
      slots: [
        { slot: 0, participant_id: "home" },
        { slot: 1, participant_id: "son" },
      ],
    });
    const first = call.getSnapshot().streams;
    const tracks = (id: string): unknown => (first.get(id) as unknown as { tracks: FakeTrack[] }).tracks;
    const track = (position: number): unknown => world.peer.transceivers[position]?.receiver.track;
    expect(tracks("home")).toEqual([track(0), track(1)]);
    expect(tracks("son")).toEqual([track(2), track(3)]);
    world.room({ participants, slots: [{ slot: 0, participant_id: "home" }], version: 2 });
    expect(call.getSnapshot().streams.get("home")).toBe(first.get("home"));
    expect(call.getSnapshot().streams.has("son")).toBe(false);
  });

  it("tells leaving from a lost connection", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    const me = participant("me", "specialist");
    world.room({ participants: [me] });
    world.room({ participants: [me, participant("home", "home")] });
    expect(call.getSnapshot().notice).toMatchObject({ kind: "joined", name: "home" });
    world.room({ participants: [me, participant("home", "home", { link: "lost" })] });
    world.room({ participants: [me] });
    expect(call.getSnapshot().notice).toMatchObject({ kind: "lost", name: "home" });
    world.room({ participants: [me, participant("home", "home")] });
    world.room({ participants: [me] });
    expect(call.getSnapshot().notice).toMatchObject({ kind: "left", name: "home" });
    world.room({ participants: [me, participant("home", "home")] });
    const departed = [
      { participant_id: "home", kind: "home" as const, display_name: "home", reason: "crash" as const },
    ];
    world.room({ participants: [me], departed });
    expect(call.getSnapshot().notice).toMatchObject({ kind: "lost", name: "home" });
    world.room({ participants: [me, participant("home", "home")] });
    world.room({ participants: [me], departed: departed.map((one) => ({ ...one, reason: "revoked" as const })) });
    expect(call.getSnapshot().notice).toMatchObject({ kind: "revoked", name: "home" });
    world.room({ participants: [me, participant("home", "home")] });
    world.room({ participants: [me], departed: departed.map((one) => ({ ...one, reason: "elsewhere" as const })) });
    expect(call.getSnapshot().notice).toMatchObject({ kind: "elsewhere", name: "home" });
  });

  it("says that the box was revoked, or is with another resident, also where a guest left before that", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    const one = (id: string, kind: Departure["kind"], reason: Departure["reason"]): Departure => ({
      participant_id: id,
      kind,
      display_name: id,
      reason,
    });
    const shown = (departed: Departure[]) => {
      world.room({ participants: [participant("me", "specialist")], departed });
      return goneFrom(call.getSnapshot().room);
    };
    const guest = one("son", "observer", "hang_up");
    expect(goneFrom(call.getSnapshot().room)).toBeUndefined();
    expect(shown([one("home", "home", "crash"), guest])).toEqual(guest);
    // The reason of a departure changes in its place: the home stays the first.
    expect(shown([one("home", "home", "revoked"), guest])).toMatchObject({ participant_id: "home", reason: "revoked" });
    expect(shown([one("home", "home", "elsewhere"), guest])).toMatchObject({ reason: "elsewhere" });
  });

  it("ignores a state that was overtaken by a newer one", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    world.room({ participants: [participant("me", "specialist")], version: 5 });
    world.room({ participants: [], version: 4 });
    expect(call.getSnapshot().room?.participants).toHaveLength(1);
  });

  it("opens its event stream again without touching the media", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    world.stream.handlers.onOpen();
    expect(call.getSnapshot().roomLive).toBe(true);
    world.stream.handlers.onClose(undefined);
    expect(call.getSnapshot().roomLive).toBe(false);
    await world.clock.advance(250);
    expect(world.events.opened).toHaveLength(2);
    expect(call.getSnapshot().state.phase).toBe("live");
  });
});

describe("own media", () => {
  it("mutes without losing the track and tells the others", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    call.setMuted(true);
    const track = world.peer.transceivers[0]?.sender.track as FakeTrack;
    expect(track.enabled).toBe(false);
    expect(call.getSnapshot().audio).toBe("muted");
    await world.clock.settle();
    expect(world.sent.at(-1)).toMatchObject({
      method: "PUT",
      url: "/api/consultations/c/legs/leg-1/media-state",
      body: JSON.stringify({ audio: "muted", video: "on" }),
    });
  });

  it("sends as much of the picture as the relay says, never touches sound, and sends all of it again", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    const people = [participant("me", "specialist"), participant("home", "home")];
    const encodings = (place: number) => world.peer.transceivers[place]?.sender.getParameters().encodings;
    let version = 1;
    const say = async (send?: "paused" | "small" | "reduced" | "full"): Promise<void> => {
      version += 1;
      world.room({ participants: people, version, ...(send ? { send } : {}) });
      await world.clock.settle();
    };
    await say("reduced");
    expect(encodings(1)).toEqual([{ active: true, scaleResolutionDownBy: 2, maxFramerate: 15, maxBitrate: 600_000 }]);
    world.peer.refusesParameters = true;
    await say("paused");
    expect(encodings(1)?.[0]?.active).toBe(true);
    world.peer.refusesParameters = false;
    await say("paused");
    expect(encodings(1)?.[0]?.active).toBe(false);
    await say();
    expect(encodings(1)).toEqual([{ active: true, scaleResolutionDownBy: 1 }]);
    expect(encodings(0)).toEqual([{ active: true }]);
  });

  it("sends a low picture beside its own while the relay says so, of the camera that is in use", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    const people = [participant("me", "specialist"), participant("home", "home")];
    const low = world.peer.transceivers[6]?.sender;
    const own = (): unknown => world.peer.transceivers[1]?.sender.track;
    expect(low?.track).toBeNull();
    world.peer.refusesParameters = true;
    world.room({ participants: people, version: 2, send_low: true });
    await world.clock.settle();
    expect(low?.track).toBeNull();
    world.peer.refusesParameters = false;
    world.room({ participants: people, version: 3, send_low: true });
    await world.clock.settle();
    expect(low?.track).toBe(own());
    expect(low?.getParameters().encodings).toEqual([
      { active: true, priority: "very-low", scaleResolutionDownBy: 4, maxFramerate: 15, maxBitrate: 150_000 },
    ]);
    await call.setDevice("video", "other");
    expect(low?.track).toBe(own());
    await call.setCameraOff(true);
    expect(low?.track).toBeNull();
    await call.setCameraOff(false);
    expect(low?.track).toBe(own());
    world.room({ participants: people, version: 4 });
    await world.clock.settle();
    expect(low?.track).toBeNull();
    expect(own()).not.toBeNull();
    expect(world.offers()).toHaveLength(1);
  });

  it("tells the encoder of a new connection what the relay said before", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    world.room({ participants: [participant("me", "specialist")], version: 2, send: "small" });
    await world.clock.settle();
    world.peer.become("failed");
    await world.clock.advance(2000);
    await world.clock.settle();
    expect(world.peers.length).toBeGreaterThan(1);
    expect(world.peer.transceivers[1]?.sender.getParameters().encodings[0]?.scaleResolutionDownBy).toBe(4);
  });

  it("switches the camera off for real and on again", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    const sender = world.peer.transceivers[1]?.sender;
    const track = sender?.track as FakeTrack;
    await call.setCameraOff(true);
    expect(track.stopped).toBe(true);
    expect(sender?.track).toBeNull();
    await call.setCameraOff(false);
    expect(sender?.track).not.toBeNull();
    expect(call.getSnapshot().video).toBe("on");
    expect(world.offers()).toHaveLength(1);
  });

  it("takes another device by replacing the track, muted if it was muted", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    call.setMuted(true);
    const old = world.peer.transceivers[0]?.sender.track as FakeTrack;
    await call.setDevice("audio", "headset");
    const now = world.peer.transceivers[0]?.sender.track as FakeTrack;
    expect(old.stopped).toBe(true);
    expect(now).not.toBe(old);
    expect(now.enabled).toBe(false);
    expect(world.acquired.at(-1)?.audio).toMatchObject({ deviceId: { exact: "headset" } });
  });

  it("at the home's tablet asks for no camera until the tablet becomes the home's source", async () => {
    const world = new World();
    const call = nurse(world);
    await live(world, call);
    expect(world.acquired).toHaveLength(0);
    expect(call.getSnapshot()).toMatchObject({ audio: "on", video: "on" });
    expect(call.getSnapshot().selfStream).toBeUndefined();
    await call.switchHomeCamera("close_up");
    expect(world.acquired).toHaveLength(0);
    await call.switchHomeCamera("tablet");
    expect(world.peer.transceivers[1]?.sender.track).not.toBeNull();
    expect(call.getSnapshot().selfStream).toBeDefined();
    const track = world.peer.transceivers[1]?.sender.track as FakeTrack;
    await call.switchHomeCamera("room");
    expect(track.stopped).toBe(true);
    expect(world.peer.transceivers[1]?.sender.track).toBeNull();
    expect(world.offers()).toHaveLength(1);
    expect(world.sent.filter((request) => request.url.endsWith("/home-camera")).map((request) => request.body)).toEqual(
      ['{"camera":"close_up"}', '{"camera":"tablet"}', '{"camera":"room"}'],
    );
  });
});

it("at the home's tablet follows what the box says of itself, but not over a fresh press", async () => {
  const world = new World();
  const call = nurse(world);
  await live(world, call);
  expect(world.sent.some((request) => request.url.endsWith("/media-state"))).toBe(false);
  world.room({ participants: [participant("me", "home", { audio: "muted" })] });
  expect(call.getSnapshot().audio).toBe("muted");
  call.setMuted(false);
  world.room({ participants: [participant("me", "home", { audio: "muted" })] });
  expect(call.getSnapshot().audio).toBe("on");
  await world.clock.advance(2_001);
  world.room({ participants: [participant("me", "home", { audio: "muted" })] });
  expect(call.getSnapshot().audio).toBe("muted");
});

describe("the box's preview at the home's tablet", () => {
  const preview = (world: World): FakeTrack => world.peer.transceivers[7]?.receiver.track as FakeTrack;
  const home = (camera: Participant["camera"], more: Partial<Participant> = {}) => ({
    participants: [participant("me", "home", { camera, ...more })],
  });

  it("is asked for with one more receiving pair at the end, at every attempt", async () => {
    const world = new World();
    const call = nurse(world);
    await live(world, call);
    world.peer.become("failed");
    await world.clock.settle();
    expect(world.offers().map((offer) => offer.url)).toEqual([
      "/page/consultations/c/legs?preview=true",
      "/page/consultations/c/legs?rejoin=leg-1&preview=true",
    ]);
    expect(world.offers()[0]?.body).toBe(`audio:sendrecv video:sendrecv${" audio:recvonly video:recvonly".repeat(3)}`);
    const other = new World();
    await live(other, specialist(other));
    expect(other.offers()[0]?.url).not.toContain("preview");
  });

  it("is the self view as soon as its picture comes; an older box sends none", async () => {
    const world = new World();
    const call = nurse(world);
    await live(world, call);
    world.room(home("room"));
    expect(call.getSnapshot()).toMatchObject({ selfStream: undefined, selfSource: undefined });
    preview(world).arrives();
    const { selfStream, selfSource } = call.getSnapshot();
    expect(selfSource).toBe("box");
    expect((selfStream as unknown as { tracks: FakeTrack[] }).tracks).toEqual([preview(world)]);
    world.room({ ...home("close_up"), version: 2 });
    expect(call.getSnapshot().selfStream).toBe(selfStream);
  });

  it("is away while the picture is off and while the tablet is the source", async () => {
    const world = new World();
    const call = nurse(world);
    await live(world, call);
    world.room(home("room"));
    preview(world).arrives();
    await call.setCameraOff(true);
    expect(call.getSnapshot().selfStream).toBeUndefined();
    await call.setCameraOff(false);
    expect(call.getSnapshot().selfSource).toBe("box");
    await call.switchHomeCamera("tablet");
    expect(call.getSnapshot().selfSource).toBe("device");
    world.room({ ...home("tablet"), version: 2 });
    await call.switchHomeCamera("room");
    expect(call.getSnapshot().selfStream).toBeUndefined();
    world.room({ ...home("room"), version: 3 });
    expect(call.getSnapshot().selfSource).toBe("box");
  });

  it("does not outlive its peer", async () => {
    const world = new World();
    const call = nurse(world);
    await live(world, call);
    preview(world).arrives();
    expect(call.getSnapshot().selfSource).toBe("box");
    world.peer.become("failed");
    await world.clock.settle();
    expect(call.getSnapshot().selfStream).toBeUndefined();
  });
});

describe("quality", () => {
  it("samples, puts the level in one word, and reports a change and every ten seconds", async () => {
    const world = new World();
    const call = specialist(world);
    await live(world, call);
    let received = 0;
    let lost = 0;
    const second = (newLost: number): void => {
      received += 100;
      lost += newLost;
      world.peer.stats = [
        { type: "inbound-rtp", packetsReceived: received, packetsLost: lost, freezeCount: 0, bytesReceived: received },
        { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.04 },
      ];
    };
    const reports = (): Record<string, unknown>[] =>
      world.sent
        .filter((request) => request.url.endsWith("/quality"))
        .map((request) => JSON.parse(request.body) as Record<string, unknown>);
    for (let sample = 0; sample < 4; sample += 1) {
      second(0);
      await world.clock.advance(2_000);
    }
    expect(call.getSnapshot().quality).toMatchObject({ level: "good", rtt_ms: 40 });
    expect(reports()).toHaveLength(1);
    for (let sample = 0; sample < 2; sample += 1) {
      second(50);
      await world.clock.advance(2_000);
    }
    expect(call.getSnapshot().quality?.level).toBe("poor");
    expect(reports().at(-1)).toMatchObject({ level: "poor", freezes: 0 });
  });
});
