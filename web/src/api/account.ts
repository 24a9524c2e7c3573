/** The account and its session. The session itself is a cookie this page can't read. */

import { lost, request, send } from "./client";
import type { PlannerChoice, User } from "./types";

export interface Credentials {
  email: string;
  password: string;
}

export const getMe = async (): Promise<User> => (await request<User>("GET", "/api/auth/me")).data;

export const logIn = async (credentials: Credentials): Promise<void> => {
  await request("POST", "/api/auth/login", { body: credentials });
};

export const signUp = async (account: Credentials & { name?: string }): Promise<void> => {
  await request("POST", "/api/auth/signup", { body: account });
};

export const logOut = async (): Promise<void> => {
  await request("POST", "/api/auth/logout");
};

export const logOutEverywhere = async (): Promise<void> => {
  await request("POST", "/api/auth/logout-all");
};

export interface Profile {
  name?: string;
  timezone?: string | null;
  planner?: PlannerChoice;
}

export const updateMe = async (patch: Profile): Promise<User> =>
  (await request<User>("PATCH", "/api/auth/me", { body: patch })).data;

export const changePassword = async (current: string, next: string): Promise<void> => {
  await request("POST", "/api/auth/password", { body: { current_password: current, new_password: next } });
};

/** Everything of the person, as it comes: it may be too much to be read as one value. */
export async function exportAccount(): Promise<Blob> {
  const response = await send("GET", "/api/account/export");
  try {
    return await response.blob();
  } catch {
    // Half of it is not everything.
    throw lost();
  }
}

export const deleteAccount = async (password: string): Promise<void> => {
  await request("DELETE", "/api/account", { body: { password } });
};
