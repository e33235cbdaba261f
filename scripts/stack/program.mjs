/** One program of the product as a child: started, waited for by its READY line, stopped; its log in a file. */
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** An end that is explained to a person in one message, without a stack trace. */
export class Failure extends Error {}

const READY_TIMEOUT_MS = 20_000;
/** The programs leave within ten seconds of SIGTERM; after that they are taken down. */
const STOP_TIMEOUT_MS = 11_000;

export class Program {
  constructor(name, binary, config, logs) {
    Object.assign(this, { name, binary, config, log: join(logs, `${name}.log`), stopping: false });
  }

  /** The addresses of its READY line. */
  async start() {
    // Started again it goes on writing: what it said before its end is what a test wants to read.
    const log = openSync(this.log, this.child ? "a" : "w");
    this.stopping = false;
    // A session of its own keeps the terminal's Ctrl-C away; setpriv takes it down should this supervisor be killed.
    this.child = spawn("setpriv", ["--pdeathsig", "TERM", "--", this.binary, "--config", this.config], {
      detached: true,
      stdio: ["ignore", "pipe", log],
    });
    closeSync(log);
    this.exited = new Promise((resolved) => {
      this.child.on("error", (error) => resolved(`cannot be run: ${error.message}`));
      this.child.on("exit", (code, signal) => resolved(signal ? `was ended by ${signal}` : `ended with code ${code}`));
    });
    return await new Promise((resolved, rejected) => {
      const timer = setTimeout(() => {
        rejected(this.failure(`is not ready after ${READY_TIMEOUT_MS / 1000} s`));
      }, READY_TIMEOUT_MS);
      this.exited.then((end) => rejected(this.failure(end)));
      let text = "";
      this.child.stdout.setEncoding("utf8");
      this.child.stdout.on("data", (chunk) => {
        text += chunk;
        const line = text.split("\n").find((l) => l.startsWith("READY "));
        if (!line || !text.slice(text.indexOf(line)).includes("\n")) return;
        clearTimeout(timer);
        text = "";
        resolved(JSON.parse(line.slice("READY ".length)));
      });
    });
  }

  get pid() {
    return this.child?.pid;
  }

  /** Ends it with a signal, on purpose: how, and in what time. */
  async end(signal) {
    this.stopping = true;
    const begun = performance.now();
    this.child.kill(signal);
    return { end: await this.exited, seconds: (performance.now() - begun) / 1000 };
  }

  async stop() {
    this.stopping = true;
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await this.exited;
    clearTimeout(timer);
  }

  failure(what) {
    const lines = readFileSync(this.log, "utf8").trim().split("\n").slice(-12).join("\n");
    const hint = lines.includes("is taken by another program") ? "\nOr let it choose: `make demo PORTS=free`." : "";
    return new Failure(`${this.name} ${what}. Its log (${this.log}) ends:\n${lines}${hint}`);
  }
}
