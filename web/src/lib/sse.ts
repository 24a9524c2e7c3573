/** Server-sent events, put together from pieces that end anywhere. */

export interface ServerEvent {
  /** The number to come back with; null for an event that has none of its own. */
  id: string | null;
  data: string;
}

/** Takes text as it comes and gives the events that are complete. */
export class SseParser {
  private rest = "";
  private id: string | null = null;
  private data: string[] = [];
  /** The last number that was heard, also of a block without data. */
  lastId: string | null = null;

  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = this.line(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (event) events.push(event);
    }
    return events;
  }

  private line(line: string): ServerEvent | null {
    if (line === "") return this.end();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.data.push(value);
    else if (field === "id") this.id = this.lastId = value;
    return null;
  }

  private end(): ServerEvent | null {
    const event = { id: this.id, data: this.data.join("\n") };
    const empty = this.data.length === 0;
    this.id = null;
    this.data = [];
    return empty ? null : event;
  }
}
