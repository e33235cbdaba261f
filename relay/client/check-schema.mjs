/**
 * The types of the API are those of relay/openapi.json, which the relay's own tests compare with its routes: generated anew, `schema.ts` is the same file.
 * It is kept as it is generated (.prettierignore), so nothing is formatted here.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), "yunzhen-schema-"));
const anew = join(folder, "schema.ts");
let same = false;
try {
  execFileSync("npx", ["openapi-typescript", "../openapi.json", "-o", anew], {
    cwd: here,
    stdio: ["ignore", "ignore", "inherit"],
  });
  same = readFileSync(anew, "utf8") === readFileSync(join(here, "src/api/schema.ts"), "utf8");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (!same) {
  console.error(
    "relay/client/src/api/schema.ts is not that of relay/openapi.json: npm run generate --workspace relay/client",
  );
  process.exitCode = 1;
}
