import { describe, expect, it } from "vitest";
import { Call, EarlyCall } from "../src";
import { World, type FakeTrack } from "./world";

/** A page with one early call, and every call that it made. */
function page(world: World, source: "browser" | "box" = "browser"): { early: EarlyCall; made: Call[] } {
  const made: Call[] = [];
  const basePath = source === "box" ? "/page" : "/api";
  const make = (consultationId: string): Call => {
    const call = new Call({ consultationId, basePath, source, environment: world.environment });
    made.push(call);
    return call;
  };
  return { early: new EarlyCall(make, world.clock), made };
}

/** Every track that the browser opened. */
function devices(world: World): FakeTrack[] {
  const opened: FakeTrack[] = [];
  const plain = world.media;
  world.media = (constraints) => {
    const tracks = plain(constraints);
    opened.push(...tracks);
    return tracks;
  };
  return opened;
}

describe("a press whose answer is under way", () => {
  it("opens the devices and makes the offer, and sends nothing", async () => {
    const world = new World();
    const { early } = page(world);
    early.prepare("c");
    await world.clock.settle();
    expect(world.acquired).toHaveLength(1);
    expect(world.peer.localDescription?.sdp).toContain("audio:sendrecv video:sendrecv");
    expect(world.sent).toEqual([]);
    expect(world.events.opened).toEqual([]);
    expect(early.of("c")?.getSnapshot().state.phase).toBe("idle");
  });

  it("joins with the answer: the same devices, the same offer, one POST at once", async () => {
    const world = new World();
    const opened = devices(world);
    const { early, made } = page(world);
    early.prepare("c");
    await world.clock.settle();
    early.join("c");
    await world.clock.settle();
    expect(made).toHaveLength(1);
    expect(world.peers).toHaveLength(1);
    expect(world.acquired).toHaveLength(1);
    expect(world.offers()).toHaveLength(1);
    expect(world.peer.transceivers[0]?.sender.track).toBe(opened.find(({ kind }) => kind === "audio"));
    expect(world.peer.transceivers[1]?.sender.track).toBe(opened.find(({ kind }) => kind === "video"));
    world.peer.reaches();
    world.peer.become("connected");
    await world.clock.settle();
    expect(early.of("c")?.getSnapshot()).toMatchObject({
      state: { phase: "live", leg: "leg-1" },
      audio: "on",
      video: "on",
    });
    expect(world.moments).toEqual([
      "prepared",
      "devices",
      "started",
      "offered",
      "answered",
      "answer_set",
      "ice",
      "connected",
    ]);
  });

  it("joins before the devices are open, and asks the person for them once", async () => {
    const world = new World();
    const plain = world.environment.getUserMedia;
    let allow = (): void => undefined;
    const asked = new Promise<void>((resolve) => (allow = resolve));
    let questions = 0;
    world.environment.getUserMedia = async (constraints) => {
      questions += 1;
      await asked;
      return plain(constraints);
    };
    const { early } = page(world);
    early.prepare("c");
    early.join("c");
    await world.clock.settle();
    expect(world.offers()).toHaveLength(1);
    allow();
    await world.clock.settle();
    expect(questions).toBe(1);
    expect(world.peer.transceivers[1]?.sender.track).not.toBeNull();
  });

  it("leaves nothing behind when the answer is no: no leg, no devices, no connection", async () => {
    for (const opensLate of [false, true]) {
      const world = new World();
      const opened = devices(world);
      const { early } = page(world);
      early.prepare("c");
      if (!opensLate) await world.clock.settle();
      early.drop();
      await world.clock.settle();
      expect(opened.map(({ stopped }) => stopped)).toEqual([true, true]);
      expect(world.peer.closed).toBe(true);
      expect(world.sent).toEqual([]);
      expect(world.memory.size).toBe(0);
      expect(early.of("c")).toBeUndefined();
    }
  });

  it("is not waited for long with an open camera, and joins all the same when it comes late", async () => {
    const world = new World();
    const opened = devices(world);
    const { early, made } = page(world);
    early.prepare("c");
    await world.clock.advance(10_000);
    expect(opened.map(({ stopped }) => stopped)).toEqual([true, true]);
    expect(early.of("c")).toBeUndefined();
    early.join("c");
    await world.clock.settle();
    expect(made).toHaveLength(2);
    expect(world.offers()).toHaveLength(1);
    expect(early.take("c")?.getSnapshot()).toMatchObject({ audio: "on", video: "on" });
  });

  it("begins anew with the next press for somebody else", async () => {
    const world = new World();
    const opened = devices(world);
    const { early } = page(world);
    early.prepare("c");
    await world.clock.settle();
    early.prepare("d");
    await world.clock.settle();
    expect(world.peers.map(({ closed }) => closed)).toEqual([true, false]);
    expect(opened.map(({ stopped }) => stopped)).toEqual([true, true, false, false]);
    expect(early.take("c")).toBeUndefined();
    expect(early.take("d")).toBeDefined();
  });
});

describe("the screen", () => {
  it("takes the call that joined, once, and owns it", async () => {
    const world = new World();
    const { early } = page(world);
    early.join("c");
    await world.clock.settle();
    expect(early.of("c")).toBeDefined();
    const call = early.take("c");
    expect(early.take("c")).toBeUndefined();
    // What is asked of the page later does not touch what the screen shows.
    early.drop();
    await world.clock.advance(60_000);
    expect(call?.getSnapshot().state.phase).not.toBe("ended");
    expect(world.sent.some(({ method }) => method === "DELETE")).toBe(false);
  });

  it("that does not come leaves nobody in a call unseen", async () => {
    const world = new World();
    const opened = devices(world);
    const { early } = page(world);
    early.join("c");
    await world.clock.settle();
    world.peer.become("connected");
    await world.clock.advance(9_999);
    expect(opened.some(({ stopped }) => stopped)).toBe(false);
    await world.clock.advance(1);
    expect(world.sent.at(-1)).toMatchObject({ method: "DELETE", url: "/api/consultations/c/legs/leg-1" });
    expect(opened.every(({ stopped }) => stopped)).toBe(true);
    expect(world.memory.size).toBe(0);
  });

  it("that goes while the answer is under way takes the leg back when that comes", async () => {
    const world = new World();
    let answer: (response: Response) => void = () => undefined;
    world.answers = [() => new Promise((resolve) => (answer = resolve))];
    const { early } = page(world);
    early.join("c");
    await world.clock.settle();
    early.drop();
    answer(world.answer());
    await world.clock.settle();
    expect(world.sent.at(-1)).toMatchObject({ method: "DELETE", url: "/api/consultations/c/legs/leg-1" });
  });

  it("finds the leg of before a reload", async () => {
    const world = new World();
    world.memory.set("yz.leg.c", "leg-0");
    const { early } = page(world, "box");
    early.join("c");
    await world.clock.settle();
    expect(world.offers()[0]?.url).toBe("/page/consultations/c/legs?rejoin=leg-0&preview=true");
    expect(world.acquired).toEqual([]);
  });
});
