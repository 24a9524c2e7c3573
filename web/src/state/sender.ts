/** Sends what waited, in order, by one tab at a time, each once. */

import { computed, effect, untracked } from "@preact/signals";
import { getMe } from "../api/account";
import { Problem, sentence, Unreachable } from "../api/problem";
import { parseLine } from "../api/tasks";
import type { ChatReply, Task } from "../api/types";
import { carryOut } from "../api/writes";
import { newKey } from "../lib/key";
import { countedChanges, fitted, hasDateWords, inWords } from "../lib/outbox";
import { dayIn } from "../lib/zone";
import type { Waiting } from "../offline/outbox";
import * as outbox from "../offline/outbox";
import { zone } from "./clock";
import { online } from "./connection";
import { openConversation } from "./conversations";
import { outboxChanged, stuck, waiting } from "./outbox";
import { showReceipt } from "./receipt";
import { signedIn, user } from "./session";
import { placeTask, refresh, removeTask } from "./tasks";
import { loadConversations, TROUBLE } from "./thread";
import { isReceipt } from "./turn";

const LOCK = "saydo.outbox";
/** Waits between tries while nobody answers. */
const COME_BACK_MS = [1000, 2000, 4000, 8000, 15_000];
/** The server knows a key again for a day: after that, what may have arrived is not sent again unasked. */
const KEY_LASTS_MS = 23 * 3_600_000;
const MOST_FAILURES = 5;

const MAYBE_DONE = "This was sent more than a day ago and may have been done. Look before you send it again.";
const OTHER_DAY = "You said this on another day: words like “tomorrow” would now count from today.";
const CHANGED = "This task was changed elsewhere in the meantime.";

interface Landed {
  item: Waiting;
  reply: ChatReply | null;
  changeId: string | null;
}

/** Whether it has words that meant a day when they were said, and would mean another one now. */
async function hasMoved({ at, what }: Waiting): Promise<boolean> {
  if (dayIn(at, zone.value) === dayIn(Date.now(), zone.value)) return false;
  if (what.kind === "edit") return hasDateWords(what.patch);
  if (what.kind !== "say") return false;
  const { spans } = await parseLine(what.text, AbortSignal.timeout(30_000));
  return spans.some(({ kind }) => kind === "due" || kind === "recurrence");
}

/** Why it should not be sent before the person has looked. */
async function doubt(item: Waiting): Promise<string | null> {
  if (item.meant) return null;
  if (item.triedAt !== null && Date.now() - item.triedAt > KEY_LASTS_MS) return MAYBE_DONE;
  return item.triedAt === null && (await hasMoved(item)) ? OTHER_DAY : null;
}

async function land(item: Waiting): Promise<Landed> {
  const { value, changeId } = await carryOut<unknown>(item.write);
  if (item.what.kind === "say") {
    const reply = value as ChatReply;
    // The answer to this key is kept: another try needs another one.
    if (reply.response === TROUBLE) {
      await outbox.change(item.id, { write: { ...item.write, key: newKey() } });
      throw new Problem(200, { detail: TROUBLE });
    }
    await outbox.landed(item, (later) => fitted(later, item, { conversation: reply.conversation_id }));
    return { item, reply, changeId: reply.change_id };
  }
  const task = item.what.kind === "delete" ? undefined : (value as Task);
  await outbox.landed(item, (later) => fitted(later, item, task ? { task } : {}));
  if (task) placeTask(task);
  else removeTask(item.what.task.id);
  return { item, reply: null, changeId };
}

/** The server will be able to, sooner or later. */
const isBusy = ({ status }: Problem): boolean => [408, 429, 502, 503, 504].includes(status);
/** Another try may help: it met a bug, or is at work on this very write. */
const mayHelp = ({ status }: Problem): boolean => status >= 500 || status === 409;

/** Notes why it was not done; what stays stops everything behind it. */
async function fail(item: Waiting, cause: Problem): Promise<void> {
  if (isBusy(cause)) return;
  const failures = item.failures + 1;
  if (mayHelp(cause) && failures < MOST_FAILURES) return outbox.change(item.id, { failures });
  const gone = cause.status === 404 && item.what.kind === "delete";
  if (gone) return outbox.drop(item.id);
  const problem = cause.status === 412 ? CHANGED : sentence(cause);
  await outbox.change(item.id, { problem });
}

/** Sends what comes first; null when it has to wait. */
async function sendFirst(item: Waiting): Promise<Landed | null> {
  const why = await doubt(item);
  if (why) {
    await outbox.change(item.id, { problem: why });
    return null;
  }
  await outbox.change(item.id, { triedAt: item.triedAt ?? Date.now() });
  try {
    return await land(item);
  } catch (cause) {
    if (!(cause instanceof Problem) || cause.status === 401) throw cause;
    await fail(item, cause);
    return null;
  }
}

function sayLanded(all: Landed[]): void {
  const [only] = all;
  if (!only) return;
  const asking = all.findLast(({ reply }) => reply && !isReceipt(reply))?.reply;
  if (asking) void openConversation(asking.conversation_id);
  if (all.length > 1) showReceipt(`Sent: ${countedChanges(all.length)} that waited.`, null);
  else showReceipt(only.reply?.response ?? `Sent: ${inWords(only.item.what)}.`, only.changeId);
}

/** Sends until nothing waits, or something has to. */
async function sendAll(person: string): Promise<void> {
  const done: Landed[] = [];
  try {
    while (user.value?.id === person) {
      const first = (await outbox.all()).find((item) => item.user === person);
      if (!first || first.problem) return;
      // Another person's session may have come to this browser: theirs are other tasks with the same numbers.
      const me = await getMe();
      if (me.id !== person) return await signedIn(me);
      const landed = await sendFirst(first);
      await outboxChanged();
      if (!landed) return;
      done.push(landed);
    }
  } finally {
    if (done.length > 0) {
      await Promise.all([refresh(), loadConversations()]);
      sayLanded(done);
    }
  }
}

async function send(): Promise<void> {
  const person = user.value?.id;
  if (!person) return;
  try {
    await sendAll(person);
  } catch (cause) {
    // Nobody answers, or the session is over: what waits goes on waiting.
    if (!(cause instanceof Unreachable || cause instanceof Problem)) throw cause;
  }
}

let asked = false;

/** One tab sends. Browsers give out locks over a safe connection only; elsewhere the keys keep it to one effect. */
async function sendOnce(): Promise<void> {
  if (asked) return;
  asked = true;
  const begin = async () => {
    asked = false;
    await send();
  };
  await (navigator.locks ? navigator.locks.request(LOCK, begin) : begin());
}

/** What there is to send now, told apart; empty while nothing may be sent. */
const sendable = computed(() => (stuck.value ? "" : waiting.value.map(({ id }) => id).join(" ")));

/** Sends whenever something waits and there is reason to believe that it arrives. */
export function keepSending(): void {
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const attempt = async () => {
    clearTimeout(timer);
    const before = sendable.value;
    await sendOnce();
    tries = sendable.value === before ? tries + 1 : 0;
    clearTimeout(timer);
    if (sendable.value === "") return;
    const pause = COME_BACK_MS[Math.min(tries, COME_BACK_MS.length - 1)] ?? 0;
    timer = setTimeout(() => void attempt(), pause);
  };
  effect(() => {
    // Notes about what waits are no reason to try at once: else a server in trouble would be asked without a pause.
    if (online.value) tries = 0;
    if (sendable.value !== "") untracked(() => void attempt());
  });
}
