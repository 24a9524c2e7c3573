/** When to tell that a task is due. */

import type { Task } from "../api/types";
import { hasTime } from "./due";
import { momentIn } from "./zone";

/** A task for a whole day is told in the morning. */
const MORNING = "09:00";
/** What became due longer ago is no news: the list shows it. */
const NEWS_MS = 15 * 60_000;

/** The instant at which a task is told; null for one that never is. */
export function dueAt({ completed, due_date }: Task, zone: string): number | null {
  if (completed || due_date === null) return null;
  return Date.parse(hasTime(due_date) ? due_date : momentIn(due_date, MORNING, zone));
}

/** The tasks that have just become due. */
export const justDue = (tasks: readonly Task[], now: number, zone: string): Task[] =>
  tasks.filter((task) => {
    const at = dueAt(task, zone);
    return at !== null && at <= now && now - at < NEWS_MS;
  });

/** How long until the next one; infinite when there is none. */
export const untilNext = (tasks: readonly Task[], now: number, zone: string): number =>
  tasks.reduce((least, task) => {
    const left = (dueAt(task, zone) ?? 0) - now;
    return left > 0 ? Math.min(least, left) : least;
  }, Number.POSITIVE_INFINITY);
