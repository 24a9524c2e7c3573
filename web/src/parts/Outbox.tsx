/** What waits to be sent: how much, in a line above the composer; what, in a dialog; and what to do when it is stuck. */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { countedChanges, inWords } from "../lib/outbox";
import type { Waiting } from "../offline/outbox";
import { dropOthers, dropWaiting, others, stuck, tryAgain, waiting } from "../state/outbox";
import { showProblem } from "../state/receipt";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";

const shown = signal(false);
/** Left for the other person, until the page is opened again. */
const leftAlone = signal(false);

function Line({ tone, children }: { tone: "waits" | "problem"; children: ComponentChildren }) {
  return (
    <div class={`outbox outbox-${tone}`} role="status">
      <Icon name={tone === "waits" ? "clock" : "warning"} />
      {children}
    </div>
  );
}

function Item({ item }: { item: Waiting }) {
  const words = inWords(item.what);
  const run = (work: Promise<void>) => () => void work.catch(showProblem);
  return (
    <li class="outbox-item">
      <span class="outbox-words">
        {words}
        {item.problem && <span class="panel-problem">{item.problem}</span>}
      </span>
      {item.problem && (
        <button
          type="button"
          class="button button-small"
          aria-label={`Try again: ${words}`}
          onClick={() => run(tryAgain(item))()}
        >
          Try again
        </button>
      )}
      <button
        type="button"
        class="button button-small"
        aria-label={`Drop: ${words}`}
        onClick={() => run(dropWaiting(item.id))()}
      >
        Drop
      </button>
    </li>
  );
}

function List() {
  const close = () => {
    shown.value = false;
  };
  return (
    <Dialog title="Waits to be sent" onClose={close}>
      <p class="dialog-lead">
        {stuck.value
          ? "The first one was not done. What comes after it waits for your decision."
          : "It is sent in this order, each once, as soon as Saydo can be reached."}
      </p>
      <ul class="outbox-items">
        {waiting.value.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
    </Dialog>
  );
}

/** Somebody else's: only they can send it, and nobody drops it unasked. */
function Others() {
  const left = others.value;
  if (left.length === 0 || leftAlone.value) return null;
  return (
    <Line tone="waits">
      <span>
        {countedChanges(left.length)} of {left[0]?.email ?? "somebody else"} were never sent from here. Only
        they can send them.
      </span>
      <button type="button" class="button button-small" onClick={() => void dropOthers()}>
        Drop
      </button>
      <button
        type="button"
        class="button button-small"
        onClick={() => {
          leftAlone.value = true;
        }}
      >
        Keep
      </button>
    </Line>
  );
}

export function OutboxLine() {
  const count = waiting.value.length;
  return (
    <>
      <Others />
      {count > 0 && (
        <Line tone={stuck.value ? "problem" : "waits"}>
          <span>
            {stuck.value ? "Not sent: " : ""}
            {countedChanges(count)} {count === 1 ? "waits" : "wait"}
            {stuck.value ? " for your decision" : " to be sent"}
          </span>
          <button
            type="button"
            class="button button-small"
            onClick={() => {
              shown.value = true;
            }}
          >
            Show
          </button>
        </Line>
      )}
      {count > 0 && shown.value && <List />}
    </>
  );
}
