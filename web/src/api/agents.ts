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

export const listTokens = async (): Promise<Token[]> =>
  (await request<{ tokens: Token[] }>("GET", "/api/tokens")).data.tokens;

export const createToken = async (wish: TokenWish): Promise<NewToken> =>
  (await request<NewToken>("POST", "/api/tokens", { body: wish })).data;

export const revokeToken = async (id: string): Promise<void> => {
  await request("DELETE", `/api/tokens/${encodeURIComponent(id)}`);
};

export const getUsage = async (): Promise<Usage> => (await request<Usage>("GET", "/api/usage")).data;
