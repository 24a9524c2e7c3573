/** The database of this device. Whoever has the device can read it: it holds no more than the page shows. */

const NAME = "saydo";
const VERSION = 1;

/**
 * `known`: what was last heard, by user. `messages`: what was said, by user and conversation. `outbox`: writes that
 * wait to be sent, in order. `told`: what was notified of.
 */
const STORES = ["known", "messages", "outbox", "told"] as const;
export type Store = (typeof STORES)[number];

let opening: Promise<IDBDatabase> | null = null;

function make(database: IDBDatabase): void {
  for (const name of STORES) {
    database.createObjectStore(name, name === "outbox" ? { keyPath: "id", autoIncrement: true } : {});
  }
}

function open(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((done, fail) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => make(asked.result);
    asked.onerror = () => fail(asked.error);
    asked.onsuccess = () => {
      const database = asked.result;
      // A newer version in another tab, or the browser, wants it closed: the next question opens it again.
      const forget = () => {
        database.close();
        opening = null;
      };
      database.onversionchange = forget;
      database.onclose = forget;
      done(database);
    };
  }).catch((cause: unknown) => {
    opening = null;
    throw cause;
  });
  return opening;
}

export const asked = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });

/** Does some work in one transaction and waits until it is kept; all of it counts, or nothing. */
export async function transact<T>(
  stores: Store[],
  mode: IDBTransactionMode,
  work: (store: (name: Store) => IDBObjectStore) => Promise<T>,
): Promise<T> {
  const transaction = (await open()).transaction(stores, mode, { durability: "strict" });
  const over = new Promise<void>((done, fail) => {
    transaction.oncomplete = () => done();
    transaction.onabort = () => fail(transaction.error);
  });
  const [result] = await Promise.all([work((name) => transaction.objectStore(name)), over]);
  return result;
}
