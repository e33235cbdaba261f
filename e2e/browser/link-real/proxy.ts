/** The link: `yunzhen-load netem` as a child, told by lines. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../..");
const READY_MS = 10_000;

export interface Proxy {
  /** Where those who move send to. */
  port: number;
  /** A command, as e2e/netem/src/proxy/command.rs has them, and its answer. */
  tell: (line: string) => Promise<string>;
  stop: () => Promise<void>;
}

function binary(): string {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  const file = process.env.YUNZHEN_LOAD ?? join(target, process.env.YUNZHEN_PROFILE ?? "release", "yunzhen-load");
  if (!existsSync(file)) throw new Error(`${file} is not built: make bench-link-real builds it`);
  return file;
}

export async function startProxy(target: string): Promise<Proxy> {
  // Taken down with this process, whatever way that ends.
  const child = spawn("setpriv", ["--pdeathsig", "TERM", "--", binary(), "netem", "--target", target], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  const ready = await new Promise<{ udp: string; control: string }>((done, failed) => {
    const timer = setTimeout(() => failed(new Error("the proxy is not ready")), READY_MS);
    child.once("error", failed);
    child.once("exit", (code) => failed(new Error(`the proxy ended with ${code}`)));
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.includes("\n")) return;
      clearTimeout(timer);
      done(JSON.parse(text) as { udp: string; control: string });
    });
  });
  const portOf = (address: string): number => Number(address.split(":").at(-1));
  return {
    port: portOf(ready.udp),
    tell: (line) => tell(portOf(ready.control), line),
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

function tell(port: number, line: string): Promise<string> {
  return new Promise((done, failed) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${line}\n`));
    let text = "";
    socket.on("error", failed);
    // After an answer it is closed by us, and this says nothing any more.
    socket.on("close", () => failed(new Error(`the proxy ended before it answered "${line}"`)));
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.includes("\n")) return;
      socket.destroy();
      if (text.startsWith("error")) failed(new Error(`the proxy refuses "${line}": ${text.trim()}`));
      else done(text.slice(2).trim());
    });
  });
}

/** Packets on the way up, from the answer to `stats`. */
export interface Carried {
  sent: number;
  delivered: number;
  lost: number;
  overflowed: number;
}

export function carriedUp(answer: string): Carried {
  const up = /up Counters \{([^}]*)\}/.exec(answer)?.[1] ?? "";
  const value = (name: string): number => Number(new RegExp(`\\b${name}: (\\d+)`).exec(up)?.[1] ?? 0);
  return { sent: value("sent"), delivered: value("delivered"), lost: value("lost"), overflowed: value("overflowed") };
}
