/** What a person does to tasks in the list: each shows its receipt. */

import { Problem } from "../api/problem";
import * as api from "../api/tasks";
import type { Priority, Task, TaskPatch } from "../api/types";
import { completion, deletion, edition } from "../api/writes";
import { dueWords, moveTo } from "../lib/due";
import { inWords } from "../lib/outbox";
import type { What } from "../offline/outbox";
import { here } from "./clock";
import { attempt } from "./outbox";
import { showProblem, showReceipt } from "./receipt";
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

const sayWaiting = (what: What): void => showReceipt(`Waits to be sent: ${inWords(what)}.`, null);

/** Someone changed or removed it meanwhile: show how things are now. */
async function sayAndRefresh(cause: unknown): Promise<void> {
  showProblem(cause);
  if (cause instanceof Problem && (cause.status === 404 || cause.status === 412)) await refresh();
}

export async function complete(task: Task): Promise<void> {
  const done = !task.completed;
  const what: What = { kind: done ? "complete" : "reopen", task };
  try {
    const answer = await attempt<Task>(completion(task, done), what);
    if (!answer) return sayWaiting(what);
    const { value, changeId } = answer;
    if (done) settle({ ...value, completed: true });
    placeTask(value);
    showReceipt(`${done ? "Completed" : "Reopened"} “${task.title}”.`, changeId);
    // A repeating task brings its next occurrence.
    if (task.recurrence) await refresh();
  } catch (cause) {
    await sayAndRefresh(cause);
  }
}

export async function remove(task: Task): Promise<void> {
  const what: What = { kind: "delete", task };
  try {
    const answer = await attempt<undefined>(deletion(task), what);
    if (!answer) return sayWaiting(what);
    removeTask(task.id);
    showReceipt(`Deleted “${task.title}”.`, answer.changeId);
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

/** Moves a task to a day (keeping its time of day), to words the engine understands, or to no date. */
export async function reschedule(
  task: Task,
  to: { day: string } | { words: string } | null,
): Promise<boolean> {
  const due = to === null ? null : "day" in to ? moveTo(task.due_date, to.day, here.value) : to.words;
  const what: What = { kind: "edit", task, patch: { due_date: due } };
  try {
    const answer = await attempt<Task>(edition(task, what.patch), what);
    if (!answer) {
      sayWaiting(what);
      return true;
    }
    const { value, changeId } = answer;
    placeTask(value);
    const when = value.due_date ? `to ${dueWords(value.due_date, here.value)}` : "to no date";
    showReceipt(`Moved “${value.title}” ${when}.`, changeId);
    return true;
  } catch (cause) {
    await sayAndRefresh(cause);
    return false;
  }
}
