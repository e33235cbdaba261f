/** Serves a built page as our programs serve it: its files, `index.html` for every other path, the same policy for scripts. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const POLICY = policy(readFileSync(join(root, "relay/runtime/src/web/headers.rs"), "utf8"));

/** The programs' own constant, so that a screen is looked at under the policy it has in the product. */
function policy(source: string): string {
  const text = /CONTENT_SECURITY_POLICY: &str = "([^"]*)"/.exec(source)?.[1];
  if (text === undefined) throw new Error("headers.rs has no CONTENT_SECURITY_POLICY");
  return text.replace(/\\\s+/g, "");
}

export type Application = "clinic-agent" | "hospital-console";

export async function sendPage(application: Application, path: string, response: ServerResponse): Promise<void> {
  const file = extname(path) ? path : "/index.html";
  try {
    const content = await readFile(join(root, application, "web/dist", file));
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": POLICY }).end(content);
  } catch {
    response.writeHead(404).end();
  }
}

export interface Site {
  origin: string;
  close(): Promise<void>;
}

export async function serve(listener: RequestListener): Promise<Site> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the server has no port");
  return {
    origin: `http://localhost:${address.port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

/** The hospital's pages without a console behind them; what they ask for is answered in the page (`mock.ts`). */
export const serveConsole = (): Promise<Site> =>
  serve((request, response) => {
    void sendPage("hospital-console", new URL(request.url ?? "/", "http://x").pathname, response);
  });
