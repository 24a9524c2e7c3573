/** Tasks, the trash and undo. Every write says which change it made, so that exactly that one can be undone. */

import { type Answer, request } from "./client";
import type { HistoryEntry, ParsedLine, Task, Undone } from "./types";

export interface Changed<T> {
  value: T;
  changeId: string | null;
}

const PAGE = 200;

function changed<T>(answer: Answer<T>): Changed<T> {
  return { value: answer.data, changeId: answer.headers.get("X-Change-Id") };
}

/** The address of the next page, from `Link: <…>; rel="next"`. */
export function nextLink(header: string | null): string | null {
  const match = header?.match(/<([^>]+)>\s*;\s*rel="?next"?/);
  if (!match?.[1]) return null;
  const url = new URL(match[1], "http://same.origin");
  return url.pathname + url.search;
}

async function allPages(first: string, onFirst?: (tasks: Task[]) => void): Promise<Task[]> {
  const tasks: Task[] = [];
  let path: string | null = first;
  while (path) {
    const answer: Answer<Task[]> = await request<Task[]>("GET", path);
    if (path === first) onFirst?.([...answer.data]);
    tasks.push(...answer.data);
    path = nextLink(answer.headers.get("Link"));
  }
  return tasks;
}

/** All tasks, open or completed; the first page is also handed over as soon as it is there. */
export const listTasks = (completed: boolean, onFirst?: (tasks: Task[]) => void): Promise<Task[]> =>
  allPages(`/api/tasks?completed=${completed}&limit=${PAGE}`, onFirst);

export const listTrash = (): Promise<Task[]> => allPages(`/api/trash?limit=${PAGE}`);

export const getTask = async (id: number): Promise<Task> =>
  (await request<Task>("GET", `/api/tasks/${id}`)).data;

export interface HistoryPage {
  entries: HistoryEntry[];
  /** The address of the older ones. */
  older: string | null;
}

/** What became of a task, newest first; or the page at the address that the page before named. */
export async function taskHistory(id: number, older?: string): Promise<HistoryPage> {
  const answer = await request<HistoryEntry[]>("GET", older ?? `/api/tasks/${id}/history?limit=10`);
  return { entries: answer.data, older: nextLink(answer.headers.get("Link")) };
}

export const restoreTask = async (id: number): Promise<Changed<Task>> =>
  changed(await request<Task>("POST", `/api/trash/${id}/restore`));

/** Undoes one change, or the newest; undoing an undo redoes. */
export const undo = async (changeId: string | null): Promise<Undone> =>
  (await request<Undone>("POST", "/api/undo", { body: changeId ? { change_id: changeId } : {} })).data;

/** What the language engine makes of a line; changes nothing. */
export const parseLine = async (text: string, signal: AbortSignal): Promise<ParsedLine> =>
  (await request<ParsedLine>("POST", "/api/parse", { body: { text }, signal })).data;
