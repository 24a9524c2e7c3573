/** Pending questions and conversations. */

import { request } from "./client";
import type { ChatReply, Conversation, Messages, PendingDecision } from "./types";

export const decide = async (
  conversation: number,
  pending: string,
  decision: PendingDecision,
): Promise<ChatReply> => {
  const path = `/api/conversations/${conversation}/pending/${encodeURIComponent(pending)}`;
  return (await request<ChatReply>("POST", path, { body: decision })).data;
};

export const listConversations = async (): Promise<Conversation[]> =>
  (await request<{ conversations: Conversation[] }>("GET", "/api/conversations")).data.conversations;

export const getMessages = async (conversation: number): Promise<Messages> =>
  (await request<Messages>("GET", `/api/conversations/${conversation}/messages`)).data;

export const renameConversation = async (conversation: number, title: string): Promise<void> => {
  await request("PATCH", `/api/conversations/${conversation}`, { body: { title } });
};

export const deleteConversation = async (conversation: number): Promise<void> => {
  await request("DELETE", `/api/conversations/${conversation}`);
};
