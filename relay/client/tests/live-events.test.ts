import { describe, expect, it } from "vitest";
import { EventParser, LiveEvents, LiveStream, openEventStreamWith, type ServerEvent } from "../src";
import { gone, streams, VirtualClock } from "./world";

function setUp() {
  const clock = new VirtualClock();
  const { opened, open } = streams();
  const outdated: string[] = [];
  const live = new LiveEvents({
    clock,
    open,
    random: () => 0.5,
    queries: { invalidateQueries: (filters) => outdated.push((filters?.queryKey ?? ["*"]).join("/")) },
  });
  return { clock, opened, outdated, live };
}

const change = (entity: string, seq: number): ServerEvent => ({
  event: "change",
  id: String(seq),
  data: JSON.stringify({ seq, at: "", kind: `${entity}.changed`, entity, entity_id: "x" }),
});

describe("LiveEvents", () => {
  it("outdates the queries that show what changed", async () => {
    const { clock, opened, outdated, live } = setUp();
    live.start();
    opened[0]?.handlers.onOpen();
    expect(live.getState().phase).toBe("live");
    await clock.advance(20);
    outdated.length = 0;
    opened[0]?.handlers.onEvent(change("delivery", 7));
    await clock.advance(20);
    expect(outdated).toEqual(["deliveries", "prescriptions", "audit"]);
    // The way of a prescription turns round when a batch of it is called back.
    outdated.length = 0;
    opened[0]?.handlers.onEvent(change("recall", 8));
    await clock.advance(20);
    expect(outdated).toContain("prescriptions");
  });

  it("fetches once what several changes of one press outdate", async () => {
    const { clock, opened, outdated, live } = setUp();
    live.start();
    opened[0]?.handlers.onOpen();
    await clock.advance(20);
    outdated.length = 0;
    opened[0]?.handlers.onEvent(change("note", 7));
    await clock.advance(5);
    opened[0]?.handlers.onEvent(change("resident", 8));
    await clock.advance(15);
    expect(outdated).toEqual(["residents", "audit", "eligibility", "visits", "doses"]);
    await clock.advance(60);
    expect(outdated).toHaveLength(5);
  });

  it("loses nothing of what was told just before it is stopped", async () => {
    const { clock, opened, outdated, live } = setUp();
    live.start();
    opened[0]?.handlers.onOpen();
    await clock.advance(20);
    outdated.length = 0;
    opened[0]?.handlers.onEvent(change("note", 7));
    live.stop();
    expect(outdated).toEqual(["residents", "audit"]);
    await clock.advance(60);
    expect(outdated).toHaveLength(2);
  });

  it("reads the boxes anew when one comes or goes, and goes on after the last id that it saw", async () => {
    const { clock, opened, outdated, live } = setUp();
    live.start();
    opened[0]?.handlers.onOpen();
    opened[0]?.handlers.onEvent(change("note", 12));
    await clock.advance(20);
    outdated.length = 0;
    opened[0]?.handlers.onEvent({ event: "boxes", data: "{}" });
    await clock.advance(20);
    expect(outdated).toEqual(["boxes", "consultations"]);
    opened[0]?.handlers.onClose(undefined);
    await clock.advance(500);
    expect(opened[1]?.headers["Last-Event-ID"]).toBe("12");
  });

  it("fetches everything once when it first opens: a change before that was told to nobody", async () => {
    const { clock, opened, outdated, live } = setUp();
    live.start();
    expect(outdated).toEqual([]);
    opened[0]?.handlers.onClose(gone(503));
    await clock.advance(500);
    expect(outdated).toEqual([]);
    opened[1]?.handlers.onOpen();
    await clock.advance(20);
    expect(outdated).toEqual(["*"]);
  });

  it("resumes after the last event it saw and says since when it is stale", async () => {
    const { clock, opened, outdated, live } = setUp();
    live.start();
    opened[0]?.handlers.onOpen();
    opened[0]?.handlers.onEvent(change("consultation", 41));
    const lost = clock.now();
    await clock.advance(20);
    outdated.length = 0;
    opened[0]?.handlers.onClose(undefined);
    expect(live.getState()).toEqual({ phase: "stale", since: lost });
    await clock.advance(500);
    expect(opened[1]?.headers["Last-Event-ID"]).toBe("41");
    opened[1]?.handlers.onOpen();
    expect(live.getState().phase).toBe("live");
    await clock.advance(20);
    expect(outdated).not.toContain("*");
  });

  it("fetches everything after a reset and after a gap without an id", async () => {
    const { clock, opened, outdated, live } = setUp();
    live.start();
    opened[0]?.handlers.onOpen();
    await clock.advance(20);
    outdated.length = 0;
    opened[0]?.handlers.onClose(undefined);
    await clock.advance(500);
    opened[1]?.handlers.onOpen();
    await clock.advance(20);
    expect(outdated).toEqual(["*"]);
    opened[1]?.handlers.onEvent({ event: "reset", data: "" });
    await clock.advance(20);
    expect(outdated).toEqual(["*", "*"]);
  });

  it("takes silence beyond the heartbeats for a dead line", async () => {
    const { clock, opened, live } = setUp();
    live.start();
    opened[0]?.handlers.onOpen();
    await clock.advance(30_000);
    opened[0]?.handlers.onAlive?.();
    await clock.advance(39_000);
    expect(live.getState().phase).toBe("live");
    await clock.advance(1_000);
    expect(live.getState().phase).toBe("stale");
    expect(opened[0]?.closed).toBe(true);
  });

  it("backs off and stops at signed out", async () => {
    const { clock, opened, live } = setUp();
    live.start();
    opened[0]?.handlers.onClose(gone(503));
    await clock.advance(500);
    opened[1]?.handlers.onClose(gone(503));
    await clock.advance(999);
    expect(opened).toHaveLength(2);
    await clock.advance(1);
    opened[2]?.handlers.onClose(gone(401));
    await clock.advance(60_000);
    expect(opened).toHaveLength(3);
    expect(live.getState()).toMatchObject({ phase: "signed_out", error: { status: 401 } });
  });

  it("is silent after stop", async () => {
    const clock = new VirtualClock();
    const { opened, open } = streams();
    const stream = new LiveStream({ url: "/x", clock, open, onEvent: () => {} });
    stream.start();
    stream.stop();
    await clock.advance(120_000);
    expect(opened).toHaveLength(1);
    expect(opened[0]?.closed).toBe(true);
  });
});

describe("the event-stream format", () => {
  it("survives any split of the bytes", () => {
    const text =
      ': hello\r\nid: 3\r\nevent: change\r\ndata: {"a":\r\ndata: 1}\r\n\r\ndata: two\n\n:\n\ndata: three\r\r';
    const whole: ServerEvent[] = [];
    new EventParser((event) => whole.push(event)).push(`${text}\n`);
    expect(whole).toEqual([
      { event: "change", data: '{"a":\n1}', id: "3" },
      { event: "message", data: "two", id: "3" },
      { event: "message", data: "three", id: "3" },
    ]);
    for (let at = 0; at < text.length; at += 1) {
      const parts: ServerEvent[] = [];
      const parser = new EventParser((event) => parts.push(event));
      parser.push(text.slice(0, at));
      parser.push(`${text.slice(at)}\n`);
      expect(parts).toEqual(whole);
    }
  });

  it("reads a real response and tells its status", async () => {
    const seen: string[] = [];
    const run = (response: Response): Promise<void> =>
      new Promise((resolve) => {
        openEventStreamWith(async () => response)(
          "/x",
          {},
          {
            onOpen: () => seen.push("open"),
            onEvent: (event) => seen.push(event.data),
            onClose: (error) => {
              seen.push(`close ${error?.status ?? "end"}`);
              resolve();
            },
          },
        );
      });
    await run(new Response("data: 体征\n\n"));
    await run(new Response("{}", { status: 401 }));
    expect(seen).toEqual(["open", "体征", "close end", "close 401"]);
  });
});
