/** The one place that talks to the server. */

import { newKey } from "../lib/key";
import { problemFrom, Unreachable } from "./problem";
import { fetchTelling } from "./upload";

export interface Answer<T> {
  data: T;
  headers: Headers;
}

export interface RequestOptions {
  body?: unknown;
  /** Refuse to overwrite a version that is newer than this one. */
  ifMatch?: number;
  signal?: AbortSignal;
  /** The idempotency key of a write that may already have been sent; else a fresh one is made. */
  key?: string;
  /** Ask for a stream of events, after this one if some are known. */
  stream?: { after: string | null };
  /** Wants to know which part of the body has been sent, 0 to 1. */
  onSent?: (part: number) => void;
}

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

interface Hooks {
  timezone: () => string;
  onSignedOut: () => void;
  onReachable: (reachable: boolean) => void;
  /** Nobody may make an account at this server. */
  onSignUpClosed: () => void;
}

let hooks: Hooks = {
  timezone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
  onSignedOut: () => undefined,
  onReachable: () => undefined,
  onSignUpClosed: () => undefined,
};

/** The state rooms say here what the client needs to know from them (it never imports them). */
export function connect(next: Hooks): void {
  hooks = next;
}

/** Whether a body goes as JSON; a recording goes as it is, under its own type. */
const isJson = (body: unknown): boolean => body !== undefined && !(body instanceof Blob);

function headersFor(method: Method, options: RequestOptions): Headers {
  const headers = new Headers({
    Accept: options.stream ? "text/event-stream" : "application/json",
    "X-Saydo-Client": "web",
    "X-Timezone": hooks.timezone(),
  });
  if (method !== "GET") headers.set("Idempotency-Key", options.key ?? newKey());
  if (isJson(options.body)) headers.set("Content-Type", "application/json");
  if (options.ifMatch !== undefined) headers.set("If-Match", `"${options.ifMatch}"`);
  if (options.stream?.after) headers.set("Last-Event-ID", options.stream.after);
  return headers;
}

/** A proxy's word that nobody is behind it: whatever Saydo itself refuses, it says in JSON. */
const isNobody = (response: Response): boolean =>
  [502, 503, 504].includes(response.status) && !response.headers.get("Content-Type")?.includes("json");

async function reach(path: string, init: RequestInit, onSent?: (part: number) => void): Promise<Response> {
  try {
    const response = await (onSent ? fetchTelling(path, init, onSent) : fetch(path, init));
    if (isNobody(response)) throw lost();
    hooks.onReachable(true);
    return response;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    hooks.onReachable(false);
    throw new Unreachable();
  }
}

/** Sends a request; throws `Problem` when the server says no and `Unreachable` when it says nothing. */
export async function send(method: Method, path: string, options: RequestOptions = {}): Promise<Response> {
  const { body, signal, onSent } = options;
  const init: RequestInit = {
    method,
    credentials: "same-origin",
    cache: "no-store",
    headers: headersFor(method, options),
    ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  };
  const response = await reach(path, init, onSent);
  if (!response.ok) {
    if (response.headers.get("Saydo-Signup") === "closed") hooks.onSignUpClosed();
    if (response.status === 401 && !path.startsWith("/api/auth/")) hooks.onSignedOut();
    throw await problemFrom(response);
  }
  return response;
}

/** Sends a request and reads the answer. */
export async function request<T>(
  method: Method,
  path: string,
  options: RequestOptions = {},
): Promise<Answer<T>> {
  const response = await send(method, path, options);
  const data = response.status === 204 ? undefined : await response.json();
  return { data: data as T, headers: response.headers };
}

/** Says that the server went away in the middle of an answer. */
export function lost(): Unreachable {
  hooks.onReachable(false);
  return new Unreachable();
}
