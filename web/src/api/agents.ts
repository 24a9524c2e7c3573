/** Programs with tokens of their own, and what language models were used for. */

import { request } from "./client";
import type { PlannerChoice } from "./types";

export type Scope = "read" | "write";

export interface Token {
  id: string;
  name: string;
  scope: Scope;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

/** A token with what its program did today. */
export interface Agent extends Token {
  changes_today: number;
}

/** A program whose token is gone, and of whose changes of today some are in force. */
export interface RevokedAgent {
  id: string;
  name: string;
  changes_today: number;
}

export interface Agents {
  tokens: Agent[];
  revoked: RevokedAgent[];
}

/** What of a program's day was put back, and where that stopped. */
export interface UndoneToday {
  undone: number;
  left: number;
  summary: string;
  change_id: string | null;
  stopped: { change: string; detail: string } | null;
}

export interface NewToken extends Token {
  /** The token itself, told this once. */
  token: string;
}

export interface TokenWish {
  name: string;
  scope: Scope;
  expires_in_days?: number;
}

export interface UsageDay {
  day: string;
  turns: number;
  cost: number;
}

export interface Usage {
  to: string;
  tokens_today: number;
  tokens_per_day: number;
  /** The configured models; none, and the offline engine answers everything. */
  models: string[];
  /** What answers those who made no choice of their own. */
  planner: PlannerChoice;
  days: UsageDay[];
}

export const listAgents = async (): Promise<Agents> => (await request<Agents>("GET", "/api/tokens")).data;

export const createToken = async (wish: TokenWish): Promise<NewToken> =>
  (await request<NewToken>("POST", "/api/tokens", { body: wish })).data;

export const revokeToken = async (id: string): Promise<void> => {
  await request("DELETE", `/api/tokens/${encodeURIComponent(id)}`);
};

export const undoToday = async (id: string): Promise<UndoneToday> =>
  (await request<UndoneToday>("POST", `/api/tokens/${encodeURIComponent(id)}/undo-today`)).data;

export const getUsage = async (): Promise<Usage> => (await request<Usage>("GET", "/api/usage")).data;
