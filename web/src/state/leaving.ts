/**
 * Leaving without a network: this device forgets at once, and the server is told as soon as it can be reached. Only it
 * can end the session, whose cookie no page can read.
 */

import { logOut, logOutEverywhere } from "../api/account";
import { Problem, Unreachable } from "../api/problem";

export type Where = "here" | "everywhere";

const KEY = "saydo.leaving";
const LOCK = "saydo.leaving";
const COME_BACK_MS = 5000;

/** Where storage is forbidden, it is known as long as the page. */
let known: Where | null = null;

function stored(): Where | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "here" || value === "everywhere" ? value : null;
  } catch {
    return known;
  }
}

function store(where: Where | null): void {
  known = where;
  try {
    if (where) localStorage.setItem(KEY, where);
    else localStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}

/** Whether the server has still to be told that somebody left. */
export const owesLeaving = (): boolean => stored() !== null;

async function tellServer(where: Where): Promise<void> {
  try {
    await (where === "everywhere" ? logOutEverywhere() : logOut());
  } catch (cause) {
    // There is no session any more: nothing to end.
    if (!(cause instanceof Problem && cause.status === 401)) throw cause;
  }
}

/** Tells the server what it was not told; one tab at a time, so that no later session is ended by it. */
export async function payLeaving(): Promise<void> {
  const pay = async () => {
    const where = stored();
    if (!where) return;
    await tellServer(where);
    store(null);
  };
  if (!owesLeaving()) return;
  await (navigator.locks ? navigator.locks.request(LOCK, pay) : pay());
}

/** Ends the session, now or when the server can be reached. Says whether it has ended. */
export async function endSession(where: Where): Promise<boolean> {
  try {
    await tellServer(where);
    return true;
  } catch (cause) {
    if (!(cause instanceof Unreachable)) throw cause;
    store(where);
    return false;
  }
}

/** Goes on trying; `onPaid` once the server knows. */
export function keepLeaving(onPaid: () => void): void {
  const attempt = () => {
    if (owesLeaving()) payLeaving().then(onPaid, () => undefined);
  };
  addEventListener("online", attempt);
  setInterval(attempt, COME_BACK_MS);
}
