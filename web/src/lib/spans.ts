/** The recognised words of a line: cut for tinting, put back on request. */

import type { Span } from "../api/types";

export interface Piece {
  text: string;
  span: Span | null;
}

/** The text cut at the spans, in order; spans that do not fit the text (a stale answer) are left out. */
export function pieces(text: string, spans: readonly Span[]): Piece[] {
  const result: Piece[] = [];
  let at = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (span.start < at || span.end > text.length || span.end <= span.start) continue;
    if (span.start > at) result.push({ text: text.slice(at, span.start), span: null });
    result.push({ text: text.slice(span.start, span.end), span });
    at = span.end;
  }
  if (at < text.length) result.push({ text: text.slice(at), span: null });
  return result;
}

/** Puts a word back into the title: quoted words are literal. */
export function quoteSpan(text: string, span: Span): string {
  const word = text.slice(span.start, span.end).replaceAll('"', "");
  return `${text.slice(0, span.start)}"${word}"${text.slice(span.end)}`;
}

/** Keeps only the spans whose text is unchanged after an edit, so that tints do not slip while the answer is on its way. */
export function survivors(before: string, after: string, spans: readonly Span[]): Span[] {
  let same = 0;
  while (same < before.length && same < after.length && before[same] === after[same]) same += 1;
  return spans.filter((span) => span.end <= same);
}
