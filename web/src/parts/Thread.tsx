/** The conversation: what was said, what was done, what is asked. Everything in it is text, never markup. */

import { answeredBy } from "../lib/tools";
import { composerFocus } from "../state/composer";
import { newConversation, openConversation } from "../state/conversations";
import { undoChange, undoneBy } from "../state/receipt";
import {
  closeThread,
  conversation,
  conversations,
  type Entry,
  entries,
  pending,
  threadStatus,
} from "../state/thread";
import { sayAgain } from "../state/turn";
import { Icon } from "./Icon";
import { Question } from "./Question";
import { Blank, ErrorState, Skeleton } from "./States";
import { FoldedSteps, Steps } from "./Steps";
import { useStayAtEnd } from "./scroll";

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

/** The offline engine's reply is the account of its steps; what a model did is told step by step. */
const isOffline = (entry: Entry): boolean => entry.answeredBy === "offline";

function Foot({ entry, isLast }: { entry: Entry; isLast: boolean }) {
  const { changeId, retry } = entry;
  return (
    <div class="bubble-foot">
      {changeId && <UndoButton changeId={changeId} />}
      {retry && isLast && (
        <button type="button" class="button button-small" onClick={() => void sayAgain(retry)}>
          Try again
        </button>
      )}
      {isOffline(entry) && <FoldedSteps calls={entry.toolCalls} />}
      {entry.answeredBy && <span class="who">{answeredBy(entry.answeredBy)}</span>}
    </div>
  );
}

function Thinking() {
  return (
    <p class="bubble bubble-thinking">
      <span class="sr-only">Thinking</span>
      <i />
      <i />
      <i />
    </p>
  );
}

const SPEAKER = { user: "You said", assistant: "Saydo said", problem: "Problem" } as const;

function Bubble({ entry, isLast }: { entry: Entry; isLast: boolean }) {
  const run = entry.run?.value;
  const text = run ? run.texts.join("\n") : entry.text;
  // While its question waits, the card says what the text says, with buttons.
  const asked = isLast && entry.role === "assistant" ? pending.value : null;
  return (
    <li class={`turn turn-${entry.role}`} aria-busy={run ? true : undefined}>
      <span class="sr-only">{SPEAKER[entry.role]}: </span>
      {!isOffline(entry) && <Steps calls={run ? run.calls : entry.toolCalls} />}
      {asked && asked.tasks.length > 0 && !run ? (
        <Question key={asked.id} question={asked} />
      ) : (
        text && <p class="bubble">{text}</p>
      )}
      {run && <Thinking />}
      {entry.role !== "user" && !run && <Foot entry={entry} isLast={isLast} />}
    </li>
  );
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
    </ol>
  );
}

export function Thread() {
  const ref = useStayAtEnd(entries);
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
      <div ref={ref} class="thread-scroll" role="log" aria-live="off" aria-label="Messages" tabIndex={0}>
        <Turns />
      </div>
    </aside>
  );
}
