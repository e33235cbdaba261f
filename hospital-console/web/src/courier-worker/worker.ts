/**
 * The service worker of the courier's page: a phone that loads it again in a valley shows it all the same. It keeps the page and its files of one build, nothing
 * that the relay said; the parcels are kept by the page (`deliveries/keptRun.ts`). Built as `/courier-worker.js`; its list of files is filled in by `courier-shell.ts`.
 */
import { outdated, sourceOf } from "./answers";
import { wholeAnswer } from "./patience";

declare const __COURIER_SHELL__: { cache: string; files: readonly string[] };

interface ExtendableEvent extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Scope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}

const PAGE = "/";
const shell = __COURIER_SHELL__;
const scope = self as unknown as Scope;

self.addEventListener("install", (event) => (event as ExtendableEvent).waitUntil(install()));
self.addEventListener("activate", (event) => (event as ExtendableEvent).waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event as FetchEvent;
  const source = sourceOf(request, self.location.origin);
  if (source === "page") (event as FetchEvent).respondWith(page(request.url));
  if (source === "file") (event as FetchEvent).respondWith(file(request));
});

async function install(): Promise<void> {
  const cache = await caches.open(shell.cache);
  await cache.addAll([new Request(PAGE, { cache: "no-cache" }), ...shell.files]);
  await scope.skipWaiting();
}

async function activate(): Promise<void> {
  const old = outdated(await caches.keys(), shell.cache);
  await Promise.all(old.map((name) => caches.delete(name)));
  await scope.clients.claim();
}

/** The page as the console has it now; where no whole answer comes in its time, as it was kept. */
async function page(url: string): Promise<Response> {
  const cache = await caches.open(shell.cache);
  try {
    const fresh = await wholeAnswer(url);
    return fresh.status < 500 ? fresh : ((await cache.match(PAGE)) ?? fresh);
  } catch (error) {
    const kept = await cache.match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

/** A file's name says its content, so the kept one is good. One that is used later (the reader of 2D codes) is kept from then on. */
async function file(request: Request): Promise<Response> {
  const cache = await caches.open(shell.cache);
  const kept = await cache.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone());
  return fresh;
}
