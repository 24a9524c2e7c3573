/** Turns that are told as they happen: sent, followed, found again when the connection breaks, stopped. */

import { advance, type Ending, NEW_RUN, type Run, type RunEvent } from "../lib/run";
import { SseParser } from "../lib/sse";
import { lost, request, send } from "./client";
import { Problem, Unreachable } from "./problem";
import type { ChatReply } from "./types";
import { chatPath, messageBody } from "./writes";

/** The server gives a sign of life every 15 seconds: after this long without one the connection is dead. */
const SILENCE_MS = 40_000;
/** Waits before each new try to come back; they begin anew whenever something was heard. */
const COME_BACK_MS = [250, 500, 1000, 2000, 4000, 8000];

interface Listening {
  run: Run;
  /** The number of the last event that was heard. */
  after: string | null;
  onRun: (run: Run) => void;
  signal: AbortSignal;
}

/** Something sent by a person, exactly as it was sent the first time. */
export interface Sent {
  conversation: number | null;
  text: string;
  key: string;
}

function hear(listening: Listening, id: string | null, data: string): void {
  const event = JSON.parse(data) as RunEvent;
  // An error without a number is the connection's, not the turn's: the turn may go on.
  if (id === null && event.type === "RUN_ERROR") return;
  listening.after = id;
  listening.run = advance(listening.run, event);
  listening.onRun(listening.run);
}

export function readOrGiveUp<T>(read: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Unreachable()), SILENCE_MS);
  });
  return Promise.race([read, silence]).finally(() => clearTimeout(timer));
}

/** Listens until the turn or the connection ends. */
async function listen(listening: Listening, response: Response): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  const parser = new SseParser();
  try {
    while (!listening.run.ending) {
      const { done, value } = await readOrGiveUp(reader.read());
      if (done) return;
      for (const { id, data } of parser.push(value)) hear(listening, id, data);
    }
  } catch (cause) {
    if (listening.signal.aborted) throw cause;
    // A broken connection says no more than that; whoever asked comes back.
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** What waiting can mend: the server is away, starting or busy. */
function isPassing(cause: unknown): boolean {
  if (cause instanceof Unreachable) return true;
  return cause instanceof Problem && (cause.status >= 500 || cause.status === 429);
}

async function comeBack(listening: Listening): Promise<void> {
  const { run, after, signal } = listening;
  const path = `/api/conversations/${run.conversation}/turns/${run.turn}/events`;
  try {
    await listen(listening, await send("GET", path, { stream: { after }, signal }));
  } catch (cause) {
    if (signal.aborted || !isPassing(cause)) throw cause;
  }
}

/** Comes back to a turn until it ends. */
async function toTheEnd(listening: Listening): Promise<Ending> {
  let tries = 0;
  while (!listening.run.ending) {
    const pause = COME_BACK_MS[tries];
    if (listening.run.turn === null || pause === undefined) throw lost();
    await wait(pause);
    listening.signal.throwIfAborted();
    const heard = listening.after;
    await comeBack(listening);
    tries = listening.after === heard ? tries + 1 : 0;
  }
  return listening.run.ending;
}

/** Sends a message and follows its turn to the end. The same key finds the same turn again. */
export async function sendMessage(
  userId: string,
  sent: Sent,
  onRun: (run: Run) => void,
  signal: AbortSignal,
): Promise<Ending> {
  const { conversation, text, key } = sent;
  const body = messageBody(conversation, text);
  const response = await send("POST", chatPath(userId), { body, key, signal, stream: { after: null } });
  if (response.headers.get("Content-Type")?.startsWith("application/json")) {
    return { how: "finished", reply: (await response.json()) as ChatReply };
  }
  const listening = { run: NEW_RUN, after: null, onRun, signal };
  await listen(listening, response);
  return toTheEnd(listening);
}

/** Follows a turn that was begun before, from its first event. */
export async function followTurn(
  conversation: number,
  turn: string,
  onRun: (run: Run) => void,
  signal: AbortSignal,
): Promise<Ending> {
  const listening = { run: { ...NEW_RUN, conversation, turn }, after: null, onRun, signal };
  await comeBack(listening);
  return toTheEnd(listening);
}

export const stopTurn = async (conversation: number, turn: string): Promise<void> => {
  await request("POST", `/api/conversations/${conversation}/turns/${encodeURIComponent(turn)}/stop`);
};
