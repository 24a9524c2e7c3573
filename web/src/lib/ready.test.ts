import { describe, expect, it } from "vitest";
import type { ReadyReport, ReadyRow, RowState } from "../api/ready";
import { byGroup, counted, needsSomebody, stateWord } from "./ready";

const row = (id: string, group: string, state: RowState): ReadyRow => ({
  id,
  group,
  state,
  title: id,
  evidence: "",
  target: "",
  by: "",
  at: "2026-03-11T09:00:00Z",
  help: "",
});

describe("the list of readiness", () => {
  it("stands by its parts, in the order in which it came", () => {
    const rows = [
      row("S1", "Accounts", "ok"),
      row("D4", "Operation", "failed"),
      row("S2", "Accounts", "yours"),
    ];
    const groups = byGroup(rows).map(([group, found]) => [group, found.map(({ id }) => id)]);
    expect(groups).toEqual([
      ["Accounts", ["S1", "S2"]],
      ["Operation", ["D4"]],
    ]);
    expect(rows.filter(needsSomebody).map(({ id }) => id)).toEqual(["D4", "S2"]);
  });

  it("counts what there is, the worst first", () => {
    const counts = { ok: 3, warning: 0, failed: 1, not_checked: 2, yours: 0 };
    expect(counted({ counts } as ReadyReport)).toEqual(["1 failed", "2 not checked", "3 well"]);
    expect(stateWord("yours")).toBe("yours to decide");
  });
});
