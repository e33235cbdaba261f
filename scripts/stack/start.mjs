/** Start-up order of the whole product: authority, relay's certificate, seed, box's certificate, relay, console, agent. */
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { folders, makeAuthority, makeBox, run, writeAgent, writeConsole, writeRelay } from "./files.mjs";
import { choosePorts } from "./ports.mjs";
import { Failure, Program } from "./program.mjs";

export { Failure };

/** The password of every demo account; the demo listens on this machine only. */
export const PASSWORD = "yunzhen-demo";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

export function binaries() {
  const folder = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), process.env.YUNZHEN_PROFILE ?? "release");
  const named = { relay: "relay", console: "hospital-console", agent: "clinic-agent", certs: "certs" };
  const bin = Object.fromEntries(Object.entries(named).map(([key, name]) => [key, join(folder, name)]));
  const missing = Object.values(bin).filter((file) => !existsSync(file));
  if (missing.length > 0) throw new Failure(`${missing.join(", ")} not built; run scripts/build.sh`);
  return bin;
}

/**
 * Starts everything; nothing is left behind when it fails.
 * Gives { description, file, programs, describe(more), start(program), died, crashed(), stop() }, or nothing when `interrupted` came first.
 * With `uplink` the box speaks to another port than the relay's: it is told the relay's and gives that one, so that a link can stand between.
 */
export async function startStack({ dir, ports: which, camera, mic, buttons, interrupted, uplink }) {
  const devices = { camera: deviceOrFile(camera), mic: deviceOrFile(mic ?? soundOf(camera)), buttons };
  const bin = binaries();
  const at = folders(dir);
  const lock = takeLock(dir);
  const programs = [];
  const stop = async () => {
    // The box leaves first and the relay last, so that calls are told rather than cut.
    for (const program of programs.reverse()) await program.stop();
    rmSync(lock, { force: true });
  };
  try {
    const ports = await choosePorts(which);
    makeAuthority(at, bin);
    const relayConfig = writeRelay(at, ports);
    const seeded = lastJson(run(bin.relay, ["seed", "--config", relayConfig, "--password", PASSWORD]), "relay seed");
    const home = seeded.homes[0].id;
    makeBox(at, bin, home);
    const boxes = uplink ? await uplink(ports.boxes) : ports.boxes;
    const plan = [
      ["relay", bin.relay, relayConfig],
      ["hospital-console", bin.console, writeConsole(at, ports)],
      ["clinic-agent", bin.agent, writeAgent(at, { ...ports, boxes }, home, devices)],
    ];
    const ready = {};
    for (const [name, binary, config] of plan) {
      const program = new Program(name, binary, config, at.logs);
      programs.push(program);
      const started = await Promise.race([program.start(), interrupted.then(() => null)]);
      if (!started) {
        await stop();
        return undefined;
      }
      ready[name] = started;
    }
    const description = {
      dir,
      password: PASSWORD,
      urls: {
        console: `http://localhost:${ports.web}`,
        page: `http://localhost:${ports.page}`,
        whip: `http://127.0.0.1:${ports.whip}`,
        ops: `http://127.0.0.1:${ports.ops}`,
      },
      ports,
      ready,
      homes: seeded.homes,
      accounts: seeded.accounts,
      box_home_id: home,
      pki: at.pki,
      etc: at.etc,
      logs: at.logs,
      bin,
      pids: Object.fromEntries(programs.map((program) => [program.name, program.pid])),
      camera: devices.camera,
    };
    const file = join(dir, "stack.json");
    const describe = (more) => {
      Object.assign(description, more);
      writeFileSync(file, `${JSON.stringify(description, null, 2)}\n`);
    };
    describe({});
    let crash;
    let told;
    const died = new Promise((resolved) => (told = resolved));
    const watch = (program) =>
      program.exited.then((end) => {
        if (program.stopping) return;
        crash ??= program.failure(`${end} by itself`);
        told(crash);
      });
    programs.forEach(watch);
    /** Once more, where it was; who looks for its process finds it in the description. */
    const start = async (program) => {
      await program.start();
      watch(program);
      describe({ pids: { ...description.pids, [program.name]: program.pid } });
    };
    return { description, file, programs, describe, start, died, crashed: () => crash, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** One stack per folder: two programs on one record would only fail later and less clearly. */
function takeLock(dir) {
  const lock = join(dir, "stack.pid");
  if (existsSync(lock)) {
    const pid = Number(readFileSync(lock, "utf8"));
    if (isStack(pid)) {
      throw new Failure(
        `a stack runs on ${dir} already (process ${pid}); stop it with Ctrl-C there or \`kill ${pid}\``,
      );
    }
  }
  writeFileSync(lock, String(process.pid));
  process.on("exit", () => rmSync(lock, { force: true }));
  return lock;
}

function isStack(pid) {
  if (pid === process.pid) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("stack.mjs");
  } catch {
    return false;
  }
}

function lastJson(output, what) {
  const line = output.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line);
  } catch {
    throw new Failure(`${what} did not end with a line of JSON: ${line}`);
  }
}

/** A file and a camera in the network have a sound of their own; a camera of this machine has none. */
function soundOf(camera) {
  return camera === "synthetic" || camera.startsWith("/dev/") ? "synthetic" : camera;
}

/** Names of devices stay; a file is made absolute, because the box does not run in this folder. A path that is not there is said now. */
function deviceOrFile(name) {
  // ALSA names hold no dot and no slash; files do.
  const isPath = /[/.]/.test(name) && !name.includes("://");
  if (isPath && !existsSync(name)) {
    throw new Failure(
      `there is no ${name}; CAMERA and MIC take a device (ls /dev/video*, arecord -L), rtsp://…, a file, or synthetic`,
    );
  }
  return existsSync(name) && !name.startsWith("/dev/") ? realpathSync(name) : name;
}
