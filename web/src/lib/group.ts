/** The list's groups: overdue, today, tomorrow, this week, later, no date. */

import type { Task } from "../api/types";
import { dueDay, dueKey, type GroupName, type Here, isOverdue, today } from "./due";
import { addDays, weekday } from "./zone";

export interface Group {
  name: GroupName;
  title: string;
  tasks: Task[];
}

const TITLES: Record<GroupName, string> = {
  overdue: "Overdue",
  today: "Today",
  tomorrow: "Tomorrow",
  week: "This week",
  later: "Later",
  none: "No date",
};

const ORDER: readonly GroupName[] = ["overdue", "today", "tomorrow", "week", "later", "none"];

/** Which group a task belongs to. A time that has passed today is overdue. */
export function groupOf(task: Task, here: Here): GroupName {
  if (task.due_date === null) return "none";
  if (isOverdue(task.due_date, here)) return "overdue";
  const now = today(here);
  const day = dueDay(task.due_date, here);
  if (day === now) return "today";
  if (day === addDays(now, 1)) return "tomorrow";
  return day <= addDays(now, 7 - weekday(now)) ? "week" : "later";
}

const RANK = { high: 0, medium: 1, low: 2 } as const;

/** By due, then by priority, then by number. */
export function compareTasks(here: Here): (a: Task, b: Task) => number {
  return (a, b) => {
    const left = a.due_date === null ? "~" : dueKey(a.due_date, here);
    const right = b.due_date === null ? "~" : dueKey(b.due_date, here);
    if (left !== right) return left < right ? -1 : 1;
    return RANK[a.priority] - RANK[b.priority] || a.id - b.id;
  };
}

/** The tasks in their groups, in order; empty groups are left out. */
export function groupTasks(tasks: readonly Task[], here: Here): Group[] {
  const sorted = [...tasks].sort(compareTasks(here));
  const byName = Map.groupBy(sorted, (task) => groupOf(task, here));
  return ORDER.flatMap((name) => {
    const members = byName.get(name);
    return members ? [{ name, title: TITLES[name], tasks: members }] : [];
  });
}
