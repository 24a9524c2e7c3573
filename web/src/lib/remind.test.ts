import { expect, test } from "vitest";
import type { Task } from "../api/types";
import { dueAt, justDue, untilNext } from "./remind";

const ZONE = "Europe/Berlin";
const NINE = Date.parse("2026-03-11T08:00:00Z");
const due = (due_date: string | null, completed = false) => ({ due_date, completed }) as Task;

test("a time is told at that time, a whole day at nine there", () => {
  expect(dueAt(due("2026-03-11T15:00:00+01:00"), ZONE)).toBe(Date.parse("2026-03-11T14:00:00Z"));
  expect(dueAt(due("2026-03-11"), ZONE)).toBe(NINE);
  expect(dueAt(due(null), ZONE)).toBe(null);
  expect(dueAt(due("2026-03-11", true), ZONE)).toBe(null);
});

test("only what has just become due is news", () => {
  const tasks = [due("2026-03-11")];
  expect(justDue(tasks, NINE - 1, ZONE)).toEqual([]);
  expect(justDue(tasks, NINE, ZONE)).toEqual(tasks);
  expect(justDue(tasks, NINE + 14 * 60_000, ZONE)).toEqual(tasks);
  expect(justDue(tasks, NINE + 15 * 60_000, ZONE)).toEqual([]);
});

test("the next one is waited for", () => {
  const tasks = [due("2026-03-12"), due("2026-03-11T09:05:00+01:00"), due("2026-03-10"), due(null)];
  expect(untilNext(tasks, NINE, ZONE)).toBe(5 * 60_000);
  expect(untilNext([due("2026-03-10")], NINE, ZONE)).toBe(Number.POSITIVE_INFINITY);
});
