/** Writes that may be sent more than once: with their key they have one effect. */

import { newKey } from "../lib/key";
import { request } from "./client";
import type { Changed } from "./tasks";
import type { Task, TaskPatch } from "./types";

export interface Write {
  method: "POST" | "PATCH" | "DELETE";
  path: string;
  body: unknown;
  /** The version that it changes; null to change whichever there is. */
  version: number | null;
  key: string;
}

/** A turn of a language model takes its time; after this long nobody answers any more. */
const MOST_MS = 90_000;

export const completion = ({ id }: Task, completed: boolean): Write => ({
  method: "PATCH",
  path: `/api/tasks/${id}/complete`,
  body: { completed },
  version: null,
  key: newKey(),
});

export const edition = ({ id, version }: Task, patch: TaskPatch): Write => ({
  method: "PATCH",
  path: `/api/tasks/${id}`,
  body: patch,
  version,
  key: newKey(),
});

export const deletion = ({ id }: Task): Write => ({
  method: "DELETE",
  path: `/api/tasks/${id}`,
  body: undefined,
  version: null,
  key: newKey(),
});

/** What is sent for something said; `conversation` null begins one. */
export const messageBody = (conversation: number | null, text: string) =>
  conversation === null ? { message: text } : { conversation_id: conversation, message: text };

export const chatPath = (user: string): string => `/api/${encodeURIComponent(user)}/chat`;

export async function carryOut<T>({ method, path, body, version, key }: Write): Promise<Changed<T>> {
  const signal = AbortSignal.timeout(MOST_MS);
  const answer = await request<T>(method, path, {
    body,
    key,
    signal,
    ...(version === null ? {} : { ifMatch: version }),
  });
  return { value: answer.data, changeId: answer.headers.get("X-Change-Id") };
}
