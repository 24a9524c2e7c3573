/** The conversation in which an answer is awaited, kept so that a tab that is opened again finds it. */

const KEY = "saydo.waiting";

interface Waiting {
  user: string;
  conversation: number;
}

function stored(): Waiting | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") as Waiting | null;
  } catch {
    return null;
  }
}

export function awaitAnswer(user: string, conversation: number): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ user, conversation }));
  } catch {
    // Storage may be forbidden; the answer is then found under its conversation.
  }
}

export function answerCame(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}

/** Where this person waited for an answer when the page went away. */
export function awaited(user: string): number | null {
  const waiting = stored();
  return waiting?.user === user && Number.isInteger(waiting.conversation) ? waiting.conversation : null;
}
