/** The person's tasks as last heard from the server. */

import { computed, signal } from "@preact/signals";
import { Problem, sentence } from "../api/problem";
import { listTasks, listTrash } from "../api/tasks";
import type { Task } from "../api/types";
import { dueDay, type Here, isOverdue, today as todayOf } from "../lib/due";
import { type Group, groupTasks } from "../lib/group";
import { withWaiting } from "../lib/outbox";
import { type Known, recall } from "../offline/known";
import { here, tick } from "./clock";
import { waiting } from "./outbox";
import { route, type View } from "./route";

export type Loading = { status: "loading" } | { status: "ready" } | { status: "error"; message: string };

export const open = signal<Task[]>([]);
export const completed = signal<Task[] | null>(null);
export const trash = signal<Task[] | null>(null);
export const loading = signal<Loading>({ status: "loading" });

/** When the server last told the list; null before that. */
export const heardAt = signal<number | null>(null);

/** Tasks just completed: they stay in sight, struck through, until the next look. */
export const settling = signal<ReadonlyMap<number, Task>>(new Map());

/** The task whose editor is open: it stays in sight whatever happens elsewhere. */
export const held = signal<Task | null>(null);
/** What became of it elsewhere. */
export const heldNow = signal<Task | "deleted" | null>(null);

let asked = 0;
let flying = 0;

/** Whether an answer is on its way that may be older than what happens now. */
export const isAsking = (): boolean => flying > 0;

const isOpenView = (view: View): boolean => view.name !== "completed" && view.name !== "trash";

/** Whether the list of a view has ever been heard. */
function isLoaded(view: View): boolean {
  if (view.name === "completed") return completed.value !== null;
  return view.name === "trash" ? trash.value !== null : true;
}

async function fetchLists(view: View): Promise<void> {
  asked += 1;
  const turn = asked;
  const showFirst = (tasks: Task[]) => {
    if (turn !== asked || loading.value.status === "ready") return;
    open.value = tasks;
    if (isOpenView(view)) loading.value = { status: "ready" };
  };
  const [openTasks, completedTasks, trashTasks] = await Promise.all([
    listTasks(false, showFirst),
    view.name === "completed" ? listTasks(true) : null,
    view.name === "trash" ? listTrash() : null,
  ]);
  // A later question has a newer answer.
  if (turn !== asked) return;
  tick();
  open.value = openTasks;
  completed.value = completedTasks;
  trash.value = trashTasks;
  heardAt.value = Date.now();
  loading.value = { status: "ready" };
}

/** The completed ones are let go of while they are not shown; this device may still know them. */
async function recallCompleted(): Promise<void> {
  const known = completed.value ? null : await recall().catch(() => null);
  completed.value ??= known?.completed ?? null;
}

/** Hears from the server again, and says whether that went well. Keeps what is shown when it fails. */
export async function refresh(): Promise<boolean> {
  flying += 1;
  try {
    await fetchLists(route.value.view);
    return true;
  } catch (cause) {
    if (cause instanceof Problem && cause.status === 401) return false;
    if (route.value.view.name === "completed") await recallCompleted();
    if (loading.value.status !== "ready" || !isLoaded(route.value.view)) {
      loading.value = { status: "error", message: sentence(cause) };
    }
    return false;
  } finally {
    flying -= 1;
  }
}

/** Shows what this device knows, until the server is heard. */
export function showKnown(known: Known): void {
  if (known.at === 0 || heardAt.value !== null) return;
  open.value = known.open;
  completed.value = known.completed;
  heardAt.value = known.at;
  loading.value = { status: "ready" };
}

/** Forgets everything, for the next person at this browser. */
export function forgetTasks(): void {
  asked += 1;
  open.value = [];
  completed.value = null;
  trash.value = null;
  settling.value = new Map();
  heardAt.value = null;
  loading.value = { status: "loading" };
}

/** Puts one changed task in its place without asking for all again. */
export function placeTask(task: Task): void {
  if (held.value?.id === task.id) heldNow.value = task;
  const without = (tasks: Task[]) => tasks.filter((other) => other.id !== task.id);
  open.value = task.completed ? without(open.value) : [...without(open.value), task];
  if (completed.value)
    completed.value = task.completed ? [task, ...without(completed.value)] : without(completed.value);
  if (trash.value) trash.value = without(trash.value);
}

/** The version of a task as it is shown; null for one that is not. */
export function knownVersion(id: number): number | null {
  const of = (tasks: Task[] | null) => tasks?.find((task) => task.id === id);
  return (of(open.value) ?? of(completed.value))?.version ?? null;
}

export function removeTask(id: number): void {
  if (held.value?.id === id) heldNow.value = "deleted";
  open.value = open.value.filter((task) => task.id !== id);
  if (completed.value) completed.value = completed.value.filter((task) => task.id !== id);
}

function belongs(view: View, where: Here): (task: Task) => boolean {
  switch (view.name) {
    case "today":
      return ({ due_date }) =>
        due_date !== null && (isOverdue(due_date, where) || dueDay(due_date, where) <= todayOf(where));
    case "upcoming":
      return ({ due_date }) => due_date !== null && dueDay(due_date, where) > todayOf(where);
    case "label":
      return (task) => task.labels.includes(view.label);
    default:
      return () => true;
  }
}

/** What the list should show: its tasks, that they are coming, or why they are not. */
export const listState = computed<Loading>(() => {
  const state = loading.value;
  return state.status === "ready" && !isLoaded(route.value.view) ? { status: "loading" } : state;
});

/** The tasks of the view that is open. */
export const visible = computed<Task[]>(() => {
  const { view } = route.value;
  if (view.name === "completed") return withWaiting(completed.value ?? [], waiting.value);
  if (view.name === "trash") return trash.value ?? [];
  const known = new Set(open.value.map((task) => task.id));
  const leaving = [...settling.value.values()].filter((task) => !known.has(task.id));
  const shown = withWaiting([...open.value, ...leaving], waiting.value).filter(belongs(view, here.value));
  const editor = held.value;
  return editor && !shown.some((task) => task.id === editor.id) ? [...shown, editor] : shown;
});

/** The same, sorted into its groups. */
export const groups = computed<Group[]>(() => groupTasks(visible.value, here.value));

/** Open tasks per label, most used first. */
export const labels = computed<[string, number][]>(() => {
  const counts = new Map<string, number>();
  for (const task of open.value)
    for (const label of task.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
});

export const todayCount = computed(() => open.value.filter(belongs({ name: "today" }, here.value)).length);
