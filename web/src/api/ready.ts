/** The list of readiness, for administrators. */

import { request } from "./client";

export type RowState = "ok" | "warning" | "failed" | "not_checked" | "yours";

export interface ReadyRow {
  id: string;
  group: string;
  title: string;
  state: RowState;
  evidence: string;
  target: string;
  by: string;
  at: string;
  help: string;
}

export interface ReadyReport {
  verdict: "go" | "no_go";
  base_url: string;
  version: string;
  began_at: string;
  ended_at: string;
  counts: Record<RowState, number>;
  rows: ReadyRow[];
}

export const getReady = async (): Promise<ReadyReport> =>
  (await request<ReadyReport>("GET", "/api/admin/ready")).data;
