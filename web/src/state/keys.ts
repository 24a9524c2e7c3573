/** What each key does. Keys never act while someone types, or over a dialog. */

import type { Task } from "../api/types";
import { complete, raise, remove } from "./actions";
import { clearSelection, completeSelected, deleteSelected, selected, toggle } from "./bulk";
import { composerFocus, draft, fillComposer } from "./composer";
import { drawerOpen, keysOpen, paletteOpen } from "./drawer";
import {
  currentRow,
  currentTaskId,
  editing,
  editingFrom,
  keepingPlace,
  movingSelected,
  rescheduling,
  step,
} from "./focus";
import { receipt, undoChange, undoReceipt } from "./receipt";
import { goToView, route } from "./route";
import { visible } from "./tasks";
import { closeThread, pending, threadOpen } from "./thread";
import { answer, stop } from "./turn";
import { stopHearing } from "./voice";

let afterG = false;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(target.type);
  return target.matches("textarea, select, [contenteditable]");
}

function withTask(act: (task: Task) => void): boolean {
  if (["trash", "settings", "ready"].includes(route.value.view.name)) return false;
  const id = currentTaskId();
  const task = visible.value.find((candidate) => candidate.id === id);
  if (!task) return false;
  act(task);
  return true;
}

/** Does it for all that are selected. Says whether there are any. */
function forSelected(act: () => void): boolean {
  if (selected.value.length === 0 || currentTaskId() === null) return false;
  act();
  return true;
}

/** Elsewhere than in the list, a letter undoes only what the page says it will: it may be the z of “pizza”. */
function undoLatest(): boolean {
  const shown = receipt.value;
  if (shown?.action === "Undo" && shown.changeId) void undoReceipt(shown);
  else if (currentRow()) void undoChange(null);
  else return false;
  return true;
}

function back(): boolean {
  if (drawerOpen.value) drawerOpen.value = false;
  else if (stopHearing() || stop()) return true;
  else if (selected.value.length > 0) clearSelection();
  else if (threadOpen.value) closeThread();
  else return false;
  return true;
}

function goTo(key: string): boolean {
  const name = ({ t: "today", u: "upcoming", a: "all" } as const)[key];
  if (!name) return false;
  goToView({ name });
  return true;
}

function pick(digit: number): boolean {
  const question = pending.value;
  const task = question?.kind === "choose" ? question.tasks[digit - 1] : undefined;
  if (!task) return false;
  void answer({ decision: "accept", task_ids: [task.id] }, `“${task.title}”`);
  return true;
}

/** Enter acts on the row itself; on a button in the row the button acts. */
const onRowItself = (): boolean => document.activeElement?.matches("[data-task]") ?? false;

const ACTIONS: Record<string, () => boolean> = {
  q: focusComposer,
  "/": focusComposer,
  j: () => step(1),
  k: () => step(-1),
  x: () => withTask(({ id }) => toggle(id)),
  e: () =>
    forSelected(completeSelected) || withTask((task) => void keepingPlace(task.id, () => complete(task))),
  Enter: () =>
    onRowItself() &&
    withTask((task) => {
      editing.value = task.id;
    }),
  t: () =>
    forSelected(() => {
      movingSelected.value = true;
    }) ||
    withTask((task) => {
      rescheduling.value = task.id;
    }),
  p: () => withTask((task) => void keepingPlace(task.id, () => raise(task))),
  l: () =>
    withTask((task) => {
      editingFrom.value = "labels";
      editing.value = task.id;
    }),
  Backspace: () =>
    forSelected(deleteSelected) || withTask((task) => void keepingPlace(task.id, () => remove(task))),
  z: undoLatest,
  "?": () => (keysOpen.value = true),
  Escape: back,
};

function focusComposer(): boolean {
  composerFocus.value += 1;
  return true;
}

function act(key: string): boolean {
  if (afterG) {
    afterG = false;
    return goTo(key);
  }
  if (key === "g") {
    afterG = true;
    return true;
  }
  if (/^[1-9]$/.test(key)) return pick(Number(key));
  return ACTIONS[key]?.() ?? false;
}

/** Who types without having clicked anywhere means the composer. */
function typeInComposer(typed: string): boolean {
  const nowhere = document.activeElement === null || document.activeElement === document.body;
  if (!nowhere || (draft.value + typed).trim() === "" || !document.getElementById("composer")) return false;
  fillComposer(draft.value + typed);
  return true;
}

const isPaletteKey = ({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean =>
  key.toLowerCase() === "k" && ctrlKey !== metaKey && !altKey && !shiftKey;

export function onKey(event: KeyboardEvent): void {
  if (isPaletteKey(event) && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    paletteOpen.value = true;
    return;
  }
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const typing = isTyping(event.target);
  // A number typed into an empty line while a choice waits is the answer.
  const emptyComposer =
    event.target instanceof HTMLTextAreaElement &&
    event.target.id === "composer" &&
    event.target.value === "";
  if (typing && !(emptyComposer && /^[1-9]$/.test(event.key))) return;
  const typed = (afterG ? "g" : "") + event.key;
  if (act(event.key) || (event.key.length === 1 && typeInComposer(typed))) event.preventDefault();
}
