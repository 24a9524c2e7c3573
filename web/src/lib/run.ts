/** A turn as its events tell it (the AG-UI protocol): what is said and done so far, and how it ended. */

import type { ChatReply, ToolCall } from "../api/types";

export type Ending =
  | { how: "finished" | "cancelled"; reply: ChatReply }
  /** The turn failed or was cut off; with a reply if it could still give one. */
  | { how: "failed"; message: string; reply: ChatReply | null };

const NO_REPLY = "The answer didn’t arrive.";

export interface Run {
  conversation: number | null;
  turn: string | null;
  /** The messages so far; usually one. */
  texts: readonly string[];
  calls: readonly ToolCall[];
  reply: ChatReply | null;
  ending: Ending | null;
}

export const NEW_RUN: Run = {
  conversation: null,
  turn: null,
  texts: [],
  calls: [],
  reply: null,
  ending: null,
};

/** The fields that we read of any event. */
export interface RunEvent {
  type: string;
  threadId?: string;
  runId?: string;
  delta?: string;
  toolCallId?: string;
  toolCallName?: string;
  content?: string;
  name?: string;
  value?: unknown;
  outcome?: { type: string };
  message?: string;
  code?: string;
}

function json(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return null;
  }
}

function withCall(run: Run, id: string | undefined, change: (call: ToolCall) => ToolCall): Run {
  return { ...run, calls: run.calls.map((call) => (call.id === id ? change(call) : call)) };
}

function begin(run: Run, event: RunEvent): Run {
  const call = { id: event.toolCallId ?? "", tool: event.toolCallName ?? "", params: {}, result: undefined };
  return { ...run, calls: [...run.calls, call] };
}

/** The arguments of a call, whole: our server never splits them. */
function params(event: RunEvent): Record<string, unknown> {
  const value = json(event.delta);
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function say(run: Run, delta: string): Run {
  const last = run.texts.at(-1) ?? "";
  return { ...run, texts: [...run.texts.slice(0, -1), last + delta] };
}

function finish(run: Run, event: RunEvent): Run {
  if (!run.reply) return { ...run, ending: { how: "failed", message: NO_REPLY, reply: null } };
  const how = event.outcome?.type === "cancelled" ? "cancelled" : "finished";
  return { ...run, ending: { how, reply: run.reply } };
}

/** The run after one more event. Events it does not know change nothing. */
export function advance(run: Run, event: RunEvent): Run {
  switch (event.type) {
    case "RUN_STARTED":
      return { ...run, conversation: Number(event.threadId), turn: event.runId ?? null };
    case "TEXT_MESSAGE_START":
      return { ...run, texts: [...run.texts, ""] };
    case "TEXT_MESSAGE_CONTENT":
      return say(run, event.delta ?? "");
    case "TOOL_CALL_START":
      return begin(run, event);
    case "TOOL_CALL_ARGS":
      return withCall(run, event.toolCallId, (call) => ({ ...call, params: params(event) }));
    case "TOOL_CALL_RESULT":
      return withCall(run, event.toolCallId, (call) => ({ ...call, result: json(event.content) }));
    case "CUSTOM":
      return event.name === "saydo.reply" ? { ...run, reply: event.value as ChatReply } : run;
    case "RUN_FINISHED":
      return finish(run, event);
    case "RUN_ERROR":
      return { ...run, ending: { how: "failed", message: event.message ?? "", reply: run.reply } };
    default:
      return run;
  }
}
