/** Files of tasks from elsewhere. */

import { request } from "./client";
import type { Priority } from "./types";

export interface Draft {
  row: number;
  title: string;
  completed: boolean;
  due_date: string | null;
  priority: Priority;
  labels: string[];
  repeats: boolean;
}

/** What came of a file, or would come. */
export interface Imported {
  format: "saydo" | "todoist" | "ics" | "text";
  tasks: number;
  already_there: number;
  ignored: number;
  problem_count: number;
  problems: { row: number; message: string }[];
  first: Draft[];
  summary: string;
  change_id: string | null;
}

/** Hears which part of the file has been sent, 0 to 1. */
export type OnSent = (part: number) => void;

const post = async (file: Blob, query: Record<string, string>, onSent: OnSent): Promise<Imported> => {
  const path = `/api/import?${new URLSearchParams(query)}`;
  return (await request<Imported>("POST", path, { body: file, onSent })).data;
};

export const previewFile = (file: Blob, onSent: OnSent): Promise<Imported> =>
  post(file, { dry_run: "true" }, onSent);

/** Imports a file; rows that are not understood are left out when the person has seen that. */
export const importFile = (file: Blob, leaveOut: boolean, onSent: OnSent): Promise<Imported> =>
  post(file, { problems: leaveOut ? "skip" : "refuse" }, onSent);
