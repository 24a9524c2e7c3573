/** The line where everything begins. */

import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { pieces } from "../lib/spans";
import { composerFocus, draft, parsed, putBack, setDraft } from "../state/composer";
import { submit } from "../state/line";
import { pending } from "../state/thread";
import { busy, stop, stoppable, stopping } from "../state/turn";
import { hearing, stopHearing } from "../state/voice";
import { Chips } from "./Chips";
import { Icon } from "./Icon";
import { Microphone } from "./Microphone";

/** The same text behind the line, with the recognised words tinted. */
function Tint() {
  const spans = parsed.value?.spans ?? [];
  return (
    <div class="tint" aria-hidden="true">
      {pieces(draft.value, spans).map(({ text, span }, index) =>
        span ? (
          <mark key={index} class={`tint-${span.kind}`}>
            {text}
          </mark>
        ) : (
          text
        ),
      )}
      {"\u200b"}
    </div>
  );
}

const HEARING = {
  off: "",
  starting: "One moment…",
  listening: "Listening…",
  writing: "Writing it down…",
} as const;

function placeholder(): string {
  if (hearing.value !== "off") return HEARING[hearing.value];
  if (pending.value?.kind === "ask") return pending.value.prompt;
  return "Say what’s on your mind…";
}

/** Backspace at the end, right after a recognised word, puts that word back instead of eating it. */
function onBackspace(event: KeyboardEvent, line: HTMLTextAreaElement): void {
  const last = parsed.value?.spans.at(-1);
  const atEnd = line.selectionStart === draft.value.length && line.selectionEnd === draft.value.length;
  if (!last || !atEnd || last.end !== draft.value.length) return;
  event.preventDefault();
  putBack(last);
}

function onKeyDown(event: KeyboardEvent): void {
  const line = event.currentTarget;
  if (!(line instanceof HTMLTextAreaElement) || event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    void submit();
  } else if (event.key === "Backspace" && !event.metaKey && !event.ctrlKey && !event.altKey) {
    onBackspace(event, line);
  } else if (event.key === "Escape") {
    event.stopPropagation();
    if (!stopHearing() && !stop()) line.blur();
  }
}

function Stop() {
  return (
    <button
      key="stop"
      type="button"
      class="send send-stop"
      aria-label="Stop"
      title="Stop (Esc)"
      aria-disabled={stopping.value}
      onClick={() => {
        stop();
        composerFocus.value += 1;
      }}
    >
      <Icon name="stop" />
    </button>
  );
}

/** Sends the line; while a turn takes its time, stops it, and what is typed meanwhile can be sent all the same. */
function SendOrStop() {
  const empty = draft.value.trim() === "";
  return (
    <>
      {stoppable.value && <Stop />}
      {!(stoppable.value && empty) && (
        <button key="send" type="submit" class="send" aria-label="Send" disabled={empty}>
          <Icon name="arrowUp" />
        </button>
      )}
    </>
  );
}

export function Composer() {
  const line = useRef<HTMLTextAreaElement>(null);
  useSignalEffect(() => {
    if (composerFocus.value === 0) return;
    line.current?.focus();
    line.current?.setSelectionRange(draft.peek().length, draft.peek().length);
  });
  const onSubmit = (event: Event) => {
    event.preventDefault();
    void submit();
    line.current?.focus();
  };
  return (
    <form class={busy.value ? "composer composer-busy" : "composer"} onSubmit={onSubmit}>
      <Chips />
      <div class="composer-line">
        <div class="composer-text">
          <Tint />
          <textarea
            ref={line}
            id="composer"
            rows={1}
            aria-label="Say what you want to do"
            placeholder={placeholder()}
            enterkeyhint="send"
            autoComplete="off"
            value={draft.value}
            onInput={(event) => setDraft(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
        </div>
        <Microphone />
        <SendOrStop />
      </div>
    </form>
  );
}
