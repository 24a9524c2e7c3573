/** What a person does to tasks in the list: each shows its receipt. */

import { Problem } from "../api/problem";
import type { Changed } from "../api/tasks";
import * as api from "../api/tasks";
import type { Priority, Task, TaskPatch } from "../api/types";
import { completion, deletion, edition } from "../api/writes";
import { dueWords, moveTo } from "../lib/due";
import { inWords } from "../lib/outbox";
import type { What } from "../offline/outbox";
import { here } from "./clock";
import { attempt } from "./outbox";
import { showProblem, showReceipt, showWaiting } from "./receipt";
import { placeTask, refresh, removeTask, settling } from "./tasks";

const SETTLE_MS = 900;

function settle(task: Task): void {
  settling.value = new Map(settling.value).set(task.id, task);
  setTimeout(() => {
    const next = new Map(settling.value);
    next.delete(task.id);
    settling.value = next;
  }, SETTLE_MS);
}

const sayWaiting = (what: What): void => showWaiting(inWords(what));

/** Someone changed or removed it meanwhile: show how things are now. */
async function sayAndRefresh(cause: unknown): Promise<void> {
  showProblem(cause);
  if (cause instanceof Problem && (cause.status === 404 || cause.status === 412)) await refresh();
}

/** Completes or reopens a task; the change it made, or null when it waits to be sent. */
export async function completeOne(task: Task, done: boolean): Promise<string | null> {
  const answer = await attempt<Task>(completion(task, done), { kind: done ? "complete" : "reopen", task });
  if (!answer) return null;
  if (done) settle({ ...answer.value, completed: true });
  placeTask(answer.value);
  return answer.changeId;
}

/** Says what was done, or that it waits. */
function tell(change: string | null, what: What, text: string): void {
  if (change === null) sayWaiting(what);
  else showReceipt(text, change);
}

export async function complete(task: Task): Promise<void> {
  const done = !task.completed;
  const what: What = { kind: done ? "complete" : "reopen", task };
  try {
    const change = await completeOne(task, done);
    tell(change, what, `${done ? "Completed" : "Reopened"} “${task.title}”.`);
    if (change === null) return;
    // A repeating task brings its next occurrence.
    if (task.recurrence) await refresh();
  } catch (cause) {
    await sayAndRefresh(cause);
  }
}

/** Deletes a task; the change it made, or null when it waits to be sent. */
export async function removeOne(task: Task): Promise<string | null> {
  const answer = await attempt<undefined>(deletion(task), { kind: "delete", task });
  if (!answer) return null;
  removeTask(task.id);
  return answer.changeId;
}

export async function remove(task: Task): Promise<void> {
  try {
    tell(await removeOne(task), { kind: "delete", task }, `Deleted “${task.title}”.`);
  } catch (cause) {
    await sayAndRefresh(cause);
  }
}

export async function restore(task: Task): Promise<void> {
  try {
    const { value, changeId } = await api.restoreTask(task.id);
    placeTask(value);
    showReceipt(`Put “${task.title}” back.`, changeId);
  } catch (cause) {
    await sayAndRefresh(cause);
  }
}

/** Saves an edit; throws what the editor should show (it keeps what was typed). */
export async function edit(task: Task, patch: TaskPatch): Promise<void> {
  const what: What = { kind: "edit", task, patch };
  const answer = await attempt<Task>(edition(task, patch), what);
  if (!answer) return sayWaiting(what);
  placeTask(answer.value);
  showReceipt(`Changed “${answer.value.title}”.`, answer.changeId);
}

const NEXT_PRIORITY: Record<Priority, Priority> = { medium: "high", high: "low", low: "medium" };

/** Gives a task the next priority. */
export async function raise(task: Task): Promise<void> {
  try {
    await edit(task, { priority: NEXT_PRIORITY[task.priority] });
  } catch (cause) {
    await sayAndRefresh(cause);
  }
}

/** A day (a task keeps its time of day), words the engine understands, or no date. */
export type Day = { day: string } | { words: string } | null;

/** What is wanted of a date, for people: the server says it for programs, too. */
export const NO_DATE = "This date is not understood. Say it like “friday 3pm” or “20 april”.";

function moved(task: Task, to: Day): What {
  const due = to === null ? null : "day" in to ? moveTo(task.due_date, to.day, here.value) : to.words;
  return { kind: "edit", task, patch: { due_date: due } };
}

async function move(what: What): Promise<Changed<Task> | null> {
  if (what.kind !== "edit") return null;
  try {
    const answer = await attempt<Task>(edition(what.task, what.patch), what);
    if (answer) placeTask(answer.value);
    return answer;
  } catch (cause) {
    if (!(cause instanceof Problem && cause.field("due_date"))) throw cause;
    throw new Problem(cause.status, { detail: NO_DATE });
  }
}

/** Moves a task; the change it made, or null when it waits to be sent. */
export const moveOne = async (task: Task, to: Day): Promise<string | null> =>
  (await move(moved(task, to)))?.changeId ?? null;

export async function reschedule(task: Task, to: Day): Promise<void> {
  const what = moved(task, to);
  try {
    const answer = await move(what);
    if (!answer) return sayWaiting(what);
    const { title, due_date } = answer.value;
    const when = due_date ? `to ${dueWords(due_date, here.value)}` : "to no date";
    showReceipt(`Moved “${title}” ${when}.`, answer.changeId);
  } catch (cause) {
    await sayAndRefresh(cause);
  }
}
