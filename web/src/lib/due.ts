/** When something is due, in words. */

import { dayIn, dayNumber, momentIn, timeIn } from "./zone";

/** The groups of the list, in its order. */
export type GroupName = "overdue" | "today" | "tomorrow" | "week" | "later" | "none";

/** Where and when the reader is. */
export interface Here {
  now: number;
  zone: string;
}

export const hasTime = (due: string): boolean => due.length > 10;

export const today = (here: Here): string => dayIn(here.now, here.zone);

/** The day a due falls on for the reader. */
export const dueDay = (due: string, here: Here): string =>
  hasTime(due) ? dayIn(Date.parse(due), here.zone) : due;

export function isOverdue(due: string, here: Here): boolean {
  return hasTime(due) ? Date.parse(due) < here.now : due < today(here);
}

/** Sorts by the wall clock; a whole day comes before its hours. */
export function dueKey(due: string, here: Here): string {
  return hasTime(due) ? `${dueDay(due, here)}T${timeIn(Date.parse(due), here.zone)}` : due;
}

/** The same time of day on another day; a whole day stays one. */
export function moveTo(due: string | null, day: string, here: Here): string {
  if (due === null || !hasTime(due)) return day;
  return momentIn(day, timeIn(Date.parse(due), here.zone), here.zone);
}

const utcNoon = (day: string): number => Date.parse(`${day}T12:00:00Z`);

function format(day: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(undefined, { ...options, timeZone: "UTC" }).format(utcNoon(day));
}

/** `Today`, `Tomorrow`, `Friday`, `3 days ago`, `13 Mar`, `13 Mar 2027`. */
export function dayWords(day: string, here: Here): string {
  const now = today(here);
  const distance = dayNumber(day) - dayNumber(now);
  if (distance === 0) return "Today";
  if (distance === 1) return "Tomorrow";
  if (distance === -1) return "Yesterday";
  if (distance > 1 && distance < 7) return format(day, { weekday: "long" });
  if (distance < -1 && distance > -7) return `${-distance} days ago`;
  const year = day.slice(0, 4) === now.slice(0, 4) ? {} : ({ year: "numeric" } as const);
  return format(day, { weekday: "short", day: "numeric", month: "short", ...year });
}

const timeWords = (due: string, here: Here): string =>
  new Intl.DateTimeFormat(undefined, { timeStyle: "short", timeZone: here.zone }).format(Date.parse(due));

/** `Tomorrow 15:00`: a due in a few words. */
export function dueWords(due: string, here: Here): string {
  const words = dayWords(dueDay(due, here), here);
  return hasTime(due) ? `${words} ${timeWords(due, here)}` : words;
}

/** `14:05`, `Yesterday 14:05`: when something was. */
export function instantWords(at: number, here: Here): string {
  const due = new Date(at).toISOString();
  return dueDay(due, here) === today(here) ? timeWords(due, here) : dueWords(due, here);
}

/** What a group's heading leaves to say: under “Today” only the time. */
export function dueInGroup(due: string, group: GroupName, here: Here): string | null {
  if (group !== "today" && group !== "tomorrow") return dueWords(due, here);
  return hasTime(due) ? timeWords(due, here) : null;
}

/** `Sat, 21 Nov 2026, 15:00`: the date as it stands in a field. */
export function dueInShort(due: string, here: Here): string {
  const day = format(dueDay(due, here), {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
  });
  return hasTime(due) ? `${day}, ${timeWords(due, here)}` : day;
}

/** The whole date, for titles and screen readers. */
export function dueInFull(due: string, here: Here): string {
  const day = format(dueDay(due, here), { dateStyle: "full" });
  return hasTime(due) ? `${day}, ${timeWords(due, here)}` : day;
}

/** `Friday, 20 November`, under a heading. */
export const headline = (here: Here): string =>
  format(today(here), { weekday: "long", day: "numeric", month: "long" });
