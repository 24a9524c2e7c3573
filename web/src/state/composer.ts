/** The line being typed, and what the engine makes of it. */

import { signal } from "@preact/signals";
import { parseLine } from "../api/tasks";
import type { ParsedLine, Span } from "../api/types";
import { quoteSpan, survivors } from "../lib/spans";

export const draft = signal("");
export const parsed = signal<ParsedLine | null>(null);

const DEBOUNCE_MS = 60;
/** Longer pastes are for the server's eyes only. */
const MOST = 2000;

let timer: ReturnType<typeof setTimeout> | undefined;
let flight: AbortController | undefined;

async function parse(text: string): Promise<void> {
  flight = new AbortController();
  try {
    const answer = await parseLine(text, flight.signal);
    if (draft.value === text) parsed.value = answer;
  } catch {
    // Chips are a courtesy: a line without them can still be sent.
  }
}

export function setDraft(text: string): void {
  const before = draft.value;
  draft.value = text;
  clearTimeout(timer);
  flight?.abort();
  const known = parsed.value;
  parsed.value = known && { ...known, spans: survivors(before, text, known.spans) };
  if (text.trim() === "" || text.length > MOST) parsed.value = null;
  else timer = setTimeout(() => void parse(text), DEBOUNCE_MS);
}

/** Puts a recognised word back into the title. */
export const putBack = (span: Span): void => setDraft(quoteSpan(draft.value, span));

/** Set by the composer on the page: puts the cursor at the end of the line. */
export const composerFocus = signal(0);

/** Puts a sentence into the line for the person to send or change. */
export function fillComposer(text: string): void {
  setDraft(text);
  composerFocus.value += 1;
}
