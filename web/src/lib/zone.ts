/** Calendar arithmetic in a named zone, on the browser's own tables. Days are ISO texts (`2026-03-12`). */

const DAY_MS = 86_400_000;

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Formatters are costly to make and the zones are few. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  clocks.set(zone, made);
  return made;
}

interface Reading {
  day: string;
  time: string;
}

const MOST_READINGS = 50_000;
const readings = new Map<string, Reading>();

/** What the clocks there say. Remembered: sorting ten thousand tasks asks for the same instants again and again. */
function wallClock(at: number, zone: string): Reading {
  const key = `${Math.floor(at / 60_000)} ${zone}`;
  const known = readings.get(key);
  if (known) return known;
  if (readings.size >= MOST_READINGS) readings.clear();
  const made = readClock(at, zone);
  readings.set(key, made);
  return made;
}

function readClock(at: number, zone: string): Reading {
  const parts = clockOf(zone).formatToParts(at);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? "00";
  return {
    day: `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`,
    time: `${part("hour")}:${part("minute")}`,
  };
}

/** The day on the calendar there. */
export const dayIn = (at: number, zone: string): string => wallClock(at, zone).day;

/** The time on the clock there, `15:00`. */
export const timeIn = (at: number, zone: string): string => wallClock(at, zone).time;

/** A day as a number, for counting between days. */
export const dayNumber = (day: string): number => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);

export const addDays = (day: string, days: number): string =>
  new Date((dayNumber(day) + days) * DAY_MS).toISOString().slice(0, 10);

/** 1 is Monday, 7 is Sunday. */
export const weekday = (day: string): number => ((dayNumber(day) + 3) % 7) + 1;

function offsetMinutes(at: number, zone: string): number {
  const { day, time } = wallClock(at, zone);
  return Math.round((Date.parse(`${day}T${time}:00Z`) - Math.floor(at / 60_000) * 60_000) / 60_000);
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const digits = (value: number) => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${digits(Math.floor(size / 60))}:${digits(size % 60)}`;
}

/** A wall-clock reading in a zone as RFC 3339; in a gap it moves forward, in a fold it takes the first. */
export function momentIn(day: string, time: string, zone: string): string {
  const naive = Date.parse(`${day}T${time}:00Z`);
  const before = offsetMinutes(naive - DAY_MS, zone);
  const after = offsetMinutes(naive + DAY_MS, zone);
  for (const offset of [before, after]) {
    if (offsetMinutes(naive - offset * 60_000, zone) === offset) {
      return `${day}T${time}:00${offsetText(offset)}`;
    }
  }
  const shifted = naive - before * 60_000;
  const clock = wallClock(shifted, zone);
  return `${clock.day}T${clock.time}:00${offsetText(after)}`;
}
