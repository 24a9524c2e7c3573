import { describe, expect, it } from "vitest";
import { addDays, dayIn, momentIn, timeIn, weekday } from "./zone";

const at = Date.parse("2026-03-11T23:30:00Z");

describe("calendar days", () => {
  it("are those of the zone, not of UTC", () => {
    expect(dayIn(at, "Europe/Berlin")).toBe("2026-03-12");
    expect(dayIn(at, "America/New_York")).toBe("2026-03-11");
    expect(timeIn(at, "Asia/Kolkata")).toBe("05:00");
  });

  it("add over months, leap days and years", () => {
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
  });

  it("know their weekday, Monday first", () => {
    expect(weekday("2026-03-09")).toBe(1);
    expect(weekday("2026-03-15")).toBe(7);
  });
});

describe("a wall clock reading", () => {
  it("carries the offset in force there and then", () => {
    expect(momentIn("2026-03-12", "15:00", "Europe/Berlin")).toBe("2026-03-12T15:00:00+01:00");
    expect(momentIn("2026-07-12", "15:00", "Europe/Berlin")).toBe("2026-07-12T15:00:00+02:00");
    expect(momentIn("2026-03-12", "15:00", "Asia/Kolkata")).toBe("2026-03-12T15:00:00+05:30");
    expect(momentIn("2026-03-12", "15:00", "America/St_Johns")).toBe("2026-03-12T15:00:00-02:30");
  });

  it("moves forward out of a gap and takes the first of a fold", () => {
    expect(momentIn("2026-03-29", "02:30", "Europe/Berlin")).toBe("2026-03-29T03:30:00+02:00");
    expect(momentIn("2026-10-25", "02:30", "Europe/Berlin")).toBe("2026-10-25T02:30:00+02:00");
  });
});
