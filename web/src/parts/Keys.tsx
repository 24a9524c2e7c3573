/** The keys, and the dialog that shows them. */

import { useEffect } from "preact/hooks";
import { keysOpen } from "../state/drawer";
import { onKey } from "../state/keys";
import { Dialog } from "./Dialog";

const KEYS: readonly [string, string][] = [
  ["q or /", "Say something"],
  ["Ctrl K", "Search, go anywhere"],
  ["j k", "Move down and up"],
  ["x", "Select; then e, t and Backspace are for all"],
  ["e", "Complete or reopen"],
  ["Enter", "Edit"],
  ["t", "Reschedule"],
  ["p", "Next priority"],
  ["l", "Labels"],
  ["Backspace", "Delete"],
  ["z", "Undo the last change"],
  ["1 … 9", "Pick an answer"],
  ["g t", "Go to Today"],
  ["g u", "Go to Upcoming"],
  ["g a", "Go to All tasks"],
  ["?", "Show these keys"],
  ["Esc", "Stop the answer; back"],
];

export function Keys() {
  useEffect(() => {
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  if (!keysOpen.value) return null;
  const close = () => {
    keysOpen.value = false;
  };
  return (
    <Dialog title="Keys" onClose={close}>
      <dl class="keys">
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((part) => (/^(or|…)$/.test(part) ? part : <kbd key={part}>{part}</kbd>))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
