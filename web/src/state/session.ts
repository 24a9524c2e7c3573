/** Who is signed in. */

import { computed, signal } from "@preact/signals";
import * as account from "../api/account";
import { Problem, sentence } from "../api/problem";
import type { User } from "../api/types";
import { goToView } from "./route";

export type Session =
  | { status: "unknown" }
  | { status: "out"; notice?: string }
  | { status: "unreachable"; message: string }
  | { status: "in"; user: User };

export const session = signal<Session>({ status: "unknown" });

export const user = computed<User | null>(() => (session.value.status === "in" ? session.value.user : null));

/** Asks the server who this is. */
export async function loadSession(): Promise<void> {
  try {
    session.value = { status: "in", user: await account.getMe() };
  } catch (cause) {
    session.value =
      cause instanceof Problem && cause.status === 401
        ? { status: "out" }
        : { status: "unreachable", message: sentence(cause) };
  }
}

export async function logIn(credentials: account.Credentials): Promise<void> {
  await account.logIn(credentials);
  session.value = { status: "in", user: await account.getMe() };
}

export async function signUp(details: account.Credentials & { name?: string }): Promise<void> {
  await account.signUp(details);
  session.value = { status: "in", user: await account.getMe() };
}

/** The session is over, whoever ended it. */
export function signedOut(notice?: string): void {
  session.value = notice === undefined ? { status: "out" } : { status: "out", notice };
}

export async function logOut(everywhere: boolean): Promise<void> {
  await (everywhere ? account.logOutEverywhere() : account.logOut());
  goToView({ name: "all" });
  signedOut();
}

export async function updateMe(patch: Parameters<typeof account.updateMe>[0]): Promise<void> {
  session.value = { status: "in", user: await account.updateMe(patch) };
}

export async function deleteAccount(password: string): Promise<void> {
  await account.deleteAccount(password);
  goToView({ name: "all" });
  signedOut("Your account and everything in it is gone.");
}
