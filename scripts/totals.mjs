#!/usr/bin/env node
/** Adds up what the test runners said. Usage: totals.mjs <folder of logs> <seconds> */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [folder, seconds] = process.argv.slice(2);
const plain = (text) => text.replace(/\u001b\[[0-9;]*m/g, "");
const all = (text, pattern) => [...text.matchAll(pattern)];
const sum = (matches, group) => matches.reduce((total, match) => total + Number(match[group] ?? 0), 0);

function rust(text) {
  // "Summary [ 3.1s] 40 tests run: 39 passed (1 slow), 1 failed, 2 skipped" of nextest; "test result: ok. 3 passed; 0 failed; 1 ignored" of cargo.
  const next = all(text, /tests? run: (\d+) passed.*$/gm).map((match) => match[0]);
  const inNext = (word) =>
    next.reduce((total, line) => total + Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0), 0);
  const cargo = all(text, /test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/g);
  return {
    passed: inNext("passed") + sum(cargo, 1),
    failed: inNext("failed") + inNext("timed out") + sum(cargo, 2),
    skipped: inNext("skipped") + sum(cargo, 3),
  };
}

/** Each runner's own summary line: { passed, failed, skipped }. */
const READERS = {
  rust,
  "rust-postgres": rust,
  "web-unit"(text) {
    const lines = all(text, /^\s*Tests\s+(.*)$/gm).map((match) => match[1]);
    const count = (word) =>
      lines.reduce((total, line) => total + Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0), 0);
    return { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
  },
  screens: playwright,
  browser: playwright,
  "file-camera": playwright,
};

function playwright(text) {
  const count = (word) => sum(all(text, new RegExp(`^\\s+(\\d+) ${word}`, "gm")), 1);
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped") + count("did not run") };
}

const total = { passed: 0, failed: 0, skipped: 0 };
const parts = [];
for (const [name, read] of Object.entries(READERS)) {
  if (!readdirSync(folder).includes(`${name}.log`)) continue;
  const counted = read(plain(readFileSync(join(folder, `${name}.log`), "utf8")));
  for (const key of Object.keys(total)) total[key] += counted[key];
  parts.push(`${name} ${counted.passed}`);
}
console.log(
  `TOTAL ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped (${parts.join(", ")}) in ${seconds} s`,
);
