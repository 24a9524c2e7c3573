/** What a browser keeps on its device, looked at from outside. */

import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Waits until the app's files are kept and its worker answers for the page. */
export async function workerReady(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) return;
    await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done));
  });
}

/** All that is kept, as one text: every database, every cache with its answers, every storage. */
export const kept = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const asked = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((done, fail) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => fail(request.error);
      });
    const all: unknown[] = [{ ...localStorage }, { ...sessionStorage }];
    for (const { name = "" } of await indexedDB.databases()) {
      const database = await asked(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const rows = database.transaction(store).objectStore(store);
        all.push(store, await asked(rows.getAllKeys()), await asked(rows.getAll()));
      }
      database.close();
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) all.push(`cached ${new URL(request.url).pathname}`);
    }
    return JSON.stringify(all);
  });

/** Waits until something is kept. */
export const isKept = (page: Page, text: string): Promise<void> =>
  expect.poll(() => kept(page), { timeout: 60_000 }).toContain(text);

export const isNotKept = (page: Page, text: string): Promise<void> =>
  expect.poll(() => kept(page), { timeout: 60_000 }).not.toContain(text);
