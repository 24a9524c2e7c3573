/** The conversation: what was said, what was done, what is asked. Everything in it is text, never markup. */

import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ToolCall } from "../api/types";
import { answeredBy, toolSentence } from "../lib/tools";
import { composerFocus } from "../state/composer";
import { undoChange, undoneBy } from "../state/receipt";
import {
  busy,
  closeThread,
  conversation,
  conversations,
  type Entry,
  entries,
  newConversation,
  openConversation,
  pending,
  sayAgain,
  threadStatus,
} from "../state/thread";
import { Icon } from "./Icon";
import { Question } from "./Question";
import { Blank, ErrorState, Skeleton } from "./States";

function Tools({ calls }: { calls: readonly ToolCall[] }) {
  if (calls.length === 0) return null;
  return (
    <details class="tools">
      <summary>{calls.length === 1 ? "1 step" : `${calls.length} steps`}</summary>
      <ul>
        {calls.map((call) => (
          <li key={call.id}>{toolSentence(call)}</li>
        ))}
      </ul>
    </details>
  );
}

/** Undo, and when that was done, Redo. */
function UndoButton({ changeId }: { changeId: string }) {
  const by = undoneBy.value.get(changeId);
  return (
    <button
      type="button"
      class="button button-small"
      onClick={() => void (by ? undoChange(by, "Redo") : undoChange(changeId))}
    >
      <Icon name={by ? "redo" : "undo"} />
      {by ? "Redo" : "Undo"}
    </button>
  );
}

function Foot({ entry }: { entry: Entry }) {
  const { changeId, retry } = entry;
  return (
    <div class="bubble-foot">
      {changeId && <UndoButton changeId={changeId} />}
      {retry && (
        <button type="button" class="button button-small" onClick={() => void sayAgain(retry)}>
          Try again
        </button>
      )}
      <Tools calls={entry.toolCalls} />
      {entry.answeredBy && <span class="who">{answeredBy(entry.answeredBy)}</span>}
    </div>
  );
}

const SPEAKER = { user: "You said", assistant: "Saydo said", problem: "Problem" } as const;

function Bubble({ entry, isLast }: { entry: Entry; isLast: boolean }) {
  // While its question waits, the card says what the text says, with buttons.
  const asked = isLast && entry.role === "assistant" ? pending.value : null;
  return (
    <li class={`turn turn-${entry.role}`}>
      <span class="sr-only">{SPEAKER[entry.role]}: </span>
      {asked && asked.tasks.length > 0 ? (
        <Question key={asked.id} question={asked} />
      ) : (
        <p class="bubble">{entry.text}</p>
      )}
      {entry.role !== "user" && <Foot entry={entry} />}
    </li>
  );
}

function useStayAtEnd() {
  const ref = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    if (entries.value.length + Number(busy.value) === 0) return;
    requestAnimationFrame(() => ref.current?.scrollTo({ top: ref.current.scrollHeight }));
  });
  return ref;
}

function Turns() {
  const status = threadStatus.value;
  if (status.status === "loading") return <Skeleton rows={4} />;
  if (status.status === "error") {
    const id = conversation.value;
    return (
      <ErrorState
        message={status.message}
        onRetry={() => (id === null ? newConversation() : void openConversation(id))}
      />
    );
  }
  const all = entries.value;
  if (all.length === 0) {
    return (
      <Blank icon="chat" title="A new conversation">
        <p>Ask “what’s due today?”, or say what should be done.</p>
      </Blank>
    );
  }
  return (
    <ol class="turns">
      {all.map((entry, index) => (
        <Bubble key={entry.key} entry={entry} isLast={index === all.length - 1} />
      ))}
      {busy.value && (
        <li class="turn turn-assistant">
          <p class="bubble bubble-thinking">
            <span class="sr-only">Thinking</span>
            <i />
            <i />
            <i />
          </p>
        </li>
      )}
    </ol>
  );
}

export function Thread() {
  const ref = useStayAtEnd();
  const title = conversations.value.find((other) => other.id === conversation.value)?.title || "Conversation";
  const startNew = () => {
    newConversation();
    composerFocus.value += 1;
  };
  return (
    <aside class="thread" aria-label="Conversation">
      <header class="thread-head">
        <h2>{title}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label="New conversation"
          title="New conversation"
          onClick={startNew}
        >
          <Icon name="plus" />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label="Close conversation"
          title="Close"
          onClick={closeThread}
        >
          <Icon name="x" />
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div ref={ref} class="thread-scroll" role="log" aria-live="polite" aria-label="Messages" tabIndex={0}>
        <Turns />
      </div>
    </aside>
  );
}
