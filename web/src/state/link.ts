/** A link to a task, `/?task=5`, as programs give it: opens that task. */

import { Unreachable } from "../api/problem";
import { getTask } from "../api/tasks";
import type { Task } from "../api/types";
import { editing } from "./focus";
import { showProblem } from "./receipt";
import { go } from "./route";
import { open, placeTask, refresh } from "./tasks";

/** Without a network, as it was heard of last. */
function knownTask(id: number, cause: unknown): Task {
  const known = open.value.find((task) => task.id === id);
  if (known && cause instanceof Unreachable) return known;
  throw cause;
}

/** Shows a task in its list, open for editing. */
export async function openTask(id: number): Promise<void> {
  try {
    const task = await getTask(id).catch((cause: unknown) => knownTask(id, cause));
    go({ view: { name: task.completed ? "completed" : "all" }, conversation: null });
    await refresh();
    placeTask(task);
    editing.value = task.id;
  } catch (cause) {
    go({ view: { name: "all" }, conversation: null });
    showProblem(cause);
  }
}

export async function openLinkedTask(): Promise<void> {
  const id = new URLSearchParams(location.search).get("task");
  if (id && /^\d{1,15}$/.test(id)) await openTask(Number(id));
}
