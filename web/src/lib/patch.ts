/** From the editor's fields to what is sent: only what the person changed. */

import type { Priority, Task, TaskPatch } from "../api/types";

const text = (data: FormData, name: string): string => String(data.get(name) ?? "");

/** Labels as typed: by spaces or commas, with or without `#`. */
export function splitLabels(typed: string): string[] {
  const words = typed.split(/[\s,]+/).map((word) => word.replace(/^#+/, "").toLowerCase());
  return [...new Set(words.filter(Boolean))];
}

/** `dueShown` is how the due read when the editor opened: only other words are a new due. */
export function readPatch(data: FormData, task: Task, dueShown: string): TaskPatch {
  const patch: TaskPatch = {};
  const title = text(data, "title");
  if (title !== task.title) patch.title = title;
  const description = text(data, "description").replaceAll("\r\n", "\n");
  if (description !== (task.description ?? "")) patch.description = description === "" ? null : description;
  const due = text(data, "due").trim();
  if (due !== dueShown) patch.due_date = due === "" ? null : due;
  const recurrence = text(data, "recurrence").trim();
  if (recurrence !== (task.recurrence?.text ?? "")) patch.recurrence = recurrence === "" ? null : recurrence;
  const labels = splitLabels(text(data, "labels"));
  if (labels.join(" ") !== task.labels.join(" ")) patch.labels = labels;
  const priority = text(data, "priority");
  if (priority !== task.priority && priority !== "") patch.priority = priority as Priority;
  return patch;
}
