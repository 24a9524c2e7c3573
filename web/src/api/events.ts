/** What happens to this person's things, from every door and every replica, as it happens. */

import { SseParser } from "../lib/sse";
import { send } from "./client";
import { readOrGiveUp } from "./turns";

/** What a `GET /api/events` stream tells. */
export interface LiveEvent {
  type: "task.created" | "task.updated" | "task.deleted" | "conversation.updated" | "reset" | "end";
  task_id?: number;
  conversation_id?: number;
  version?: number;
}

export interface Hearing {
  /** The number of the last event that was heard; null before the first connection. */
  after: string | null;
  onOpen: () => void;
  onEvent: (event: LiveEvent) => void;
}

/** Listens until the connection ends, one way or another. */
export async function hearEvents(hearing: Hearing, signal: AbortSignal): Promise<void> {
  const response = await send("GET", "/api/events", { stream: { after: hearing.after }, signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  const parser = new SseParser();
  hearing.onOpen();
  try {
    while (true) {
      const { done, value } = await readOrGiveUp(reader.read());
      if (done) return;
      for (const { data } of parser.push(value)) hearing.onEvent(JSON.parse(data) as LiveEvent);
      hearing.after = parser.lastId ?? hearing.after;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
