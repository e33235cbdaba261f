/** What the courier's phone answers by itself, decided from the request alone. What the relay says of parcels is never among it. */

/** The page itself, one of its files, or whatever the network says. */
export type Source = "page" | "file" | "network";

export function sourceOf(request: Pick<Request, "method" | "mode" | "url">, origin: string): Source {
  const { origin: of, pathname } = new URL(request.url);
  if (request.method !== "GET" || of !== origin) return "network";
  if (request.mode === "navigate") return pathname.startsWith("/courier/") ? "page" : "network";
  return pathname.startsWith("/assets/") || pathname === "/icon.svg" ? "file" : "network";
}

/** The caches of earlier builds of this page. */
export const outdated = (names: readonly string[], current: string): string[] =>
  names.filter((name) => name.startsWith("yz-courier-") && name !== current);
