/** What was done without a network and waits to be sent. */

import { computed, effect, signal } from "@preact/signals";
import { Unreachable } from "../api/problem";
import type { Changed } from "../api/tasks";
import { carryOut, type Write } from "../api/writes";
import type { Waiting, What } from "../offline/outbox";
import * as outbox from "../offline/outbox";
import { hearTabs, tell } from "../offline/tabs";
import { online } from "./connection";
import { user } from "./session";

/** Of everybody at this browser, in order. */
export const everybodys = signal<Waiting[]>([]);
export const waiting = computed(() => everybodys.value.filter((item) => item.user === user.value?.id));
/** What somebody left here who is not the one who is signed in. */
export const others = computed(() => everybodys.value.filter((item) => item.user !== user.value?.id));
/** What holds up everything behind it until the person has decided. */
export const stuck = computed(() => (waiting.value[0]?.problem ? waiting.value[0] : null));
export const waitingTasks = computed(
  () => new Set(waiting.value.flatMap(({ what }) => (what.kind === "say" ? [] : [what.task.id]))),
);

export async function reload(): Promise<void> {
  // Where storage is forbidden nothing can wait.
  everybodys.value = await outbox.all().catch(() => []);
}

/** Shows what waits now, here and in the other tabs. */
export async function outboxChanged(): Promise<void> {
  tell("outbox");
  await reload();
}

const sameTask = (one: What, other: What): boolean =>
  one.kind !== "say" && other.kind !== "say" && one.task.id === other.task.id;

/** Whether something has to wait its turn. Behind what needs a decision, only what is about the same task does. */
export function mustWait(what: What): boolean {
  if (!online.value) return true;
  if (stuck.value) return waiting.value.some((item) => sameTask(item.what, what));
  return waiting.value.length > 0;
}

/** Keeps a write to be sent later; `tried` when it may have arrived already. */
export async function enqueue(write: Write, what: What, tried: boolean): Promise<void> {
  const person = user.value;
  if (!person) throw new Unreachable();
  const now = Date.now();
  const item = { user: person.id, email: person.email, at: now, write, what };
  try {
    const fresh = { failures: 0, problem: null, meant: false };
    await outbox.add({ ...item, ...fresh, triedAt: tried ? now : null });
  } catch {
    // What can't be kept is not promised.
    throw new Unreachable();
  }
  await outboxChanged();
}

/** Does it now, or keeps it for later: then there is no answer yet. */
export async function attempt<T>(write: Write, what: What): Promise<Changed<T> | null> {
  const later = mustWait(what);
  try {
    if (!later) return await carryOut<T>(write);
  } catch (cause) {
    if (!(cause instanceof Unreachable)) throw cause;
  }
  await enqueue(write, what, !later);
  return null;
}

export async function dropWaiting(id: number): Promise<void> {
  await outbox.drop(id);
  await outboxChanged();
}

export async function dropOthers(): Promise<void> {
  for (const { id } of others.value) await outbox.drop(id);
  await outboxChanged();
}

/** Sends it as it is, over what was changed elsewhere too. */
export async function tryAgain({ id, write }: Waiting): Promise<void> {
  const again = { problem: null, failures: 0, meant: true, write: { ...write, version: null } };
  await outbox.change(id, again);
  await outboxChanged();
}

export function keepOutbox(): void {
  hearTabs((word) => {
    if (word === "outbox") void reload();
  });
  effect(() => {
    // Who leaves takes it along, and who comes may have left something.
    if (user.value !== undefined) void reload();
  });
}
