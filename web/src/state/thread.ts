/** The conversation that is open: what was said in it, and what waits for an answer. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { listConversations } from "../api/chat";
import type { Sent } from "../api/turns";
import type { ChatReply, Conversation, Message, Pending, ToolCall } from "../api/types";
import { newKey } from "../lib/key";
import type { Run } from "../lib/run";
import { go, route } from "./route";

export interface Entry {
  key: string;
  role: "user" | "assistant" | "problem";
  text: string;
  toolCalls: readonly ToolCall[];
  changeId: string | null;
  answeredBy: string | null;
  /** What can be sent again: with the first key where nobody knows whether it arrived, so that it can't happen twice. */
  retry: Sent | null;
  /** The turn as it happens, while it does. */
  run: ReadonlySignal<Run> | null;
}

export type ThreadStatus = { status: "ready" | "loading" } | { status: "error"; message: string };

export const conversation = signal<number | null>(null);
export const conversations = signal<Conversation[]>([]);
export const entries = signal<Entry[]>([]);
export const pending = signal<Pending | null>(null);
export const threadOpen = signal(false);
export const threadStatus = signal<ThreadStatus>({ status: "ready" });
/** The newest whole reply, for those who listen: they are not read every word as it comes. */
export const spoken = signal("");

let made = 0;

export function entry(role: Entry["role"], text: string, more: Partial<Entry> = {}): Entry {
  made += 1;
  return {
    key: `e${made}`,
    role,
    text,
    toolCalls: [],
    changeId: null,
    answeredBy: null,
    retry: null,
    run: null,
    ...more,
  };
}

export const fromMessage = (message: Message): Entry =>
  entry(message.role, message.content, {
    toolCalls: message.tool_calls ?? [],
    changeId: message.change_id ?? null,
    answeredBy: message.answered_by ?? null,
  });

/** The fixed words of a reply that is none: no planner could answer. */
export const TROUBLE = "I'm having trouble processing your request right now. Please try again in a moment.";

/** What was said in a conversation; what got no answer at its end can be sent again. */
export function fromMessages(id: number, messages: Message[]): Entry[] {
  const said = messages.map(fromMessage);
  const [question, last] = said.slice(-2);
  if (question?.role === "user" && last?.text === TROUBLE) {
    last.retry = { conversation: id, text: question.text, key: newKey() };
  }
  return said;
}

export const fromReply = (reply: ChatReply, more: Partial<Entry>): Entry =>
  entry("assistant", reply.response, {
    toolCalls: reply.tool_calls,
    changeId: reply.change_id,
    answeredBy: reply.answered_by,
    ...more,
  });

export async function loadConversations(): Promise<boolean> {
  try {
    conversations.value = await listConversations();
    return true;
  } catch {
    // The navigation keeps what it shows; the list itself says when the server is away.
    return false;
  }
}

/** Shows an empty thread. */
export function clearThread(): void {
  conversation.value = null;
  entries.value = [];
  pending.value = null;
  spoken.value = "";
  threadStatus.value = { status: "ready" };
}

export function closeThread(): void {
  threadOpen.value = false;
  if (route.value.conversation !== null) go({ view: route.value.view, conversation: null });
}

export function showThread(): void {
  threadOpen.value = true;
  if (conversation.value !== null && route.value.conversation !== conversation.value) {
    go({ view: route.value.view, conversation: conversation.value });
  }
}
