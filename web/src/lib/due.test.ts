import { describe, expect, it } from "vitest";
import { dayWords, dueInGroup, dueKey, isOverdue, moveTo } from "./due";

// A Wednesday, 10:00 in Berlin.
const here = { now: Date.parse("2026-03-11T09:00:00Z"), zone: "Europe/Berlin" };

describe("due in words", () => {
  it.each([
    ["2026-03-11", "Today"],
    ["2026-03-12", "Tomorrow"],
    ["2026-03-10", "Yesterday"],
    ["2026-03-08", "3 days ago"],
    ["2026-03-13", "Friday"],
  ])("%s reads %s", (day, words) => {
    expect(dayWords(day, here)).toBe(words);
  });

  it("says the year only when it is another one", () => {
    expect(dayWords("2026-05-20", here)).not.toContain("2026");
    expect(dayWords("2027-05-20", here)).toContain("2027");
  });

  it("leaves to the group's heading what that says already", () => {
    expect(dueInGroup("2026-03-11", "today", here)).toBeNull();
    expect(dueInGroup("2026-03-12", "week", here)).toBe("Tomorrow");
  });
});

describe("overdue", () => {
  it("is a day when the next has begun, and a moment when it has passed", () => {
    expect(isOverdue("2026-03-11", here)).toBe(false);
    expect(isOverdue("2026-03-10", here)).toBe(true);
    expect(isOverdue("2026-03-11T09:59:00+01:00", here)).toBe(true);
    expect(isOverdue("2026-03-11T10:01:00+01:00", here)).toBe(false);
  });
});

describe("moving to another day", () => {
  it("keeps the time of day over a change of the clocks", () => {
    expect(moveTo("2026-03-12T15:00:00+01:00", "2026-03-30", here)).toBe("2026-03-30T15:00:00+02:00");
    expect(moveTo("2026-03-12", "2026-03-30", here)).toBe("2026-03-30");
    expect(moveTo(null, "2026-03-30", here)).toBe("2026-03-30");
  });
});

describe("the sort key", () => {
  it("follows the reader's wall clock, whole days first", () => {
    expect(dueKey("2026-03-11T23:30:00Z", here)).toBe("2026-03-12T00:30");
    expect(dueKey("2026-03-12", here) < dueKey("2026-03-12T00:30:00+01:00", here)).toBe(true);
  });
});
