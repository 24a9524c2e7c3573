/** The microphone: what is heard is put into the line, for the person to look at and send. */

import { signal } from "@preact/signals";
import { canTranscribe, transcribe } from "../api/voice";
import { canRecord, type Recording, record } from "../lib/recorder";
import { hasRecognition, type Listener, recognise } from "../lib/speech";
import { composerFocus, draft, setDraft } from "./composer";
import { showProblem, showWarning } from "./receipt";

/** How this page hears: by the browser, by the server's speech model, or not at all. */
type Ear = "browser" | "server" | null;

export const ear = signal<Ear>(null);
export const hearing = signal<"off" | "starting" | "listening" | "writing">("off");

let current: Listener | Recording | null = null;
/** Told to stop before the microphone was there. */
let calledOff = false;

async function serverEar(): Promise<Ear> {
  if (!canRecord()) return null;
  try {
    return (await canTranscribe()) ? "server" : null;
  } catch {
    // Without an answer there is no button: typing always works.
    return null;
  }
}

export async function findEar(): Promise<void> {
  ear.value = hasRecognition() ? "browser" : await serverEar();
}

const WARNINGS: Record<string, string> = {
  "not-allowed": "Saydo may not use the microphone. Allow it for this page in the browser’s settings.",
  NotAllowedError: "Saydo may not use the microphone. Allow it for this page in the browser’s settings.",
  "audio-capture": "There is no microphone.",
  NotFoundError: "There is no microphone.",
  "no-speech": "Nothing was heard. Try again, a little closer.",
};

function joined(before: string, heard: string): string {
  const glue = before === "" || /\s$/.test(before) ? "" : " ";
  return before + glue + heard;
}

/** The browser has the words but nobody behind them: the server may have somebody. */
async function onDeaf(): Promise<void> {
  ear.value = await serverEar();
  if (ear.value === "server") await hearByServer();
  else showWarning("This browser’s speech recognition doesn’t work here.");
}

async function hearByBrowser(): Promise<void> {
  const before = draft.value;
  const listener = recognise(navigator.language, (heard) => setDraft(joined(before, heard)));
  current = listener;
  hearing.value = "listening";
  const wrong = await listener.ended;
  const warning = wrong && WARNINGS[wrong];
  if (warning) showWarning(warning);
  else if (wrong && wrong !== "aborted") await onDeaf();
}

async function hearByServer(): Promise<void> {
  const recording = await record();
  if (calledOff) return recording.stop();
  current = recording;
  hearing.value = "listening";
  const sound = await recording.ended;
  hearing.value = "writing";
  const text = (await transcribe(sound, navigator.language)).trim();
  if (text) setDraft(joined(draft.value, text));
  else showWarning("Nothing was heard. Try again, a little closer.");
}

async function hear(): Promise<void> {
  hearing.value = "starting";
  calledOff = false;
  try {
    await (ear.value === "browser" ? hearByBrowser() : hearByServer());
  } catch (cause) {
    const warning = cause instanceof DOMException ? WARNINGS[cause.name] : undefined;
    if (warning) showWarning(warning);
    else showProblem(cause);
  } finally {
    current = null;
    hearing.value = "off";
    composerFocus.value += 1;
  }
}

/** Ends listening; what was heard stays. Says whether it did listen. */
export function stopHearing(): boolean {
  if (hearing.value !== "listening" && hearing.value !== "starting") return false;
  calledOff = true;
  current?.stop();
  return true;
}

/** The microphone's button. */
export function toggleHearing(): void {
  if (hearing.value === "off") void hear();
  else stopHearing();
}
