/** What waits to be sent, in the list and in words. */

import type { Task, TaskPatch } from "../api/types";
import type { Waiting, What } from "../offline/outbox";

/** Whether a text is a date or a moment as the API writes it, not words that only the server can read. */
const isPlain = (due: string): boolean => /^\d{4}-\d\d-\d\d(T.*)?$/.test(due);

/** A task as an edit will make it, as far as that can be known here. */
function edited(task: Task, { recurrence: _, completed: __, due_date, ...patch }: TaskPatch): Task {
  const due = due_date === undefined || (due_date && !isPlain(due_date)) ? task.due_date : due_date;
  return { ...task, ...patch, due_date: due };
}

function applied(task: Task, what: What): Task | null {
  if (what.kind === "say" || what.task.id !== task.id) return task;
  switch (what.kind) {
    case "complete":
      return { ...task, completed: true };
    case "reopen":
      return { ...task, completed: false };
    case "edit":
      return edited(task, what.patch);
    case "delete":
      return null;
  }
}

/** The tasks as they will be when everything has landed. */
export function withWaiting(tasks: Task[], waiting: readonly Waiting[]): Task[] {
  if (waiting.length === 0) return tasks;
  return tasks.flatMap((task) => {
    const shown = waiting.reduce<Task | null>((now, { what }) => now && applied(now, what), task);
    return shown ? [shown] : [];
  });
}

export function inWords(what: What): string {
  switch (what.kind) {
    case "say":
      return `“${what.text}”`;
    case "complete":
      return `Complete “${what.task.title}”`;
    case "reopen":
      return `Reopen “${what.task.title}”`;
    case "delete":
      return `Delete “${what.task.title}”`;
    case "edit":
      return `Change “${what.task.title}”`;
  }
}

export const countedChanges = (count: number): string => (count === 1 ? "1 change" : `${count} changes`);

const ASKING =
  /^(what|which|who|whose|when|where|why|how|show|list)\b|^(do|does|did|is|are|was|can|could) (i|you|we|my|there|any|it)\b|^(undo|redo|yes|no|ok|okay)$|\?$/i;

/** Whether a line is worth nothing without an answer at once: it is not kept for later. */
export const needsAnswer = (text: string): boolean => ASKING.test(text.trim());

/** Whether an edit has words in it that mean another day tomorrow. */
export const hasDateWords = ({ due_date, recurrence }: TaskPatch): boolean =>
  Boolean(due_date && !isPlain(due_date)) || Boolean(recurrence);

/** What comes later, made to fit what an earlier write led to. */
export function fitted(
  later: Waiting,
  done: Waiting,
  result: { task?: Task; conversation?: number },
): Waiting {
  const { write, what } = later;
  if (what.kind === "say") {
    const began = done.what.kind === "say" && !hasConversation(done.write.body);
    if (!began || result.conversation === undefined || hasConversation(write.body)) return later;
    const body = { conversation_id: result.conversation, message: what.text };
    return { ...later, write: { ...write, body } };
  }
  const { task } = result;
  if (done.what.kind === "say" || !task || what.task.id !== task.id || write.version === null) return later;
  // Only if nobody else changed it in between: else the person is to hear of that.
  const alone = done.write.version !== null || task.version === done.what.task.version + 1;
  return alone ? { ...later, write: { ...write, version: task.version } } : later;
}

const hasConversation = (body: unknown): boolean =>
  typeof body === "object" && body !== null && "conversation_id" in body;
