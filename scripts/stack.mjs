#!/usr/bin/env node
/**
 * Runs the whole product on this machine: relay, hospital console, one home's box.
 *
 *   stack.mjs demo [--dir ./demo-data] [--ports default|free] [--camera synthetic|/dev/video0|rtsp://…|file] [--mic …] [--buttons none|simulated]
 *   stack.mjs run  [the same] -- <command …>    runs a command against the stack (YUNZHEN_STACK names its description), then stops it;
 *                                              the command may stop and start the programs (scripts/stack/control.mjs). Fails also where the
 *                                              logs hold a name, a number, a token or a password (scripts/stack/secrecy.mjs)
 *
 * Whatever way this program ends, what it started ends too.
 */
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { resolve } from "node:path";
import { openControl } from "./stack/control.mjs";
import { Failure, startStack } from "./stack/start.mjs";
import { demoPage } from "./stack/page.mjs";
import { findingsIn, seeded } from "./stack/secrecy.mjs";

const cut = process.argv.indexOf("--", 2);
const own = process.argv.slice(2, cut === -1 ? undefined : cut);
const command = cut === -1 ? [] : process.argv.slice(cut + 1);

function parse(options) {
  try {
    return parseArgs(options);
  } catch (error) {
    throw new Failure(error.message);
  }
}

function read() {
  const { values, positionals } = parse({
    args: own,
    allowPositionals: true,
    options: {
      dir: { type: "string", default: "demo-data" },
      ports: { type: "string", default: "default" },
      camera: { type: "string", default: "synthetic" },
      // Without it a file or a camera in the network is heard itself.
      mic: { type: "string" },
      buttons: { type: "string", default: "none" },
    },
  });
  const mode = positionals[0];
  if (mode !== "demo" && mode !== "run")
    throw new Failure("usage: stack.mjs demo|run [--dir …] [--ports …] [-- command …]");
  if (mode === "run" && command.length === 0) throw new Failure("stack.mjs run needs a command after --");
  if (values.ports !== "default" && values.ports !== "free") throw new Failure("--ports is default or free");
  if (values.buttons !== "none" && values.buttons !== "simulated") throw new Failure("--buttons is none or simulated");
  return { mode, ...values, dir: resolve(values.dir) };
}

async function main() {
  const options = read();
  let stop;
  const stopped = new Promise((ends) => (stop = ends));
  // The first Ctrl-C drains; the programs are in sessions of their own and hear of it from us, not from the terminal.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(signal));

  const stack = await startStack({ ...options, interrupted: stopped });
  if (!stack) return 130;
  let code = 0;
  let needles;
  try {
    if (options.mode === "demo") {
      console.log(demoPage(stack.description));
      const end = await Promise.race([stopped.then(() => null), stack.died]);
      if (end) throw end;
      console.log("\nstopping …");
    } else {
      needles = await seeded(stack.description);
      code = await runCommand(stack, stopped);
    }
  } finally {
    await stack.stop();
  }
  // After they have ended, so that their last words are read too.
  const found = needles ? findingsIn(stack.description.logs, needles) : [];
  if (found.length > 0) {
    console.error(`\nthe logs in ${stack.description.logs} hold what no log may hold:\n${found.join("\n")}`);
    return code === 0 ? 1 : code;
  }
  return code;
}

async function runCommand(stack, stopped) {
  const control = await openControl(stack);
  const child = spawn(command[0], command.slice(1), {
    stdio: "inherit",
    env: { ...process.env, YUNZHEN_STACK: stack.file },
  });
  const done = new Promise((resolved, rejected) => {
    child.on("error", (error) => rejected(new Failure(`${command[0]} cannot be run: ${error.message}`)));
    child.on("exit", (code, signal) => resolved(signal ? 1 : code));
  });
  const end = await Promise.race([done, stopped.then(() => 130)]);
  if (child.exitCode === null) child.kill("SIGTERM");
  control.close();
  // A test may stop a program on purpose; a program that died by itself fails the run.
  const crashed = stack.crashed();
  if (crashed) throw crashed;
  return end;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error instanceof Failure ? `\n${error.message}` : error);
    process.exit(1);
  },
);
