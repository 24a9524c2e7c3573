/** Tool calls as one human sentence each. */

import type { ToolCall } from "../api/types";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function subject(call: ToolCall): string {
  const title = text(record(call.result).title) || text(call.params.title);
  if (title) return `“${title}”`;
  return typeof call.params.task_id === "number" ? `task ${call.params.task_id}` : "a task";
}

function listSentence(call: ToolCall): string {
  const total = record(call.result).total;
  if (typeof total !== "number") return "Looked at your tasks";
  return total === 1 ? "Looked at 1 task" : `Looked at ${total} tasks`;
}

const CHANGES: Record<string, [did: string, failed: string]> = {
  add_task: ["Added", "Could not add"],
  complete_task: ["Completed", "Could not complete"],
  reopen_task: ["Reopened", "Could not reopen"],
  update_task: ["Changed", "Could not change"],
  delete_task: ["Deleted", "Could not delete"],
};

/** A model may call tools that there are not, also by the names that every object knows. */
const changes = (tool: string) => (Object.hasOwn(CHANGES, tool) ? CHANGES[tool] : undefined);

function changeSentence(call: ToolCall): string | null {
  const reopens = call.tool === "complete_task" && call.params.completed === false;
  const verbs = changes(reopens ? "reopen_task" : call.tool);
  return verbs ? `${verbs[hasFailed(call) ? 1 : 0]} ${subject(call)}` : null;
}

/** What a tool call did, in one sentence. */
export function toolSentence(call: ToolCall): string {
  switch (call.tool) {
    case "list_tasks":
      return listSentence(call);
    case "find_task":
      return `Searched for “${text(call.params.query)}”`;
    case "undo":
      return hasFailed(call) ? "Could not put the change back" : "Put a change back";
    default:
      return changeSentence(call) ?? `Used ${call.tool.replaceAll("_", " ")}`;
  }
}

/** Whether a call changed something: what is said after it is the receipt. */
export const hasChanged = (call: ToolCall): boolean =>
  (changes(call.tool) !== undefined || call.tool === "undo") && call.result !== undefined && !hasFailed(call);

/** Whether a call did not do what it was to do. */
export const hasFailed = (call: ToolCall): boolean => "error" in record(call.result);

function inWords(value: unknown): string {
  if (value === null || value === "") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(inWords).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What a call was asked for, and what was wrong with it: names and values. */
export function toolDetails(call: ToolCall): [string, string][] {
  const asked = Object.entries(call.params).map(([name, value]): [string, string] => [
    name.replaceAll("_", " "),
    inWords(value),
  ]);
  const { error } = record(call.result);
  return error === undefined ? asked : [...asked, ["problem", inWords(error)]];
}

/** Who answered, in words. */
export const answeredBy = (planner: string): string =>
  `Answered by ${planner === "offline" ? "the offline engine" : planner}`;
