/** Telling this device when a task is due, while Saydo is open. */

import { effect, signal } from "@preact/signals";
import { Unreachable } from "../api/problem";
import { getTask } from "../api/tasks";
import type { Task } from "../api/types";
import { dueWords } from "../lib/due";
import { dueAt, justDue, untilNext } from "../lib/remind";
import { isFirstToTell } from "../offline/told";
import { here } from "./clock";
import { openTask } from "./link";
import { user } from "./session";
import { open } from "./tasks";

const KEY = "saydo.reminders";
/** Browsers let the clocks of background pages lag: look this often. */
const LOOK_MS = 60_000;

/** Whether this browser can notify here: it may not know how, or not over this connection. */
export const canNotify = (): boolean => "Notification" in window && "serviceWorker" in navigator;

export const permission = signal<NotificationPermission>(canNotify() ? Notification.permission : "denied");

function stored(): boolean {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

/** On this device, as the person chose. */
export const remindersOn = signal(stored());

export function setReminders(on: boolean): void {
  remindersOn.value = on;
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

/** Asks the person, by the browser; whoever says yes wants them on. */
export async function allowReminders(): Promise<void> {
  permission.value = await Notification.requestPermission();
  if (permission.value === "granted") setReminders(true);
}

async function notify(title: string, options: NotificationOptions): Promise<void> {
  const registration = await navigator.serviceWorker.ready;
  await registration.showNotification(title, { icon: "/icons/192.png", ...options });
}

export const notifyTest = (): Promise<void> =>
  notify("Saydo", { body: "This is how a due task is told.", tag: "test" });

/** The task as it is now; null when it is no longer due: done, moved or deleted, elsewhere perhaps. */
async function stillDue(task: Task): Promise<Task | null> {
  try {
    const now = await getTask(task.id);
    return dueAt(now, here.value.zone) === dueAt(task, here.value.zone) ? now : null;
  } catch (cause) {
    return cause instanceof Unreachable ? task : null;
  }
}

async function tellOf(task: Task): Promise<void> {
  const due = await stillDue(task);
  if (!due?.due_date || !(await isFirstToTell(`${due.uid} ${due.due_date}`))) return;
  const body = dueWords(due.due_date, here.value);
  await notify(due.title, { body, tag: `task-${due.id}`, data: { task: due.id } });
}

function look(): void {
  for (const task of justDue(open.value, Date.now(), here.value.zone)) {
    // What can't be told is in the list all the same.
    tellOf(task).catch(() => undefined);
  }
}

/** Tells for as long as somebody is signed in and wants it; a click on what was told opens the task. */
export function keepReminding(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = () => {
    clearTimeout(timer);
    look();
    timer = setTimeout(again, Math.min(untilNext(open.value, Date.now(), here.value.zone), LOOK_MS));
  };
  effect(() => {
    const wanted = remindersOn.value && permission.value === "granted" && user.value !== null;
    // Whenever the list or the minute that is shown is another one.
    if (wanted && open.value && here.value) again();
    else clearTimeout(timer);
  });
  if (!canNotify()) return;
  navigator.serviceWorker.addEventListener("message", ({ data }: MessageEvent<{ task?: unknown }>) => {
    if (typeof data.task === "number" && user.value) void openTask(data.task);
  });
}
