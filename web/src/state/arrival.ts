/** Coming to Saydo: who this is, from the server or, when it can't be reached, from this device. */

import { effect } from "@preact/signals";
import { getMe } from "../api/account";
import { Problem, sentence } from "../api/problem";
import { recall } from "../offline/known";
import { hearTabs } from "../offline/tabs";
import { online } from "./connection";
import { keepLeaving, owesLeaving, payLeaving } from "./leaving";
import { LEFT_ALONE, session, signedIn, signedOut } from "./session";
import { showKnown } from "./tasks";
import { conversations } from "./thread";

/** Shows the person who was here last what this device knows. */
async function takeDevicesWord(): Promise<boolean> {
  const known = await recall().catch(() => null);
  if (!known) return false;
  showKnown(known);
  conversations.value = known.conversations;
  session.value = { status: "in", user: known.user, confirmed: false };
  return true;
}

/** Asks the server who this is. */
export async function arrive(): Promise<void> {
  try {
    await payLeaving();
    await signedIn(await getMe());
  } catch (cause) {
    if (owesLeaving()) return signedOut({ notice: LEFT_ALONE });
    if (cause instanceof Problem && cause.status === 401) return signedOut();
    // Who is here already stays.
    if (session.value.status === "in" || (await takeDevicesWord())) return;
    session.value = { status: "unreachable", message: sentence(cause) };
  }
}

/** Asks again when another tab says that somebody came or left, and when the server is there at last. */
export function keepAsking(): void {
  hearTabs((word) => {
    if (word === "person") void arrive();
  });
  effect(() => {
    if (online.value && session.value.status === "in" && !session.value.confirmed) void arrive();
  });
  keepLeaving(() => {
    if (session.peek().status === "out") void signedOut();
  });
}
