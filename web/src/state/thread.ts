/** The conversation that is open, and the turns in it. */

import { signal } from "@preact/signals";
import * as api from "../api/chat";
import { Problem, sentence, Unreachable } from "../api/problem";
import type { ChatReply, Conversation, Message, Pending, PendingDecision, ToolCall } from "../api/types";
import { newKey } from "../lib/key";
import { dismissReceipt, showReceipt } from "./receipt";
import { go, route } from "./route";
import { user } from "./session";
import { refresh } from "./tasks";

export interface Entry {
  key: string;
  role: "user" | "assistant" | "problem";
  text: string;
  toolCalls: ToolCall[];
  changeId: string | null;
  answeredBy: string | null;
  /** A message that was not answered can be sent again. */
  retry: Retry | null;
}

/** With the key of the first try where nobody knows whether it arrived, so that it can't happen twice. */
export interface Retry {
  text: string;
  key: string;
}

export const conversation = signal<number | null>(null);
export const conversations = signal<Conversation[]>([]);
export const entries = signal<Entry[]>([]);
export const pending = signal<Pending | null>(null);
export const threadOpen = signal(false);
export const threadStatus = signal<{ status: "ready" | "loading" } | { status: "error"; message: string }>({
  status: "ready",
});
export const busy = signal(false);

let made = 0;

function entry(role: Entry["role"], text: string, more: Partial<Entry> = {}): Entry {
  made += 1;
  return {
    key: `e${made}`,
    role,
    text,
    toolCalls: [],
    changeId: null,
    answeredBy: null,
    retry: null,
    ...more,
  };
}

const fromMessage = (message: Message): Entry =>
  entry(message.role, message.content, {
    toolCalls: message.tool_calls ?? [],
    changeId: message.change_id ?? null,
    answeredBy: message.answered_by ?? null,
  });

export async function loadConversations(): Promise<void> {
  try {
    conversations.value = await api.listConversations();
  } catch {
    // The navigation keeps what it shows; the list itself says when the server is away.
  }
}

/** Opens a conversation from the server. */
export async function openConversation(id: number): Promise<void> {
  threadOpen.value = true;
  if (conversation.value === id && threadStatus.value.status === "ready") return;
  conversation.value = id;
  entries.value = [];
  pending.value = null;
  threadStatus.value = { status: "loading" };
  try {
    const answer = await api.getMessages(id);
    if (conversation.value !== id) return;
    entries.value = answer.messages.map(fromMessage);
    pending.value = answer.pending ?? null;
    threadStatus.value = { status: "ready" };
  } catch (cause) {
    if (conversation.value !== id) return;
    threadStatus.value = { status: "error", message: sentence(cause) };
    if (cause instanceof Problem && cause.status === 404) conversation.value = null;
  }
}

export function newConversation(): void {
  conversation.value = null;
  entries.value = [];
  pending.value = null;
  threadStatus.value = { status: "ready" };
  if (route.value.conversation !== null) go({ view: route.value.view, conversation: null });
}

export function closeThread(): void {
  threadOpen.value = false;
  if (route.value.conversation !== null) go({ view: route.value.view, conversation: null });
}

export function showThread(): void {
  threadOpen.value = true;
  if (conversation.value !== null) go({ view: route.value.view, conversation: conversation.value });
}

/** A short word about a change belongs in the receipt line; everything else is a conversation. */
function isReceipt(reply: ChatReply): boolean {
  return reply.change_id !== null && reply.pending === null && !reply.response.trim().includes("\n");
}

async function land(reply: ChatReply): Promise<void> {
  const isNew = conversation.value !== reply.conversation_id;
  conversation.value = reply.conversation_id;
  pending.value = reply.pending;
  entries.value = [
    ...entries.value,
    entry("assistant", reply.response, {
      toolCalls: reply.tool_calls,
      changeId: reply.change_id,
      answeredBy: reply.answered_by,
    }),
  ];
  if (threadOpen.value) dismissReceipt();
  else if (isReceipt(reply)) showReceipt(reply.response, reply.change_id);
  else {
    dismissReceipt();
    showThread();
  }
  if (threadOpen.value && route.value.conversation !== reply.conversation_id) showThread();
  await Promise.all([refresh(), isNew || reply.change_id ? loadConversations() : null]);
}

function failed(cause: unknown, sent: Retry | null): void {
  const again = sent && !(cause instanceof Unreachable) ? { ...sent, key: newKey() } : sent;
  entries.value = [...entries.value, entry("problem", sentence(cause), { retry: again })];
  threadOpen.value = true;
}

/** Asks and waits. Says whether the person got an answer or an explanation. */
async function turn(ask: () => Promise<ChatReply>, sent: Retry | null): Promise<boolean> {
  if (busy.value) return false;
  busy.value = true;
  try {
    await land(await ask());
    return true;
  } catch (cause) {
    if (cause instanceof Problem && cause.status === 401) return false;
    failed(cause, sent);
    return true;
  } finally {
    busy.value = false;
  }
}

/** Sends what the person said. Says whether there was an answer or an explanation. */
export async function say(text: string, key: string = newKey()): Promise<boolean> {
  const id = user.value?.id;
  if (!id || busy.value) return false;
  const kept = entries.value.filter((existing) => existing.role !== "problem");
  entries.value = [...kept, entry("user", text)];
  return turn(() => api.sendMessage(id, conversation.value, text, key), { text, key });
}

/** Sends a message again that was not answered. */
export async function sayAgain(retry: Retry): Promise<void> {
  const kept = entries.value.filter((existing) => existing.role !== "problem");
  entries.value = kept.at(-1)?.role === "user" ? kept.slice(0, -1) : kept;
  await say(retry.text, retry.key);
}

/** Answers the waiting question by a button. `said` is how the person's answer reads in the thread. */
export async function answer(decision: PendingDecision, said: string): Promise<void> {
  const question = pending.value;
  const id = conversation.value;
  if (!question || id === null || busy.value) return;
  entries.value = [...entries.value, entry("user", said)];
  await turn(() => api.decide(id, question.id, decision), null);
}

export async function rename(id: number, title: string): Promise<void> {
  await api.renameConversation(id, title);
  await loadConversations();
}

export async function removeConversation(id: number): Promise<void> {
  await api.deleteConversation(id);
  if (conversation.value === id) {
    newConversation();
    closeThread();
  }
  await loadConversations();
}

export function forgetThread(): void {
  conversation.value = null;
  conversations.value = [];
  entries.value = [];
  pending.value = null;
  threadOpen.value = false;
  threadStatus.value = { status: "ready" };
}
