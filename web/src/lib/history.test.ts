import { expect, test } from "vitest";
import type { HistoryEntry } from "../api/types";
import { details, whatWords, whoWords } from "./history";

const HERE = { now: Date.parse("2026-03-11T09:00:00Z"), zone: "UTC" };

const entry = (more: Partial<HistoryEntry>): HistoryEntry => ({
  change_id: "c",
  at: "2026-03-11T09:00:00Z",
  door: "rest",
  agent: null,
  conversation_id: null,
  what: "updated",
  fields: [],
  summary: "",
  undoes: null,
  undone_by: null,
  ...more,
});

test("what was done", () => {
  expect(whatWords(entry({ what: "completed" }))).toBe("Completed");
  expect(whatWords(entry({ what: "reopened", undoes: "d" }))).toBe("Undo: reopened");
});

test("which fields became different", () => {
  const fields = [
    { field: "title", before: "Old", after: "New" },
    { field: "due_date", before: null, after: "2026-03-12" },
    { field: "labels", before: ["home", "a"], after: [] },
    { field: "recurrence", before: null, after: { rrule: "FREQ=DAILY", from: "due", text: "every day" } },
    { field: "description", before: "a long text", after: null },
    { field: "completed", before: false, after: true },
  ];
  expect(details(entry({ fields }), HERE)).toEqual([
    "Title: Old → New",
    "Due: none → Tomorrow",
    "Labels: #home #a → none",
    "Repeat: none → every day",
    "Notes changed",
  ]);
  expect(details(entry({ what: "created", fields }), HERE)).toEqual([]);
});

test("who, by which door", () => {
  expect(whoWords(entry({}))).toBe("You, in the list");
  expect(whoWords(entry({ agent: "Robot" }))).toBe("Robot");
  expect(whoWords(entry({ door: "mcp", agent: "Robot" }))).toBe("Robot, over MCP");
  expect(whoWords(entry({ door: "chat" }))).toBe("You, in a conversation");
  expect(whoWords(entry({ door: "mcp" }))).toBe("A program, over MCP");
});
