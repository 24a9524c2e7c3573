/** The line above the composer: what was just done, and the way back. */

import { useEffect, useRef } from "preact/hooks";
import { dismissReceipt, type Receipt, receipt, undoReceipt } from "../state/receipt";
import { conversation, entries, showThread, threadOpen } from "../state/thread";
import { Icon } from "./Icon";

const ICONS = { done: "check", waits: "clock", problem: "warning" } as const;

const STAY_MS = 20_000;
/** More than this would be a tower beside the buttons of a phone. */
const LONG = 80;

/** Goes by itself after a while, but never from under a pointer or the focus. */
function useLeave(current: Receipt | null) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!current) return;
    const timer = setInterval(() => {
      const held = ref.current?.matches(":hover") || ref.current?.contains(document.activeElement);
      if (!held && receipt.value === current) dismissReceipt();
    }, STAY_MS);
    return () => clearInterval(timer);
  }, [current]);
  return ref;
}

function Shown({ current }: { current: Receipt }) {
  const { changeId, action } = current;
  return (
    <>
      <span class="receipt-icon">
        <Icon name={ICONS[current.tone]} />
      </span>
      <span class="receipt-text">{current.text}</span>
      {changeId && (
        <button type="button" class="button button-small" onClick={() => void undoReceipt(current)}>
          {action}
        </button>
      )}
      <button type="button" class="icon-button" aria-label="Dismiss" onClick={dismissReceipt}>
        <Icon name="x" />
      </button>
    </>
  );
}

function classOf(current: Receipt | null): string {
  if (!current) return "receipt-none";
  return `receipt receipt-${current.tone}${current.text.length > LONG ? " receipt-long" : ""}`;
}

export function ReceiptLine() {
  const current = receipt.value;
  const ref = useLeave(current);
  const talk = conversation.value !== null && entries.value.length > 0 && !threadOpen.value;
  return (
    <div class="dock-top">
      <div ref={ref} class={classOf(current)} role="status" aria-live="polite">
        {current && <Shown current={current} />}
      </div>
      {talk && (
        <button type="button" class="button button-small thread-open" onClick={showThread}>
          <Icon name="chat" />
          Conversation
        </button>
      )}
    </div>
  );
}
