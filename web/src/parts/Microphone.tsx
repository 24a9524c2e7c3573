/** Speaking instead of typing; no button where nobody could hear it. */

import { useEffect } from "preact/hooks";
import { ear, findEar, hearing, toggleHearing } from "../state/voice";
import { Icon } from "./Icon";

const LABELS = {
  off: "Speak",
  starting: "Stop listening",
  listening: "Stop listening",
  writing: "Writing it down",
} as const;

export function Microphone() {
  useEffect(() => void findEar(), []);
  if (!ear.value) return null;
  const now = hearing.value;
  return (
    <button
      type="button"
      class={now === "off" ? "mic" : `mic mic-${now}`}
      aria-label={LABELS[now]}
      title={LABELS[now]}
      aria-disabled={now === "writing"}
      onClick={toggleHearing}
    >
      <Icon name="mic" />
    </button>
  );
}
