/** The turn that runs: from what the person said to the reply, as it happens. */

import { computed, type Signal, signal } from "@preact/signals";
import { decide } from "../api/chat";
import { Problem, sentence, Unreachable } from "../api/problem";
import { followTurn, type Sent, sendMessage, stopTurn } from "../api/turns";
import type { ChatReply, PendingDecision } from "../api/types";
import { chatPath, messageBody, type Write } from "../api/writes";
import { newKey } from "../lib/key";
import { needsAnswer } from "../lib/outbox";
import { type Ending, NEW_RUN, type Run } from "../lib/run";
import { hasChanged } from "../lib/tools";
import { enqueue, mustWait } from "./outbox";
import { dismissReceipt, showProblem, showReceipt, showWaiting } from "./receipt";
import { user } from "./session";
import { refresh } from "./tasks";
import {
  conversation,
  type Entry,
  entries,
  entry,
  fromReply,
  loadConversations,
  pending,
  showThread,
  spoken,
  TROUBLE,
  threadOpen,
} from "./thread";
import { answerCame, awaitAnswer } from "./waiting";

interface Live {
  /** The key of its entry in the thread. */
  key: string;
  run: Signal<Run>;
  /** Closes the ear; the turn goes on at the server. */
  ear: AbortController;
  sent: Sent | null;
  stopWanted: boolean;
}

const live = signal<Live | null>(null);
export const busy = computed(() => live.value !== null);

/** Whether the newest turn came to an end that leaves nothing to look at: what was said meanwhile may follow it. */
export const endedWell = signal(false);

/** Whether the turn has taken long enough for a person to want to stop it. */
export const stoppable = signal(false);
export const stopping = signal(false);

/** Most turns are over before this: a button that only flashes would be noise. */
const STOPPABLE_AFTER_MS = 400;
/** Talk that goes on for this long opens the thread; a receipt that comes whole does not. */
const TALKING_MS = 200;

let stoppableTimer: ReturnType<typeof setTimeout> | undefined;
let talkingTimer: ReturnType<typeof setTimeout> | undefined;

function start(sent: Sent | null): Live {
  const run = signal(NEW_RUN);
  const waiting = entry("assistant", "", { run });
  entries.value = [...entries.value, waiting];
  const turn = { key: waiting.key, run, ear: new AbortController(), sent, stopWanted: false };
  live.value = turn;
  endedWell.value = false;
  stopping.value = false;
  spoken.value = "";
  stoppableTimer = setTimeout(() => {
    stoppable.value = true;
  }, STOPPABLE_AFTER_MS);
  return turn;
}

function settle(): void {
  clearTimeout(stoppableTimer);
  clearTimeout(talkingTimer);
  talkingTimer = undefined;
  stoppable.value = false;
  stopping.value = false;
  live.value = null;
}

/** Turns to something else. What runs goes on, and its effects are seen when it is done. */
export function leaveTurn(): void {
  if (live.value) settle();
}

/** Hears no more at all, for the next person at this browser. */
export function forgetTurn(): void {
  live.value?.ear.abort();
  settle();
}

/** Puts something in the place of the entry that grew. */
function replace(turn: Live, make: (key: string) => Entry): void {
  entries.value = entries.value.map((old) => (old.key === turn.key ? make(old.key) : old));
}

function known(turn: Live, run: Run): void {
  const id = user.value?.id;
  if (run.conversation === null || !id) return;
  awaitAnswer(id, run.conversation);
  if (live.value !== turn) return;
  conversation.value = run.conversation;
  if (threadOpen.value) showThread();
  if (turn.stopWanted) void tellToStop(turn);
}

/** What is said once something was changed is most often its receipt: whether it is, its end tells. */
const isTalk = (run: Run): boolean => run.texts.length > 0 && !run.calls.some(hasChanged);

function progress(turn: Live, run: Run): void {
  const before = turn.run.value;
  turn.run.value = run;
  if (before.turn === null && run.turn !== null) known(turn, run);
  if (live.value !== turn || threadOpen.value || talkingTimer || !isTalk(run)) return;
  talkingTimer = setTimeout(() => {
    if (live.value === turn && isTalk(turn.run.value)) showThread();
  }, TALKING_MS);
}

/** A short word about a change belongs in the receipt line; everything else is a conversation. */
export function isReceipt(reply: ChatReply): boolean {
  return reply.change_id !== null && reply.pending === null && !reply.response.trim().includes("\n");
}

function land(turn: Live, reply: ChatReply, retry: Sent | null): void {
  conversation.value = reply.conversation_id;
  pending.value = reply.pending;
  replace(turn, (key) => fromReply(reply, { key, retry }));
  if (threadOpen.value) dismissReceipt();
  else if (isReceipt(reply)) showReceipt(reply.response, reply.change_id);
  else dismissReceipt();
  if (threadOpen.value || !isReceipt(reply)) showThread();
  spoken.value = reply.response;
}

function failed(turn: Live, message: string, retry: Sent | null): void {
  replace(turn, (key) => entry("problem", message, { key, retry }));
  threadOpen.value = true;
  spoken.value = message;
}

const anew = (sent: Sent | null): Sent | null => sent && { ...sent, key: newKey() };

function end(turn: Live, ending: Ending): void {
  const again = anew(turn.sent);
  if (ending.how === "failed" && !ending.reply) failed(turn, ending.message, again);
  else if (ending.reply) {
    const done = ending.how === "finished" && ending.reply.response !== TROUBLE;
    land(turn, ending.reply, done ? null : again);
    endedWell.value = done && ending.reply.pending === null;
  }
}

/** Keeps a line to be sent later, under its key. Says whether it could: there are lines that need an answer at once. */
async function waitsWell({ conversation: id, text, key }: Sent, tried: boolean): Promise<boolean> {
  const person = user.value;
  if (!person || pending.value || needsAnswer(text)) return false;
  const body = messageBody(id, text);
  const write: Write = { method: "POST", path: chatPath(person.id), body, version: null, key };
  try {
    await enqueue(write, { kind: "say", text }, tried);
  } catch {
    return false;
  }
  showWaiting(`“${text}”`);
  return true;
}

/** Keeps what could not be sent. Once its turn has begun, the turn itself is found again. */
async function keepLine(turn: Live): Promise<boolean> {
  if (!turn.sent || turn.stopWanted || turn.run.value.turn !== null) return false;
  if (!(await waitsWell(turn.sent, true))) return false;
  // The list of what waits shows it now, until it is said.
  entries.value = entries.value.slice(0, -2);
  endedWell.value = true;
  return true;
}

/** Carries a turn to its end. Says whether the person got an answer or an explanation. */
async function carry(turn: Live, work: Promise<Ending>): Promise<boolean> {
  const isNew = conversation.value === null;
  let told = true;
  try {
    const ending = await work;
    answerCame();
    if (live.value === turn) {
      end(turn, ending);
      // The person may go on before the list has been asked for again.
      settle();
    }
    const changed = isNew || Boolean(ending.reply?.change_id);
    await Promise.all([refresh(), changed ? loadConversations() : null]);
  } catch (cause) {
    if (turn.ear.signal.aborted || live.value !== turn) return false;
    if (cause instanceof Unreachable && (await keepLine(turn))) return true;
    told = !(cause instanceof Problem && cause.status === 401);
    // Nobody knows whether what could not be sent arrived: the same key finds out.
    if (told) failed(turn, sentence(cause), cause instanceof Unreachable ? turn.sent : anew(turn.sent));
  } finally {
    if (live.value === turn) settle();
  }
  return told;
}

async function sendAs(sent: Sent): Promise<boolean> {
  const id = user.value?.id;
  if (!id || busy.value) return false;
  const kept = entries.value.filter((existing) => existing.role !== "problem");
  entries.value = [...kept, entry("user", sent.text)];
  const turn = start(sent);
  return carry(
    turn,
    sendMessage(id, sent, (run) => progress(turn, run), turn.ear.signal),
  );
}

/** Sends what the person said. Says whether there was an answer or an explanation. */
export async function say(text: string): Promise<boolean> {
  const sent = { conversation: conversation.value, text, key: newKey() };
  if (mustWait({ kind: "say", text }) && (await waitsWell(sent, false))) return true;
  return sendAs(sent);
}

/** Sends a message again that was not answered. */
export async function sayAgain(sent: Sent): Promise<void> {
  if (busy.value) return;
  const last = entries.value.at(-1);
  // What was stopped stays in the conversation; what failed is said in the place of the failure.
  if (last?.role === "problem") entries.value = entries.value.slice(0, -2);
  await sendAs(sent);
}

/** Follows a turn that ran before this page was there. */
export async function rejoin(id: number, turnId: string): Promise<void> {
  const said = entries.value.at(-1);
  const text = said?.role === "user" ? said.text : "";
  const turn = start(text ? { conversation: id, text, key: newKey() } : null);
  await carry(
    turn,
    followTurn(id, turnId, (run) => progress(turn, run), turn.ear.signal),
  );
}

/** Answers the waiting question by a button. `said` is how the person's answer reads in the thread. */
export async function answer(decision: PendingDecision, said: string): Promise<void> {
  const question = pending.value;
  const id = conversation.value;
  if (!question || id === null || busy.value) return;
  entries.value = [...entries.value, entry("user", said)];
  const decided = decide(id, question.id, decision);
  await carry(
    start(null),
    decided.then((reply) => ({ how: "finished", reply })),
  );
}

async function tellToStop(turn: Live): Promise<void> {
  const run = turn.run.value;
  if (run.conversation === null || run.turn === null) return;
  try {
    await stopTurn(run.conversation, run.turn);
  } catch (cause) {
    stopping.value = false;
    turn.stopWanted = false;
    showProblem(cause);
  }
}

/** Stops the turn that runs, now or as soon as the server has begun it. Says whether there was one. */
export function stop(): boolean {
  const turn = live.value;
  if (!turn) return false;
  if (turn.stopWanted) return true;
  turn.stopWanted = true;
  stopping.value = true;
  void tellToStop(turn);
  return true;
}
