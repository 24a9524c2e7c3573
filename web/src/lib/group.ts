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

/** Sorts by due, then by priority, then by number. */
function sortTasks(tasks: readonly Task[], here: Here): Task[] {
  const keyed = tasks.map((task) => ({
    task,
    key: task.due_date === null ? "~" : dueKey(task.due_date, here),
  }));
  keyed.sort((a, b) => {
    if (a.key !== b.key) return a.key < b.key ? -1 : 1;
    return RANK[a.task.priority] - RANK[b.task.priority] || a.task.id - b.task.id;
  });
  return keyed.map(({ task }) => task);
}

/** The tasks in their groups, in order; empty groups are left out. */
export function groupTasks(tasks: readonly Task[], here: Here): Group[] {
  const groups = new Map<GroupName, Task[]>(ORDER.map((name) => [name, []]));
  for (const task of sortTasks(tasks, here)) groups.get(groupOf(task, here))?.push(task);
  return [...groups]
    .filter(([, members]) => members.length > 0)
    .map(([name, members]) => ({ name, title: TITLES[name], tasks: members }));
}
