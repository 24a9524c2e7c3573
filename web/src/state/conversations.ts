/** Going from one conversation to another. */

import * as api from "../api/chat";
import { Problem, sentence, Unreachable } from "../api/problem";
import type { Message } from "../api/types";
import { newKey } from "../lib/key";
import { forgetMessages } from "../offline/known";
import { keepMessages, keptMessages } from "./device";
import { go, route } from "./route";
import { user } from "./session";
import {
  clearThread,
  closeThread,
  conversation,
  conversations,
  type Entry,
  entries,
  entry,
  fromMessage,
  fromMessages,
  loadConversations,
  pending,
  threadOpen,
  threadStatus,
} from "./thread";
import { busy, forgetTurn, leaveTurn, rejoin } from "./turn";
import { answerCame, awaited } from "./waiting";

/** A message at the end waits for its answer, or nobody answers it any more: the server was stopped, or met a bug. */
function goOn(id: number, runningTurn: string | null): void {
  const last = entries.value.at(-1);
  if (last?.role !== "user") return;
  if (runningTurn) return void rejoin(id, runningTurn);
  const retry = { conversation: id, text: last.text, key: newKey() };
  entries.value = [...entries.value, entry("problem", "This was not answered.", { retry })];
}

/** Opens a conversation from the server, and goes on listening to a turn that runs in it. */
export async function openConversation(id: number): Promise<void> {
  threadOpen.value = true;
  if (conversation.value === id && threadStatus.value.status === "ready") return;
  leaveTurn();
  clearThread();
  conversation.value = id;
  threadStatus.value = { status: "loading" };
  try {
    const answer = await api.getMessages(id);
    if (conversation.value !== id || busy.value) return;
    entries.value = fromMessages(id, answer.messages);
    pending.value = answer.pending ?? null;
    threadStatus.value = { status: "ready" };
    goOn(id, answer.running_turn_id ?? null);
    keepMessages(id, answer.messages);
  } catch (cause) {
    const kept = cause instanceof Unreachable ? await keptMessages(id) : null;
    if (conversation.value !== id) return;
    if (kept) {
      entries.value = kept.map(fromMessage);
      threadStatus.value = { status: "ready" };
      return;
    }
    threadStatus.value = { status: "error", message: sentence(cause) };
    if (cause instanceof Problem && cause.status === 404) conversation.value = null;
  }
}

const sameWords = (shown: Entry[], messages: Message[]): boolean =>
  shown.length === messages.length &&
  shown.every(({ role, text }, at) => role === messages[at]?.role && text === messages[at]?.content);

/** Hears again what was said in the conversation that is open; what is shown already stays as it is. */
export async function refreshConversation(id: number): Promise<boolean> {
  if (busy.value || threadStatus.value.status !== "ready") return true;
  const before = entries.value;
  try {
    const answer = await api.getMessages(id);
    if (conversation.value !== id || busy.value) return true;
    // What was said here in the meantime is newer than this answer.
    if (entries.value !== before) return refreshConversation(id);
    keepMessages(id, answer.messages);
    pending.value = answer.pending ?? null;
    const said = entries.value.filter(({ role }) => role !== "problem");
    if (sameWords(said, answer.messages)) return true;
    entries.value = fromMessages(id, answer.messages);
    if (answer.running_turn_id) goOn(id, answer.running_turn_id);
    return true;
  } catch (cause) {
    if (!(cause instanceof Problem && cause.status === 404)) return false;
    if (conversation.value === id) {
      newConversation();
      closeThread();
    }
    return true;
  }
}

/** Opens the conversation in which this person was waiting for an answer when the page went away. */
export async function openAwaited(): Promise<void> {
  const id = user.value ? awaited(user.value.id) : null;
  if (id === null) return;
  answerCame();
  await openConversation(id);
}

export function newConversation(): void {
  leaveTurn();
  clearThread();
  if (route.value.conversation !== null) go({ view: route.value.view, conversation: null });
}

export async function rename(id: number, title: string): Promise<void> {
  await api.renameConversation(id, title);
  await loadConversations();
}

export async function removeConversation(id: number): Promise<void> {
  await api.deleteConversation(id);
  if (user.value) await forgetMessages(user.value.id, id).catch(() => undefined);
  if (conversation.value === id) {
    newConversation();
    closeThread();
  }
  await loadConversations();
}

export function forgetThread(): void {
  forgetTurn();
  clearThread();
  conversations.value = [];
  threadOpen.value = false;
}
