/**
 * make bench-link-real: our product and Chromium through Janus on the same seeded links, in real time, seen in a real browser. A benchmark: it says
 * what it saw and asserts nothing but that something was seen.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { measure } from "./measure";
import { readOptions } from "./options";
import { plot } from "./plot";
import { writeSource, type Source } from "./source";
import { markdown, type Row } from "./table";

const options = readOptions(process.env.YUNZHEN_LINK_REAL ?? "");
/** What a run takes beside its measure: programs, sign-in, likeness of frames. */
const AROUND_MS = 150_000;

let rows: Row[] = [];
let folder = "";
let source: Source;

test.beforeAll(({}, info) => {
  test.setTimeout(120_000);
  // After a run that failed another process goes on with what the one before it has.
  if (info.workerIndex > 0 && existsSync(options.json))
    rows = (JSON.parse(readFileSync(options.json, "utf8")) as { rows: Row[] }).rows;
  else rmSync(options.json, { force: true });
  folder = mkdtempSync(join(tmpdir(), "yunzhen-link-"));
  source = writeSource(folder, options.warm + options.seconds + 60);
});

for (const caseName of options.cases) {
  for (const seed of options.seeds) {
    for (const program of options.programs) {
      test(`${caseName} ${seed} ${program}`, async () => {
        test.setTimeout((options.warm + options.seconds) * 1000 + AROUND_MS);
        const own = join(folder, `${caseName}-${seed}-${program}`);
        const row = await measure({ program, caseName, seed, folder: own, source, options });
        rows.push(row);
        writeFileSync(options.json, `${JSON.stringify({ options, rows }, null, 2)}\n`);
        expect(row.frames_per_second, "frames that were rendered").toBeGreaterThan(0);
        expect(row.unread_percent, "the painted number is read from them").toBeLessThan(100);
      });
    }
  }
}

test.afterAll(() => {
  if (rows.length > 0) {
    const svg = options.json.replace(/(\.json)?$/, ".svg");
    writeFileSync(svg, plot(rows));
    console.log(`\n${markdown(rows)}\n\neach run: ${options.json}   first seeds over time: ${svg}`);
    for (const { program, case: name, seed, saturated } of rows)
      if (saturated.length > 0)
        console.log(`${name} ${seed} ${program}: the machine was saturated: ${saturated.join("; ")}`);
  }
  // The film is half a gigabyte.
  rmSync(source.video, { force: true });
  if (test.info().status === test.info().expectedStatus) rmSync(folder, { recursive: true, force: true });
  else console.log(`logs of the programs: ${folder}`);
});
