/** The line that says what was just done, with its undo. */

import { signal } from "@preact/signals";
import { sentence } from "../api/problem";
import { undo } from "../api/tasks";
import type { Undone } from "../api/types";
import { refresh } from "./tasks";

export interface Receipt {
  text: string;
  tone: "done" | "problem";
  /** The change that the button puts back (or, after an undo, does again). */
  changeId: string | null;
  action: "Undo" | "Redo";
}

export const receipt = signal<Receipt | null>(null);

export function showReceipt(text: string, changeId: string | null): void {
  receipt.value = { text, tone: "done", changeId, action: "Undo" };
}

export function showWarning(text: string): void {
  receipt.value = { text, tone: "problem", changeId: null, action: "Undo" };
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
      action: action === "Undo" ? "Redo" : "Undo",
    };
    await refresh();
    return true;
  } catch (cause) {
    showProblem(cause);
    return false;
  }
}
