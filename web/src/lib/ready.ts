/** The list of readiness, as it is read: what needs somebody first, then all of it by its parts. */

import type { ReadyReport, ReadyRow, RowState } from "../api/ready";

/** The words for a state, the worst first. */
export const STATES: readonly (readonly [RowState, string])[] = [
  ["failed", "failed"],
  ["not_checked", "not checked"],
  ["warning", "to look at"],
  ["yours", "yours to decide"],
  ["ok", "well"],
];

export const stateWord = (state: RowState): string => STATES.find(([name]) => name === state)?.[1] ?? state;

/** Rows by the part of the list they belong to, in the order in which they came. */
export function byGroup(rows: readonly ReadyRow[]): [group: string, rows: ReadyRow[]][] {
  const groups = new Map<string, ReadyRow[]>();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  return [...groups];
}

/** What there is of each state, the worst first, and only what there is. */
export function counted(report: ReadyReport): string[] {
  return STATES.filter(([state]) => report.counts[state] > 0).map(
    ([state, word]) => `${report.counts[state]} ${word}`,
  );
}

export const needsSomebody = (row: ReadyRow): boolean => row.state !== "ok";
