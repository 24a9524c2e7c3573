/** A word between the tabs of this browser. */

/** `person`: somebody signed in or left. `outbox`: what waits to be sent is not what it was. */
export type Word = "person" | "outbox";

const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("saydo") : null;

/** Tells the other tabs, never this one. */
export const tell = (word: Word): void => channel?.postMessage(word);

export const hearTabs = (onWord: (word: Word) => void): void =>
  channel?.addEventListener("message", ({ data }: MessageEvent<Word>) => onWord(data));
