/** The line that says what was just done, with its undo. */

import { signal } from "@preact/signals";
import { sentence } from "../api/problem";
import { undo } from "../api/tasks";
import type { Undone } from "../api/types";
import { refresh } from "./tasks";

export interface Receipt {
  text: string;
  tone: "done" | "waits" | "problem";
  /** The change that the button puts back (or, after an undo, does again). */
  changeId: string | null;
  /** What was changed before that by the same action, oldest first: it goes along. */
  before: readonly string[];
  action: "Undo" | "Redo";
}

export const receipt = signal<Receipt | null>(null);

export function showReceipt(text: string, changeId: string | null): void {
  receipt.value = { text, tone: "done", changeId, before: [], action: "Undo" };
}

/** Something that is not done yet: it waits to be sent. */
export function showWaiting(what: string): void {
  const text = `Waits to be sent: ${what}.`;
  receipt.value = { text, tone: "waits", changeId: null, before: [], action: "Undo" };
}

export function showWarning(text: string): void {
  receipt.value = { text, tone: "problem", changeId: null, before: [], action: "Undo" };
}

export const showProblem = (cause: unknown): void => showWarning(sentence(cause));

export function dismissReceipt(): void {
  receipt.value = null;
}

/** Changes that have been put back, each with the change that did it: undoing that one does it again. */
export const undoneBy = signal<ReadonlyMap<string, string>>(new Map());

function remember({ undone, change_id }: Undone): void {
  const next = new Map(undoneBy.value);
  const original = [...next].find(([, by]) => by === undone)?.[0];
  if (original === undefined) next.set(undone, change_id);
  else next.delete(original);
  undoneBy.value = next;
}

/** Puts a change back, or the newest; then offers to do it again. Says whether it worked. */
export async function undoChange(
  changeId: string | null,
  action: "Undo" | "Redo" = "Undo",
): Promise<boolean> {
  try {
    const undone = await undo(changeId);
    remember(undone);
    receipt.value = {
      text: undone.summary,
      tone: "done",
      changeId: undone.change_id,
      before: [],
      action: action === "Undo" ? "Redo" : "Undo",
    };
    await refresh();
    return true;
  } catch (cause) {
    showProblem(cause);
    return false;
  }
}

/** Puts back all that the receipt tells of, the newest first; then offers to do it again. */
export async function undoReceipt({ changeId, before, action }: Receipt): Promise<void> {
  if (changeId === null || before.length === 0) return void (await undoChange(changeId, action));
  const done: string[] = [];
  const told = (text: string, tone: Receipt["tone"]): void => {
    const [last = null, ...earlier] = done.toReversed();
    const next = action === "Undo" ? "Redo" : "Undo";
    receipt.value = { text, tone, changeId: last, before: earlier.toReversed(), action: next };
  };
  try {
    for (const change of [...before, changeId].toReversed()) {
      const undone = await undo(change);
      remember(undone);
      done.push(undone.change_id);
    }
    told(`${action === "Undo" ? "Undone" : "Done again"}: ${done.length} changes.`, "done");
  } catch (cause) {
    told(`Stopped after ${done.length} of ${before.length + 1}: ${sentence(cause)}`, "problem");
  }
  await refresh();
}
