/** Which row is being edited or rescheduled, and where the keyboard stands in the list. */

import { signal } from "@preact/signals";

export const editing = signal<number | null>(null);
/** The field in which editing begins. */
export const editingFrom = signal<"title" | "labels">("title");
export const rescheduling = signal<number | null>(null);
/** Whether all that are selected are being rescheduled. */
export const movingSelected = signal(false);

export const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-task]")];

export function rowOf(id: number): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-task="${id}"]`);
}

/** The row that has the focus, or has something in it that has. */
export function currentRow(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("[data-task]") ?? null;
}

export function currentTaskId(): number | null {
  const row = currentRow();
  return row ? Number(row.dataset.task) : null;
}

/** Moves the keyboard's place up or down the list. */
export function step(by: 1 | -1): boolean {
  const all = rows();
  const current = currentRow();
  const at = current ? all.indexOf(current) : by === 1 ? -1 : all.length;
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return next !== undefined;
}

/** Puts the focus on an element after the next paint, unless the person has already put it elsewhere. */
export function focusSoon(find: () => HTMLElement | null): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) find()?.focus();
  });
}

/** Runs something that takes a row away, and puts the focus on the neighbour instead of nowhere. */
export async function keepingPlace(id: number, act: () => Promise<void>): Promise<void> {
  const held = currentTaskId() === id;
  const all = rows();
  const at = all.findIndex((row) => row.dataset.task === String(id));
  const neighbour = all[at + 1] ?? all[at - 1];
  await act();
  if (!held) return;
  const standing = () => (neighbour?.isConnected ? neighbour : null);
  focusSoon(() => rowOf(id) ?? standing() ?? document.getElementById("list"));
}
