/** Several tasks at once: which, and what is done with all of them. Whatever it is, one undo takes it back. */

import { computed, signal } from "@preact/signals";
import { sentence } from "../api/problem";
import type { Task } from "../api/types";
import { completeOne, type Day, moveOne, removeOne } from "./actions";
import { focusSoon, rowOf, rows } from "./focus";
import { type Receipt, receipt } from "./receipt";
import { refresh, visible } from "./tasks";

const ids = signal<ReadonlySet<number>>(new Set());
/** Where a range begins. */
let last: number | null = null;

export const selected = computed(() => visible.value.filter(({ id }) => ids.value.has(id)));
export const isSelected = (id: number): boolean => ids.value.has(id);
export const working = signal(false);

export function clearSelection(): void {
  ids.value = new Set();
  last = null;
}

export function toggle(id: number): void {
  const next = new Set(ids.value);
  if (!next.delete(id)) next.add(id);
  ids.value = next;
  last = id;
}

/** Selects all from the one that was selected last to this one, as they are shown. */
export function selectTo(id: number): void {
  const shown = rows().map((row) => Number(row.dataset.task));
  last ??= id;
  const [from, to] = [shown.indexOf(last), shown.indexOf(id)].sort((a, b) => a - b);
  if (from === undefined || from < 0 || to === undefined) toggle(id);
  else ids.value = new Set([...ids.value, ...shown.slice(from, to + 1)]);
}

const counted = (count: number): string => (count === 1 ? "1 task" : `${count} tasks`);

function told(done: readonly (string | null)[], text: string, tone: Receipt["tone"]): void {
  const changes = done.filter((change) => change !== null);
  receipt.value = {
    text,
    tone,
    changeId: changes.at(-1) ?? null,
    before: changes.slice(0, -1),
    action: "Undo",
  };
}

/** One after the other; it ends at the first that fails, and what was done until then can be undone. */
async function each(
  what: string,
  act: (task: Task) => Promise<string | null>,
  tasks: readonly Task[] = selected.value,
): Promise<void> {
  if (working.value) return;
  const done: (string | null)[] = [];
  working.value = true;
  try {
    for (const task of tasks) done.push(await act(task));
    const waits = done.includes(null);
    const all = counted(done.length);
    told(done, waits ? `Waits to be sent: ${all}.` : `${what} ${all}.`, waits ? "waits" : "done");
    clearSelection();
  } catch (cause) {
    const failed = tasks[done.length]?.title ?? "";
    told(done, `${what} ${done.length} of ${tasks.length}, up to “${failed}”: ${sentence(cause)}`, "problem");
  } finally {
    working.value = false;
    await refresh();
    focusSoon(() => rowOf(tasks[0]?.id ?? 0) ?? document.getElementById("list"));
  }
}

/** Completes those that are open; reopens them when none is. */
export function completeSelected(): Promise<void> {
  const done = selected.value.some(({ completed }) => !completed);
  const tasks = selected.value.filter(({ completed }) => completed !== done);
  return each(done ? "Completed" : "Reopened", (task) => completeOne(task, done), tasks);
}

export const deleteSelected = (): Promise<void> => each("Deleted", removeOne);

export const moveSelected = (to: Day): Promise<void> => each("Moved", (task) => moveOne(task, to));
