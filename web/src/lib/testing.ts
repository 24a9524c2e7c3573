/** A task for tests. */

import type { Task } from "../api/types";

export function aTask(id: number, more: Partial<Task> = {}): Task {
  return {
    id,
    uid: `uid-${id}`,
    title: `Task ${id}`,
    description: null,
    completed: false,
    completed_at: null,
    priority: "medium",
    due_date: null,
    recurrence: null,
    labels: [],
    created_at: "2026-03-01T09:00:00Z",
    updated_at: "2026-03-01T09:00:00Z",
    version: 1,
    ...more,
  };
}
