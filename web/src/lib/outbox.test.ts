import { expect, test } from "vitest";
import type { Task } from "../api/types";
import type { Waiting, What } from "../offline/outbox";
import { fitted, hasDateWords, needsAnswer, withWaiting } from "./outbox";

const task = (id: number, more: Partial<Task> = {}): Task => ({
  id,
  uid: `u${id}`,
  title: `Task ${id}`,
  description: null,
  completed: false,
  completed_at: null,
  priority: "medium",
  due_date: "2026-03-12",
  recurrence: null,
  labels: [],
  created_at: "",
  updated_at: "",
  version: 3,
  ...more,
});

const waits = (what: What, write: Partial<Waiting["write"]> = {}): Waiting => ({
  id: 1,
  user: "ada",
  email: null,
  at: 0,
  write: { method: "PATCH", path: "/", body: {}, version: null, key: "k", ...write },
  what,
  triedAt: null,
  failures: 0,
  problem: null,
  meant: false,
});

test("the list is shown as it will be, in the order of what was done", () => {
  const [one, two, three] = [task(1), task(2), task(3)];
  const shown = withWaiting(
    [one, two, three],
    [
      waits({ kind: "complete", task: one }),
      waits({ kind: "reopen", task: one }),
      waits({ kind: "edit", task: two, patch: { title: "New", due_date: "next friday" } }),
      waits({ kind: "edit", task: two, patch: { due_date: null } }),
      waits({ kind: "delete", task: three }),
      waits({ kind: "edit", task: three, patch: { title: "Gone" } }),
      waits({ kind: "say", text: "delete everything" }),
    ],
  );
  expect(shown).toEqual([one, { ...two, title: "New", due_date: null }]);
});

test("words for a date are the server's to read; a date is shown", () => {
  const due = (due_date: string) =>
    withWaiting([task(1)], [waits({ kind: "edit", task: task(1), patch: { due_date } })])[0]?.due_date;
  expect(due("tomorrow")).toBe("2026-03-12");
  expect(due("2026-03-20T15:00:00+01:00")).toBe("2026-03-20T15:00:00+01:00");
  expect([{ due_date: "tomorrow" }, { recurrence: "daily" }].every(hasDateWords)).toBe(true);
  expect([{ due_date: "2026-03-20" }, { due_date: null }, { title: "x" }].some(hasDateWords)).toBe(false);
});

test("questions and answers are not kept for later, what is to be done is", () => {
  for (const line of [
    "what is open?",
    "Show my tasks",
    "milk?",
    "do I have time",
    "undo",
    "yes",
    "list all",
  ]) {
    expect(needsAnswer(line), line).toBe(true);
  }
  for (const line of [
    "do the laundry",
    "find a plumber",
    "buy milk",
    "undo the knot in the rope",
    "listen to Ana",
  ]) {
    expect(needsAnswer(line), line).toBe(false);
  }
});

test("a later edit takes the version that an earlier write made, unless somebody else was in between", () => {
  const before = task(1);
  const later = waits({ kind: "edit", task: before, patch: {} }, { version: 3 });
  const version = (done: Waiting, now: number) =>
    fitted(later, done, { task: task(1, { version: now }) }).write.version;
  const complete = waits({ kind: "complete", task: before });
  expect(version(complete, 4)).toBe(4);
  expect(version(complete, 5)).toBe(3);
  expect(version(waits({ kind: "edit", task: before, patch: {} }, { version: 3 }), 5)).toBe(5);
  expect(fitted(later, complete, { task: task(2) })).toEqual(later);
});

test("what was said after a line that began a conversation goes on in it", () => {
  const began = waits({ kind: "say", text: "a" }, { body: { message: "a" } });
  const later = waits({ kind: "say", text: "b" }, { body: { message: "b" } });
  expect(fitted(later, began, { conversation: 7 }).write.body).toEqual({ conversation_id: 7, message: "b" });
  const other = waits({ kind: "say", text: "b" }, { body: { conversation_id: 2, message: "b" } });
  expect(fitted(other, began, { conversation: 7 })).toEqual(other);
  expect(fitted(later, other, { conversation: 2 })).toEqual(later);
});
