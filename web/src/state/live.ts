/** Keeps what is shown in step with what happens elsewhere: in other tabs, by other programs, on other replicas. */

import { effect } from "@preact/signals";
import { type Hearing, hearEvents, type LiveEvent } from "../api/events";
import { Problem } from "../api/problem";
import { getTask } from "../api/tasks";
import { refreshConversation } from "./conversations";
import { remindersOn } from "./reminders";
import { route } from "./route";
import { session } from "./session";
import { isAsking, knownVersion, placeTask, refresh, removeTask } from "./tasks";
import { conversation, loadConversations } from "./thread";

/** Waits between tries to come back. */
const COME_BACK_MS = [250, 500, 1000, 2000, 4000, 8000];
/** A page that nobody sees lets go of its connection after this. */
const HIDDEN_MS = 60_000;
/** What happens together is looked at together. */
const GATHER_MS = 50;
/** With more tasks than these, the whole list is the shorter question. */
const MANY = 8;

let gathered: LiveEvent[] = [];
let gathering: ReturnType<typeof setTimeout> | undefined;

/** Whether something was heard of and could not be looked at: what is shown may be old. */
let missed = false;

async function placeAgain(id: number): Promise<void> {
  try {
    placeTask(await getTask(id));
  } catch (cause) {
    if (cause instanceof Problem && cause.status === 404) removeTask(id);
    else missed = true;
  }
}

async function listAgain(): Promise<void> {
  if (!(await refresh())) missed = true;
}

async function conversationsAgain(): Promise<void> {
  if (!(await loadConversations())) missed = true;
}

async function conversationAgain(id: number): Promise<void> {
  if (!(await refreshConversation(id))) missed = true;
}

async function lookAtTasks(events: LiveEvent[]): Promise<void> {
  const newest = new Map(events.map((event) => [event.task_id ?? 0, event]));
  const stale = [...newest.values()].filter(({ task_id = 0, version = 0, type }) =>
    type === "task.deleted" ? knownVersion(task_id) !== null : (knownVersion(task_id) ?? 0) < version,
  );
  if (route.value.view.name === "trash" && newest.size > 0) return listAgain();
  if (stale.length === 0) return;
  if (stale.length > MANY) return listAgain();
  const asking = isAsking();
  await Promise.all(
    stale.map(({ task_id = 0, type }) =>
      type === "task.deleted" ? removeTask(task_id) : placeAgain(task_id),
    ),
  );
  // An answer that was on its way may be older than this.
  if (asking) await listAgain();
}

/** Looks at everything that is shown. */
async function lookAgain(): Promise<void> {
  missed = false;
  const id = conversation.value;
  await Promise.all([listAgain(), conversationsAgain(), id === null ? null : conversationAgain(id)]);
}

async function look(): Promise<void> {
  gathering = undefined;
  const events = gathered;
  gathered = [];
  if (missed || events.some(({ type }) => type === "reset")) return lookAgain();
  const said = events.filter(({ type }) => type === "conversation.updated");
  const id = conversation.value;
  await Promise.all([
    lookAtTasks(events.filter(({ task_id }) => task_id !== undefined)),
    said.length > 0 ? conversationsAgain() : null,
    id !== null && said.some((event) => event.conversation_id === id) ? conversationAgain(id) : null,
  ]);
}

function onEvent(event: LiveEvent): void {
  if (event.type === "end") return;
  gathered.push(event);
  gathering ??= setTimeout(() => void look(), GATHER_MS);
}

/** Waits so long, or until there is reason to believe that it goes again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      signal.removeEventListener("abort", over);
      done();
    };
    const timer = setTimeout(over, ms);
    addEventListener("online", over);
    signal.addEventListener("abort", over);
  });
}

async function follow(hearing: Hearing, signal: AbortSignal): Promise<void> {
  let tries = 0;
  hearing.onOpen = () => {
    tries = 0;
    // Before the first number there is nothing to go on after.
    if (hearing.after === null || missed) void lookAgain();
  };
  while (!signal.aborted) {
    try {
      await hearEvents(hearing, signal);
    } catch (cause) {
      if (cause instanceof Problem && cause.status === 401) return;
    }
    if (signal.aborted) return;
    await pause(COME_BACK_MS[Math.min(tries, COME_BACK_MS.length - 1)] ?? 0, signal);
    tries += 1;
  }
}

/** Follows what happens for as long as somebody is signed in and the page is seen; returns how to end it. */
export function followEvents(): () => void {
  const hearing: Hearing = { after: null, onOpen: () => undefined, onEvent };
  let ear: AbortController | null = null;
  let hidden: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    clearTimeout(hidden);
    if (ear) return;
    ear = new AbortController();
    void follow(hearing, ear.signal);
  };
  const end = () => {
    ear?.abort();
    ear = null;
  };
  const onVisibility = () => {
    if (document.visibilityState === "visible") begin();
    // Who wants to be told of what is due needs the list as it is.
    else if (!remindersOn.value) hidden = setTimeout(end, HIDDEN_MS);
  };
  document.addEventListener("visibilitychange", onVisibility);
  const stop = effect(() => {
    if (session.value.status !== "in") end();
  });
  begin();
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    clearTimeout(hidden);
    clearTimeout(gathering);
    gathering = undefined;
    gathered = [];
    stop();
    end();
  };
}
