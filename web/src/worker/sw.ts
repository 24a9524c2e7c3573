/**
 * The service worker: the app's own files for when there is no network. Nothing of the API passes through it, and
 * nothing of a person is in its cache.
 */

import { isAppPath } from "../lib/route";

declare const self: ServiceWorkerGlobalScope;
/** The files of this build and what they amount to, put in by the build. */
declare const FILES: readonly string[];
declare const VERSION: string;

const PREFIX = "saydo-";
const CACHE = PREFIX + VERSION;
const PAGE = "/";
/** How long the page may take to come before the one that is kept is shown. */
const PATIENCE_MS = 3000;

/** Page and files of one build, all or none: they only work with each other. */
async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((path) => new Request(path, { cache: "no-cache" })));
  await self.skipWaiting();
}

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

const kept = (path: string): Promise<Response | undefined> => caches.match(path, { cacheName: CACHE });

/** The page as the server has it now, so that a new version is never held back; else the one that is kept. */
async function page(request: Request): Promise<Response> {
  const network = fetch(request).catch(() => undefined);
  const patience = new Promise<undefined>((done) => setTimeout(done, PATIENCE_MS));
  const first = await Promise.race([network, patience]);
  if (first && first.status < 500) return first;
  return (await kept(PAGE)) ?? (await network) ?? Response.error();
}

const file = async (path: string, request: Request): Promise<Response> =>
  (await kept(path)) ?? (await fetch(request));

/** Opens what was told of: in the page that was used last, or in a new one. */
async function show(task: number | undefined): Promise<void> {
  const [page] = await self.clients.matchAll({ type: "window" });
  if (!page) {
    await self.clients.openWindow(task === undefined ? PAGE : `${PAGE}?task=${task}`);
    return;
  }
  if (task !== undefined) page.postMessage({ task });
  await page.focus();
}

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (isAppPath(url.pathname)) event.respondWith(page(request));
  } else if (url.pathname !== PAGE && FILES.includes(url.pathname)) {
    event.respondWith(file(url.pathname, request));
  }
});
self.addEventListener("notificationclick", (event) => {
  const { task } = (event.notification.data ?? {}) as { task?: number };
  event.notification.close();
  event.waitUntil(show(task));
});
