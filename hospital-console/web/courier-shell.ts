/** Tells the courier's service worker which files of this build its page needs: those that load with it, no others. */
import { createHash } from "node:crypto";
import type { Plugin, Rollup } from "vite";

const WORKER = "courier-worker.js";
const PAGE = "/src/deliveries/CourierPage.tsx";
const SLOT = "__COURIER_SHELL__";

export function courierShell(): Plugin {
  return {
    name: "yunzhen:courier-shell",
    generateBundle(_, bundle) {
      const worker = bundle[WORKER];
      if (worker?.type !== "chunk") throw new Error(`the build has no ${WORKER}`);
      const files = filesOf(bundle);
      const cache = `yz-courier-${createHash("sha256").update(files.join()).digest("hex").slice(0, 16)}`;
      const filled = worker.code.split(SLOT);
      if (filled.length !== 2) throw new Error(`${WORKER} names ${SLOT} ${filled.length - 1} times`);
      worker.code = filled.join(JSON.stringify({ cache, files }));
    },
  };
}

function filesOf(bundle: Rollup.OutputBundle): string[] {
  const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
  const open = chunks.filter((one) => one.facadeModuleId?.endsWith(PAGE) || (one.isEntry && one.fileName !== WORKER));
  if (open.length !== 2) throw new Error(`the courier's page and its entry are ${open.length} chunks, not 2`);
  const found = new Set<string>(["/icon.svg"]);
  for (let chunk = open.pop(); chunk; chunk = open.pop()) {
    found.add(`/${chunk.fileName}`);
    const { importedCss, importedAssets } = chunk.viteMetadata ?? {};
    for (const name of [...(importedCss ?? []), ...(importedAssets ?? [])]) found.add(`/${name}`);
    const imports = chunk.imports.map((name) => bundle[name]).filter((one) => one?.type === "chunk");
    open.push(...imports.filter((one) => !found.has(`/${one.fileName}`)));
  }
  return [...found].sort();
}
