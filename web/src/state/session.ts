/** Who is signed in. */

import { computed, signal } from "@preact/signals";
import * as account from "../api/account";
import type { User } from "../api/types";
import { forgetAll, meet } from "../offline/known";
import { dropOf } from "../offline/outbox";
import { tell } from "../offline/tabs";
import { endSession, payLeaving, type Where } from "./leaving";
import { goToView } from "./route";
import { answerCame } from "./waiting";

export type Session =
  | { status: "unknown" }
  /** `comesBack` where the session has ended, and the person has not left. */
  | { status: "out"; notice?: string; comesBack?: true }
  | { status: "unreachable"; message: string }
  /** `confirmed` by the server; without a network this device's word is taken. */
  | { status: "in"; user: User; confirmed: boolean };

export const session = signal<Session>({ status: "unknown" });

/** Whether people make their accounts themselves, as far as the server has said. */
export const mayMakeAccount = signal(true);

export const user = computed<User | null>(() => (session.value.status === "in" ? session.value.user : null));

/** What this device may keep is a courtesy: where storage is forbidden, the app works without. */
const ifPossible = (work: Promise<void>): Promise<void> => work.catch(() => undefined);

/** The server has said who this is. */
export async function signedIn(person: User): Promise<void> {
  const before = user.peek();
  // Nothing of one person is shown to another.
  if (before && before.id !== person.id) session.value = { status: "out" };
  await ifPossible(meet(person));
  session.value = { status: "in", user: person, confirmed: true };
  if (before?.id !== person.id) tell("person");
}

export async function logIn(credentials: account.Credentials): Promise<void> {
  await payLeaving();
  await account.logIn(credentials);
  await signedIn(await account.getMe());
}

export async function signUp(details: account.Credentials & { name?: string }): Promise<void> {
  await payLeaving();
  await account.signUp(details);
  await signedIn(await account.getMe());
}

/** The session is over, whoever ended it: what can be read goes from this device. */
export async function signedOut(how: { notice?: string; comesBack?: true } = {}): Promise<void> {
  session.value = { status: "out", ...how };
  await ifPossible(forgetAll());
}

/** What somebody is told who has left while the server could not be reached. */
export const LEFT_ALONE =
  "You are logged out on this device. At the server your session ends as soon as this browser reaches it.";

/** The person leaves this device for good: what waits to be sent goes too. */
async function leave(notice?: string): Promise<void> {
  const id = user.peek()?.id;
  if (id) await ifPossible(dropOf(id));
  answerCame();
  goToView({ name: "all" });
  await signedOut(notice === undefined ? {} : { notice });
  tell("person");
}

export async function logOut(where: Where): Promise<void> {
  const ended = await endSession(where);
  await leave(ended ? undefined : LEFT_ALONE);
}

export async function updateMe(patch: Parameters<typeof account.updateMe>[0]): Promise<void> {
  await signedIn(await account.updateMe(patch));
}

export async function deleteAccount(password: string): Promise<void> {
  await account.deleteAccount(password);
  await leave("Your account and everything in it is gone.");
}
