/** Looking tasks up by what stands in them: every word has to be there, wherever and however it is written. */

import type { Task } from "../api/types";

/** Without capitals and accents. */
export const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const known = new WeakMap<Task, string>();

/** All there is to find in a task, its title first. */
function textOf(task: Task): string {
  const before = known.get(task);
  if (before !== undefined) return before;
  const labels = task.labels.map((label) => `#${label}`).join(" ");
  const text = plain(`${task.title}\n${labels}\n${task.description ?? ""}`);
  known.set(task, text);
  return text;
}

/** How well a text fits: 0 not at all, more for the words at its beginning. */
export function fits(text: string, words: readonly string[]): number {
  if (!words.every((word) => text.includes(word))) return 0;
  const [first = ""] = words;
  if (text.startsWith(first)) return 3;
  return text.includes(` ${first}`) || text.includes(`\n${first}`) ? 2 : 1;
}

export const wordsOf = (query: string): string[] => plain(query).split(/\s+/).filter(Boolean);

/** The tasks that fit best, at most so many; a number finds its task first. */
export function findTasks(tasks: readonly Task[], query: string, most: number): Task[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const number = Number(query.trim().replace(/^#/, ""));
  return tasks
    .map((task) => ({ task, fit: task.id === number ? 4 : fits(textOf(task), words) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit)
    .slice(0, most)
    .map(({ task }) => task);
}
