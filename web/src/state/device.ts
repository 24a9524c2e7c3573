/** Keeps on this device what was last heard, and shows it when the server can't be reached. */

import { effect } from "@preact/signals";
import type { Message } from "../api/types";
import { type Known, recallMessages, remember, rememberMessages } from "../offline/known";
import { online } from "./connection";
import { user } from "./session";
import { completed, heardAt, open } from "./tasks";
import { conversations } from "./thread";

/** What happens together is written together: the list may be long. */
const GATHER_MS = 1000;

let next: Known | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

function write(): void {
  clearTimeout(timer);
  timer = undefined;
  const known = next;
  next = null;
  // Storage may be forbidden or full; then there is nothing to read without a network.
  if (known) remember(known).catch(() => undefined);
}

/** Follows what is shown for as long as somebody is signed in. */
export function keepKnown(): void {
  effect(() => {
    const person = user.value;
    const at = heardAt.value;
    const known = { open: open.value, completed: completed.value, conversations: conversations.value };
    next = person && at !== null && online.value ? { user: person, at, ...known } : null;
    if (next) timer ??= setTimeout(write, GATHER_MS);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") write();
  });
}

export function keepMessages(conversation: number, messages: Message[]): void {
  const id = user.value?.id;
  if (id) rememberMessages(id, conversation, { messages, at: Date.now() }).catch(() => undefined);
}

/** What was said in a conversation when it was last open here. */
export async function keptMessages(conversation: number): Promise<Message[] | null> {
  const id = user.value?.id;
  if (!id) return null;
  const kept = await recallMessages(id, conversation).catch(() => undefined);
  return kept?.messages ?? null;
}
