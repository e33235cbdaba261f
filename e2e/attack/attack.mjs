#!/usr/bin/env node
/** The attacks that need no browser, on a running stack: see docs/security/attack.md. `scripts/attack.sh` runs all of them with a call under way. */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Failure } from "../../scripts/stack/program.mjs";
import { addresses } from "./addresses.mjs";
import { traversal } from "./files.mjs";
import { csrf, sessions } from "./forgery.mjs";
import { idor, ties } from "./idor.mjs";
import { machines, noise } from "./machines.mjs";
import { oversized, slowloris } from "./sizes.mjs";
import { print, Tally } from "./tally.mjs";
import { guessing, media, tickets } from "./tickets.mjs";
import { prepare } from "./world.mjs";
import { plant, screens } from "./xss.mjs";

const { values: options } = parseArgs({
  options: {
    stack: { type: "string", default: process.env.YUNZHEN_STACK ?? "demo-data/stack.json" },
    json: { type: "string" },
    // The call that runs, and its leg at the relay; without them one is begun that nobody watches.
    consultation: { type: "string" },
    leg: { type: "string" },
    // For finding out: only these parts.
    only: { type: "string" },
    without: { type: "string" },
    quick: { type: "boolean", default: process.env.QUICK === "1" },
  },
});

async function main() {
  const stack = JSON.parse(readFileSync(options.stack, "utf8"));
  const tally = new Tally();
  const world = await prepare(stack, tally, options.consultation);
  world.leg = options.leg;
  world.quick = options.quick;
  await ties(world);
  const parts = {
    idor: () => idor(world, tally, { ids: options.quick ? 1 : 3 }),
    csrf: () => csrf(world, tally, stack),
    addresses: () => addresses(world, tally, stack),
    traversal: () => traversal(world, tally, stack),
    sessions: () => sessions(world, tally, stack),
    media: () => media(world, tally, stack),
    tickets: () => tickets(world, tally, stack),
    oversized: () => oversized(world, tally, stack),
    machines: () => machines(world, tally, stack),
    noise: () => noise(world, tally, stack),
    slowloris: () => slowloris(world, tally, stack),
    plant: () => plant(world, tally, stack),
    guessing: () => guessing(world, tally, stack),
  };
  const wanted =
    options.only?.split(",") ?? Object.keys(parts).filter((name) => !options.without?.split(",").includes(name));
  for (const name of wanted) {
    const from = performance.now();
    await parts[name]();
    console.error(`  ${name}: ${((performance.now() - from) / 1000).toFixed(1)} s`);
  }
  if (options.json) writeFileSync(options.json, JSON.stringify({ ...tally.report, screens: screens(world) }, null, 2));
  return print(tally.report);
}

main().then(
  (held) => process.exit(held ? 0 : 1),
  (error) => {
    console.error(error instanceof Failure ? error.message : error);
    process.exit(2);
  },
);
