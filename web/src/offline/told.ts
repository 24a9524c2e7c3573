/** What this device has notified of: each once, whichever tab is faster. */

import { asked, transact } from "./database";

/** Longer ago nothing is notified of any more. */
const KEPT_MS = 2 * 86_400_000;

/** Whether this tab is the first to tell; from now on no other is. */
export const isFirstToTell = (what: string): Promise<boolean> =>
  transact(["told"], "readwrite", async (store) => {
    const told = store("told");
    if ((await asked(told.getKey(what))) !== undefined) return false;
    const now = Date.now();
    told.put(now, what);
    const [keys, times] = [await asked(told.getAllKeys()), await asked(told.getAll())];
    for (const [index, key] of keys.entries()) if (now - Number(times[index]) > KEPT_MS) told.delete(key);
    return true;
  });
