/** What became of a task, in words. */

import type { FieldChange, HistoryEntry, HistoryWord } from "../api/types";
import { dueWords, type Here } from "./due";

const WHAT: Record<HistoryWord, string> = {
  created: "Added",
  updated: "Changed",
  completed: "Completed",
  reopened: "Reopened",
  deleted: "Moved to the trash",
  restored: "Put back",
  removed: "Taken off the list",
};

const NAMES: Record<string, string> = {
  title: "Title",
  description: "Notes",
  priority: "Priority",
  due_date: "Due",
  recurrence: "Repeat",
  labels: "Labels",
};

/** One line: `Completed`, or `Undone: Completed` of something that was taken back. */
export function whatWords({ what, undoes }: HistoryEntry): string {
  return undoes === null ? WHAT[what] : `Undo: ${WHAT[what].toLowerCase()}`;
}

const isRule = (value: unknown): value is { text: string } =>
  typeof value === "object" && value !== null && "text" in value;

function valueWords(field: string, value: unknown, here: Here): string {
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) return "none";
  if (field === "due_date" && typeof value === "string") return dueWords(value, here);
  if (field === "labels" && Array.isArray(value)) return value.map((label) => `#${label}`).join(" ");
  return isRule(value) ? value.text : String(value);
}

function fieldWords({ field, before, after }: FieldChange, here: Here): string {
  const [was, is] = [valueWords(field, before, here), valueWords(field, after, here)];
  return field === "description" ? `${NAMES[field]} changed` : `${NAMES[field]}: ${was} → ${is}`;
}

/** The fields that a change of a task made different; its making needs none. */
export function details(entry: HistoryEntry, here: Here): string[] {
  if (entry.what === "created" || entry.what === "removed") return [];
  return entry.fields.filter(({ field }) => field in NAMES).map((change) => fieldWords(change, here));
}

const DOORS: Record<HistoryEntry["door"], string> = {
  rest: "in the list",
  chat: "in a conversation",
  mcp: "over MCP",
  cli: "on the server's command line",
  import: "from a file",
};

/** `You, in the list`, `Robot, over MCP`, `You, in a conversation (with gpt-5)`. */
export function whoWords({ door, agent }: HistoryEntry): string {
  if (agent === null) return `${door === "mcp" ? "A program" : "You"}, ${DOORS[door]}`;
  return door === "rest" ? agent : `${agent}, ${DOORS[door]}`;
}
