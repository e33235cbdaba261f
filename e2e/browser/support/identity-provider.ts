/** Starts the hospital's identity provider of the tests (identity-provider.mjs) and lets the running relay know it. */
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startProgram, stopProgram, type Stack } from "./stack";

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), "identity-provider.mjs");

export class IdentityProvider {
  issuer = "";
  private child?: ChildProcess;

  /** On the port that it had before, where it had one. */
  async start(origin: string): Promise<void> {
    const port = this.issuer ? new URL(this.issuer).port : "0";
    const child = spawn(process.execPath, [PROGRAM, port, origin], { stdio: ["pipe", "pipe", "ignore"] });
    this.child = child;
    this.issuer = await new Promise<string>((resolved, rejected) => {
      child.once("exit", (code) => rejected(new Error(`the identity provider ended with ${code}`)));
      child.stdout?.on("data", (chunk: Buffer) => {
        const ready = /^READY (.*)$/m.exec(String(chunk));
        if (ready) resolved((JSON.parse(ready[1] ?? "{}") as { issuer: string }).issuer);
      });
    });
  }

  async stop(): Promise<void> {
    const child = this.child;
    if (!child) return;
    this.child = undefined;
    const gone = new Promise((resolved) => child.once("exit", resolved));
    child.stdin?.end();
    await gone;
  }
}

/** Restarts the relay with the provider in its settings. What is returned puts the settings back. */
export async function tellRelay(stack: Stack, issuer: string): Promise<() => Promise<void>> {
  const file = join(stack.etc, "relay.toml");
  const before = readFileSync(file, "utf8");
  const provider = `{ id = "hospital", name_zh = "省人民医院统一身份认证", name_en = "Provincial Hospital sign-in", issuer = "${issuer}", client_id = "yunzhen" }`;
  const restart = async (settings: string) => {
    await stopProgram(stack, "relay", "SIGTERM");
    writeFileSync(file, settings);
    await startProgram(stack, "relay");
  };
  await restart(`${before}[openid]\nproviders = [${provider}]\n`);
  return () => restart(before);
}
