import { describe, expect, it } from "vitest";
import { readPatch, splitLabels } from "./patch";
import { aTask } from "./testing";

const task = aTask(3, {
  title: "Dentist",
  description: "Bring ID",
  due_date: "2026-03-12",
  labels: ["health"],
  recurrence: { rrule: "FREQ=YEARLY", from: "due", text: "every year" },
});

function fields(more: Record<string, string> = {}): FormData {
  const data = new FormData();
  const shown = {
    title: "Dentist",
    description: "Bring ID",
    due: "Thu, 12 Mar 2026",
    recurrence: "every year",
    labels: "health",
    priority: "medium",
  };
  for (const [name, value] of Object.entries({ ...shown, ...more })) data.set(name, value);
  return data;
}

const read = (more?: Record<string, string>) => readPatch(fields(more), task, "Thu, 12 Mar 2026");

describe("the editor's patch", () => {
  it("is empty when nothing changed", () => {
    expect(read()).toEqual({});
  });

  it("holds only what changed, and null for what was emptied", () => {
    expect(read({ title: "Dentist!", priority: "high" })).toEqual({ title: "Dentist!", priority: "high" });
    expect(read({ due: "", description: "", recurrence: " ", labels: "" })).toEqual({
      due_date: null,
      description: null,
      recurrence: null,
      labels: [],
    });
    expect(read({ due: "friday 3pm", labels: "#health, Work work" })).toEqual({
      due_date: "friday 3pm",
      labels: ["health", "work"],
    });
  });

  it("keeps the line breaks of notes as they were", () => {
    expect(read({ description: "a\r\nb" })).toEqual({ description: "a\nb" });
  });
});

describe("labels as typed", () => {
  it("come apart at spaces and commas, each once", () => {
    expect(splitLabels(" #Home,errands  home ")).toEqual(["home", "errands"]);
    expect(splitLabels("")).toEqual([]);
  });
});
