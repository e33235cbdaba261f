/** Debian's Janus as a sensible operator runs it for one home and one hospital: videoroom, event loops, transport-wide feedback, a cap on the rate. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import type { Codec } from "./options";

/** The plan's cap of our box on its picture (relay/src/rooms/reconcile.rs). */
export const MOST_BPS = 1_500_000;
const READY_MS = 15_000;
const ANSWER_MS = 20_000;
const BINARY = "/usr/bin/janus";

type Answer = Record<string, unknown> & {
  data?: { id: number };
  plugindata?: { data: Record<string, unknown> };
  jsep?: { type: string; sdp: string };
};

export interface Janus {
  api: string;
  stop: () => Promise<void>;
}

export async function startJanus(folder: string): Promise<Janus> {
  if (!existsSync(BINARY)) throw new Error("Janus is not installed: scripts/packages.sh bench");
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const file = writeSettings(folder, port);
  const log = join(folder, "janus.log");
  const args = ["--pdeathsig", "TERM", "--", BINARY, "-F", folder, "-C", file, "-L", log, "-N"];
  const child = spawn("setpriv", args, { stdio: "ignore" });
  let ended = false;
  const exited = new Promise<void>((done) => child.once("exit", () => ((ended = true), done())));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await exited;
    clearTimeout(timer);
  };
  const api = `http://127.0.0.1:${port}/janus`;
  const end = performance.now() + READY_MS;
  while (
    !(await fetch(`${api}/info`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (ended || performance.now() > end) {
      await stop();
      throw new Error(`Janus does not answer: ${existsSync(log) ? readFileSync(log, "utf8") : "no log"}`);
    }
    await new Promise((next) => setTimeout(next, 50));
  }
  return { api, stop };
}

function writeSettings(folder: string, port: number): string {
  const lib = readdirSync("/usr/lib").map((name) => join("/usr/lib", name, "janus"));
  const home = lib.find((path) => existsSync(path));
  if (!home) throw new Error("Janus has no plugins");
  const others = (kind: string, but: string): string =>
    readdirSync(join(home, kind))
      .filter((name) => name.endsWith(".so") && name !== but)
      .join(",");
  const file = join(folder, "janus.jcfg");
  writeFileSync(
    file,
    `general: { configs_folder = "${folder}" plugins_folder = "${home}/plugins" transports_folder = "${home}/transports"
      debug_level = 3 event_loops = 1 session_timeout = 0 }
nat: { ice_lite = false full_trickle = false }
media: { ipv6 = false }
plugins: { disable = "${others("plugins", "libjanus_videoroom.so")}" }
transports: { disable = "${others("transports", "libjanus_http.so")}" }\n`,
  );
  writeFileSync(
    join(folder, "janus.transport.http.jcfg"),
    `general: { json = "compact" base_path = "/janus" http = true port = ${port} ip = "127.0.0.1" https = false }\n`,
  );
  writeFileSync(join(folder, "janus.plugin.videoroom.jcfg"), "general: { }\n");
  return file;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function ask(url: string, body?: Record<string, unknown>): Promise<Answer> {
  const answer = await fetch(url, {
    method: body ? "POST" : "GET",
    body: body && JSON.stringify({ ...body, transaction: "bench" }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const read = (await answer.json()) as Answer;
  if (read.janus === "error" || read.plugindata?.data.error) throw new Error(`Janus: ${JSON.stringify(read)}`);
  return read;
}

/** One side's way to the room. */
class Handle {
  private constructor(
    private readonly session: string,
    private readonly url: string,
  ) {}

  static async open({ api }: Janus): Promise<Handle> {
    const session = `${api}/${(await ask(api, { janus: "create" })).data?.id}`;
    const attached = await ask(session, { janus: "attach", plugin: "janus.plugin.videoroom" });
    return new Handle(session, `${session}/${attached.data?.id}`);
  }

  send(body: Record<string, unknown>, jsep?: Answer["jsep"]): Promise<Answer> {
    return ask(this.url, { janus: "message", body, ...(jsep && { jsep }) });
  }

  /** Waits for what the room has to say. */
  async hear<T>(wanted: (event: Answer) => T | undefined): Promise<T> {
    const end = performance.now() + ANSWER_MS;
    while (performance.now() < end) {
      const found = wanted(await ask(`${this.session}?maxev=1`));
      if (found !== undefined) return found;
    }
    throw new Error("Janus does not say what was waited for");
  }
}

const ROOM = 1;

export interface Published {
  answer: string;
  /** By what number others know the publisher. */
  feed: number;
  /** Its packets have found the way. */
  up: () => Promise<unknown>;
}

/** Publishes an offer. */
export async function publish(janus: Janus, codec: Codec, offer: string): Promise<Published> {
  const handle = await Handle.open(janus);
  await handle.send({
    request: "create",
    room: ROOM,
    publishers: 2,
    bitrate: MOST_BPS,
    bitrate_cap: true,
    videocodec: codec,
    audiocodec: "opus",
    opus_fec: true,
    ...(codec === "h264" && { h264_profile: "42e01f" }),
  });
  await handle.send({ request: "join", ptype: "publisher", room: ROOM, display: "home" });
  const feed = await handle.hear(({ plugindata }) => plugindata?.data.id as number | undefined);
  await handle.send({ request: "configure", audio: true, video: true }, { type: "offer", sdp: offer });
  const answer = await handle.hear(({ jsep }) => jsep?.sdp);
  return { feed, answer, up: () => handle.hear((event) => (event.janus === "webrtcup" ? event : undefined)) };
}

/** Subscribes: Janus' offer, and who takes the answer to it. */
export async function subscribe(
  janus: Janus,
  feed: number,
): Promise<{ offer: string; answer: (sdp: string) => Promise<void> }> {
  const handle = await Handle.open(janus);
  await handle.send({ request: "join", ptype: "subscriber", room: ROOM, streams: [{ feed }] });
  const offer = await handle.hear(({ jsep }) => jsep?.sdp);
  return {
    offer,
    answer: async (sdp) => {
      await handle.send({ request: "start" }, { type: "answer", sdp });
    },
  };
}
