import { describe, expect, it } from "vitest";
import type { Span } from "../api/types";
import { pieces, quoteSpan, survivors } from "./spans";

const due = (start: number, end: number): Span => ({ start, end, kind: "due", value: "2026-03-12" });

describe("pieces", () => {
  it("cut the text at the spans and lose nothing", () => {
    const text = "🦷 dentist friday 3pm #health";
    const cut = pieces(text, [due(22, 29), due(11, 21)]);
    expect(cut.map((piece) => piece.text)).toEqual(["🦷 dentist ", "friday 3pm", " ", "#health"]);
    expect(cut.map((piece) => piece.span !== null)).toEqual([false, true, false, true]);
  });

  it("leave out spans that overlap or do not fit", () => {
    expect(pieces("friday", [due(0, 6), due(3, 6), due(4, 99)]).map((piece) => piece.text)).toEqual([
      "friday",
    ]);
    expect(pieces("", [due(0, 6)])).toEqual([]);
  });
});

describe("putting a word back", () => {
  it("quotes it where it stands", () => {
    expect(quoteSpan("read friday tonight", due(5, 11))).toBe('read "friday" tonight');
    expect(quoteSpan('say "no" friday', due(4, 8))).toBe('say "no" friday');
  });
});

describe("tints while typing", () => {
  it("stay on what is unchanged", () => {
    const spans = [due(0, 6), due(10, 15)];
    expect(survivors("friday at noon!", "friday at noonX", spans)).toEqual([due(0, 6)]);
    expect(survivors("friday", "xfriday", spans)).toEqual([]);
  });
});
