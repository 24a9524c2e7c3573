/** What a person does to tasks in the list: each shows its receipt. */

import { Problem } from "../api/problem";
import * as api from "../api/tasks";
import type { Task, TaskPatch } from "../api/types";
import { dueWords, moveTo } from "../lib/due";
import { here } from "./clock";
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

/** Someone changed or removed it meanwhile: show how things are now. */
async function sayAndRefresh(cause: unknown): Promise<void> {
  showProblem(cause);
  if (cause instanceof Problem && (cause.status === 404 || cause.status === 412)) await refresh();
}

export async function complete(task: Task): Promise<void> {
  const done = !task.completed;
  try {
    const { value, changeId } = await api.setCompleted(task.id, done);
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
  try {
    const { changeId } = await api.deleteTask(task.id);
    removeTask(task.id);
    showReceipt(`Deleted “${task.title}”.`, changeId);
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
  const { value, changeId } = await api.updateTask(task, patch);
  placeTask(value);
  showReceipt(`Changed “${value.title}”.`, changeId);
}

/** Moves a task to a day (keeping its time of day), to words the engine understands, or to no date. */
export async function reschedule(
  task: Task,
  to: { day: string } | { words: string } | null,
): Promise<boolean> {
  const due = to === null ? null : "day" in to ? moveTo(task.due_date, to.day, here.value) : to.words;
  try {
    const { value, changeId } = await api.updateTask(task, { due_date: due });
    placeTask(value);
    const when = value.due_date ? `to ${dueWords(value.due_date, here.value)}` : "to no date";
    showReceipt(`Moved “${value.title}” ${when}.`, changeId);
    return true;
  } catch (cause) {
    await sayAndRefresh(cause);
    return false;
  }
}
