import { describe, expect, it } from "vitest";
import { groupTasks } from "./group";
import { aTask } from "./testing";

// Wednesday 11 March 2026, 10:00 in Berlin; the week ends on Sunday 15.
const here = { now: Date.parse("2026-03-11T09:00:00Z"), zone: "Europe/Berlin" };

describe("groups", () => {
  it("come in order, without the empty ones", () => {
    const tasks = [
      aTask(1),
      aTask(2, { due_date: "2026-03-16" }),
      aTask(3, { due_date: "2026-03-15" }),
      aTask(4, { due_date: "2026-03-12T08:00:00+01:00" }),
      aTask(5, { due_date: "2026-03-11T09:00:00+01:00" }),
      aTask(6, { due_date: "2026-03-11" }),
    ];
    const names = groupTasks(tasks, here).map((group) => [group.name, group.tasks.map((task) => task.id)]);
    expect(names).toEqual([
      ["overdue", [5]],
      ["today", [6]],
      ["tomorrow", [4]],
      ["week", [3]],
      ["later", [2]],
      ["none", [1]],
    ]);
    expect(groupTasks([], here)).toEqual([]);
  });

  it("are sorted by due, then priority, then number", () => {
    const tasks = [
      aTask(1, { due_date: "2026-03-11T18:00:00+01:00" }),
      aTask(2, { due_date: "2026-03-11" }),
      aTask(3, { due_date: "2026-03-11", priority: "high" }),
      aTask(4, { due_date: "2026-03-11T12:00:00+01:00", priority: "low" }),
    ];
    expect(groupTasks(tasks, here)[0]?.tasks.map((task) => task.id)).toEqual([3, 2, 4, 1]);
  });

  it("count the last day of the week as tomorrow on the day before", () => {
    const saturday = { ...here, now: Date.parse("2026-03-14T09:00:00Z") };
    const groups = groupTasks(
      [aTask(1, { due_date: "2026-03-15" }), aTask(2, { due_date: "2026-03-16" })],
      saturday,
    );
    expect(groups.map((group) => group.name)).toEqual(["tomorrow", "later"]);
  });
});
