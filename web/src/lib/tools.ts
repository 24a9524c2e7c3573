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

/** What a tool call did, in one sentence. */
export function toolSentence(call: ToolCall): string {
  const failed = "error" in record(call.result);
  switch (call.tool) {
    case "add_task":
      return `${failed ? "Could not add" : "Added"} ${subject(call)}`;
    case "complete_task":
      return `${call.params.completed === false ? "Reopened" : "Completed"} ${subject(call)}`;
    case "update_task":
      return `${failed ? "Could not change" : "Changed"} ${subject(call)}`;
    case "delete_task":
      return `${failed ? "Could not delete" : "Deleted"} ${subject(call)}`;
    case "list_tasks":
      return listSentence(call);
    case "find_task":
      return `Searched for “${text(call.params.query)}”`;
    case "undo":
      return "Put a change back";
    default:
      return `Used ${call.tool.replaceAll("_", " ")}`;
  }
}

/** Who answered, in words. */
export const answeredBy = (planner: string): string =>
  planner === "offline" ? "Answered offline" : `Answered by ${planner}`;
