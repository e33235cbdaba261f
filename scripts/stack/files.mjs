/** What the programs read: certificates of a demo authority, and their settings. Made once, kept by later runs. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./program.mjs";

export function folders(dir) {
  const at = { dir, pki: join(dir, "pki"), logs: join(dir, "logs"), etc: join(dir, "etc"), state: join(dir, "state") };
  for (const folder of Object.values(at)) mkdirSync(folder, { recursive: true });
  return at;
}

/** Runs one of our commands; its error is the message. */
export function run(binary, args) {
  try {
    return execFileSync(binary, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw new Failure(`${binary.split("/").pop()} ${args[0]}: ${String(error.stderr || error.message).trim()}`);
  }
}

/** The authority and the certificates of relay and console. */
export function makeAuthority(at, bin) {
  if (!existsSync(join(at.pki, "root.pem"))) run(bin.certs, ["init", "--dir", at.pki]);
  for (const kind of ["relay", "console"]) {
    if (existsSync(join(at.pki, `${kind}.pem`))) continue;
    run(bin.certs, ["issue", kind, "--dir", at.pki, "--file", kind]);
  }
}

/** The certificate of the box of one home. */
export function makeBox(at, bin, home) {
  if (existsSync(join(at.pki, `box-${home}.pem`))) return;
  run(bin.certs, ["issue", "agent", "--dir", at.pki, "--home", home, "--file", `box-${home}`]);
}

const text = (value) => JSON.stringify(value);
const local = (port) => text(`127.0.0.1:${port}`);

export function writeRelay(at, ports) {
  return write(at, "relay.toml", [
    `public_url = ${text(`http://localhost:${ports.web}`)}`,
    "[store]",
    `path = ${text(join(at.state, "relay.sqlite"))}`,
    "[identity]",
    ...identity(at, "relay"),
    `signers_authority = ${text(join(at.pki, "signers.pem"))}`,
    // Not there before the first `certs revoke`.
    `revoked = ${text(join(at.pki, "systems.crl.pem"))}`,
    "[listen]",
    ...["boxes", "api", "media", "whip", "ops"].map((name) => `${name} = ${local(ports[name])}`),
    "[webhooks]",
    "allow_loopback = true",
    // A demonstration has nobody who compares fingerprints.
    "[signing_keys]",
    'approval = "at_once"',
    "[media]",
    'advertise = ["127.0.0.1"]',
  ]);
}

export function writeConsole(at, ports) {
  return write(at, "hospital-console.toml", [
    "[listen]",
    `web = ${local(ports.web)}`,
    "[relay]",
    `address = "localhost:${ports.api}"`,
    "[identity]",
    ...identity(at, "console"),
    "[signers]",
    `certificate = ${text(join(at.pki, "signers.pem"))}`,
    `key = ${text(join(at.pki, "signers.key.pem"))}`,
  ]);
}

export function writeAgent(at, ports, home, devices) {
  return write(at, "clinic-agent.toml", [
    "[relay]",
    `address = ${local(ports.boxes)}`,
    'server_name = "localhost"',
    "[identity]",
    ...pair(at, `box-${home}`),
    `trust = ${text(join(at.pki, "systems.pem"))}`,
    "[page]",
    `listen = ${local(ports.page)}`,
    'media_addresses = ["127.0.0.1"]',
    "[spool]",
    `file = ${text(join(at.state, "spool.redb"))}`,
    "[capture]",
    `room = ${text(devices.camera)}`,
    ...(devices.camera === "synthetic" ? ['close_up = "synthetic"'] : []),
    `microphone = ${text(devices.mic)}`,
    "[devices]",
    'source = "simulated"',
    "[buttons]",
    `source = ${text(devices.buttons)}`,
    "[[buttons.device]]",
    'input = "demo"',
    'keys = { KEY_F1 = "301-1" }',
  ]);
}

function identity(at, name) {
  return [...pair(at, name), `systems_authority = ${text(join(at.pki, "systems.pem"))}`];
}

function pair(at, name) {
  return [`certificate = ${text(join(at.pki, `${name}.pem`))}`, `key = ${text(join(at.pki, `${name}.key.pem`))}`];
}

function write(at, name, lines) {
  const file = join(at.etc, name);
  writeFileSync(
    file,
    `# Written by scripts/stack.mjs at each start; the example configuration explains the keys.\n${lines.join("\n")}\n`,
  );
  return file;
}
