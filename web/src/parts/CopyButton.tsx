/** Copies a text, and says that it did. */

import { useState } from "preact/hooks";
import { copyText } from "../lib/copy";
import { Icon } from "./Icon";

const COPIED = "Copied";
const SAID_MS = 2000;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    setSaid((await copyText(text)) ? COPIED : "Select it and copy it yourself");
    setTimeout(() => setSaid(""), SAID_MS);
  };
  return (
    <span class="copy">
      <button type="button" class="button button-small" aria-label={label} onClick={() => void copy()}>
        <Icon name={said === COPIED ? "check" : "copy"} />
        {said === COPIED ? COPIED : "Copy"}
      </button>
      <span class={said === COPIED ? "sr-only" : "copy-problem"} role="status">
        {said}
      </span>
    </span>
  );
}
