import { describe, expect, it } from "vitest";
import { SseParser } from "./sse";

const STREAM =
  'retry: 2000\n: saydo\n\nid: 1\ndata: {"a":1}\n\n:\n\nid: 2\r\ndata: two\r\ndata:  lines\r\n\r\ndata: no number\n\n';

const EVENTS = [
  { id: "1", data: '{"a":1}' },
  { id: "2", data: "two\n lines" },
  { id: null, data: "no number" },
];

describe("server-sent events", () => {
  it.each([1, 2, 3, 7, STREAM.length])("come whole from pieces of %i characters", (size) => {
    const parser = new SseParser();
    const found = [];
    for (let at = 0; at < STREAM.length; at += size) found.push(...parser.push(STREAM.slice(at, at + size)));
    expect(found).toEqual(EVENTS);
  });

  it("are not told before their empty line", () => {
    const parser = new SseParser();
    expect(parser.push("id: 1\ndata: half\n")).toEqual([]);
    expect(parser.push("\n")).toEqual([{ id: "1", data: "half" }]);
  });
});
