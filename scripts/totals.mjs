#!/usr/bin/env node
/** Adds up what the test runners said, names what needed a second try, and repeats last of all what failed and why, in few lines: of a long log often only the end is kept. Usage: totals.mjs <folder of logs> <seconds> [names of the failed steps] */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [folder, seconds, ...failedSteps] = process.argv.slice(2);
const read = (name) => plain(readFileSync(join(folder, `${name}.log`), "utf8"));
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
  return {
    passed: count("passed") + count("flaky"),
    failed: count("failed"),
    skipped: count("skipped") + count("did not run"),
  };
}

/** The heading of a failure in each runner's output: nextest's or cargo's, vitest's, Playwright's. What follows it says why. */
const HEADING =
  /^(?:\s*(?:FAIL|TIMEOUT|SIGABRT|SIGSEGV) \[.*|test .* FAILED|thread '.*' panicked at .*| FAIL .*|\s{2}\d+\) \[.*|error(?:\[.*)?: .*)$/;
const WHY_LINES = 5;
const MOST_FAILURES = 6;

function failures(text) {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (!lines.some((line) => HEADING.test(line))) return [lines.slice(-WHY_LINES).join("\n")];
  const told = new Map();
  lines.forEach((line, at) => {
    if (!HEADING.test(line)) return;
    // The runners repeat a failure in their summaries; its first mention has the reason under it.
    const heading = line
      .replace(/[─\s]+$/, "")
      .trim()
      .slice(0, 160);
    const why = lines.slice(at + 1, at + 1 + WHY_LINES).filter((next) => !HEADING.test(next));
    if (!told.has(heading))
      told.set(
        heading,
        why.map((next) => `    ${next.trim().slice(0, 160)}`),
      );
  });
  return [...told].map(([heading, why]) => [heading, ...why].join("\n"));
}

/** What was red first and green on its second try: nextest's and Playwright's lists of them. */
function flaky(text) {
  const next = all(text, /^\s*FLAKY \d+\/\d+ \[.*?\]\s+(?:\([^)]*\)\s+)?(.*)$/gm).map((match) => match[1]);
  const block = /^\s+\d+ flaky\n((?:\s+\[.*\n)+)/m.exec(text)?.[1] ?? "";
  return [...new Set([...next, ...block.split("\n").map((line) => line.replace(/[─\s]+$/, "").trim())])].filter(
    Boolean,
  );
}

const total = { passed: 0, failed: 0, skipped: 0 };
const parts = [];
const ran = Object.keys(READERS).filter((name) => readdirSync(folder).includes(`${name}.log`));
for (const name of ran) {
  const counted = READERS[name](read(name));
  for (const key of Object.keys(total)) total[key] += counted[key];
  parts.push(`${name} ${counted.passed}`);
}
console.log(
  `TOTAL ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped (${parts.join(", ")}) in ${seconds} s`,
);
for (const name of ran) for (const test of flaky(read(name))) console.log(`FLAKY, to be mended: ${name}: ${test}`);
const failed = failedSteps.flatMap((name) => failures(read(name)).map((failure) => `${name}: ${failure}`));
for (const failure of failed.slice(0, MOST_FAILURES)) console.log(failure);
if (failed.length > MOST_FAILURES) console.log(`and ${failed.length - MOST_FAILURES} more, in the logs`);
