/** Copies a text, and says that it did. */

import { useState } from "preact/hooks";
import { copyText } from "../lib/copy";
import { Icon } from "./Icon";

const SAID_MS = 2000;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    setSaid((await copyText(text)) ? "Copied" : "Select it and copy it yourself");
    setTimeout(() => setSaid(""), SAID_MS);
  };
  return (
    <button type="button" class="button button-small" aria-label={label} onClick={() => void copy()}>
      <Icon name={said === "Copied" ? "check" : "copy"} />
      <span role="status">{said || "Copy"}</span>
    </button>
  );
}
