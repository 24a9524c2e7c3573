/**
 * Sending the line. While an answer is on its way, what is said next waits its turn, in sight; nothing that was typed
 * is lost, whatever becomes of that answer, of the page, or of the session.
 */

import { effect, signal, untracked } from "@preact/signals";
import { composerFocus, draft, setDraft } from "./composer";
import { showWarning } from "./receipt";
import { session, user } from "./session";
import { busy, endedWell, say } from "./turn";

/** What was said while an answer was on its way, in its order. */
export const queued = signal<readonly string[]>([]);

const KEY = "saydo.line";

interface Unsent {
  user: string;
  text: string;
}

/** Puts what was not sent before whatever is being typed. */
function giveBack(...texts: string[]): void {
  setDraft([...texts, draft.value].filter(Boolean).join("\n"));
}

/** Says it; it comes back if nobody answered. */
async function send(text: string): Promise<void> {
  const person = user.value?.id;
  const answered = await say(text);
  // The person may have left, and another one be here.
  const isSame =
    user.value === null
      ? session.value.status === "out" && session.value.comesBack
      : user.value.id === person;
  if (!answered && isSame) giveBack(text);
}

/** Sends the line, now or as soon as the answer that is on its way has come. */
export async function submit(): Promise<void> {
  const text = draft.value.trim();
  if (!text) return;
  setDraft("");
  if (busy.value) queued.value = [...queued.value, text];
  else await send(text);
}

/** Takes one back into the line, to be changed or left. */
export function takeBack(index: number): void {
  const text = queued.value[index];
  if (text === undefined) return;
  queued.value = queued.value.filter((_, at) => at !== index);
  giveBack(text);
  composerFocus.value += 1;
}

/** The turn has ended: what was said meanwhile follows, unless there is something to look at first. */
function goOn(): void {
  const [next, ...rest] = queued.value;
  if (next === undefined) return;
  if (endedWell.value) {
    queued.value = rest;
    void send(next);
    return;
  }
  const all = queued.value;
  queued.value = [];
  giveBack(...all);
  showWarning("Not sent yet: look at the answer first. What you said is back in the line.");
}

function forget(): void {
  queued.value = [];
  setDraft("");
}

function write(unsent: Unsent | null): void {
  try {
    if (unsent?.text) sessionStorage.setItem(KEY, JSON.stringify(unsent));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage may be forbidden; the line then lasts as long as the page.
  }
}

function read(person: string): string {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Unsent | null;
    return kept?.user === person ? kept.text : "";
  } catch {
    return "";
  }
}

/** Keeps what is typed for this tab (phones throw pages away that are not looked at), and from the next person. */
function keepDraft(): void {
  let owner: string | null = null;
  const meet = (person: string) => {
    if (owner !== null && owner !== person) forget();
    else if (owner === null) giveBack(read(person));
    owner = person;
  };
  effect(() => {
    const current = session.value;
    if (current.status === "in") {
      const { id } = current.user;
      if (owner !== id) untracked(() => meet(id));
      write({ user: id, text: [...queued.value, draft.value].filter(Boolean).join("\n") });
    } else if (current.status === "out") {
      write(null);
      if (!current.comesBack) untracked(forget);
    }
  });
}

/** Follows the turns and who is here. */
export function keepLine(): void {
  keepDraft();
  effect(() => {
    if (!busy.value && queued.value.length > 0) untracked(goOn);
  });
}
