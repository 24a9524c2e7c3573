import { describe, expect, it } from "vitest";
import type { ToolCall } from "../api/types";
import { answeredBy, hasChanged, toolDetails, toolSentence } from "./tools";

const call = (tool: string, params: Record<string, unknown>, result: unknown): ToolCall => ({
  id: "1",
  tool,
  params,
  result,
});

describe("tool calls in words", () => {
  it.each([
    [call("add_task", { title: "Buy milk" }, { task_id: 3 }), "Added “Buy milk”"],
    [call("complete_task", { task_id: 3 }, { task_id: 3, title: "Buy milk" }), "Completed “Buy milk”"],
    [call("complete_task", { task_id: 3, completed: false }, { title: "Buy milk" }), "Reopened “Buy milk”"],
    [call("delete_task", { task_id: 9 }, { error: "Task not found" }), "Could not delete task 9"],
    [call("complete_task", { task_id: 9 }, { error: "Task not found" }), "Could not complete task 9"],
    [call("undo", {}, { error: "Nothing to undo" }), "Could not put the change back"],
    [call("list_tasks", {}, { tasks: [], count: 0, total: 1 }), "Looked at 1 task"],
    [call("plan_party", {}, null), "Used plan party"],
  ])("%#", (made, sentence) => {
    expect(toolSentence(made)).toBe(sentence);
  });

  it("have changed something only when they were to and did", () => {
    expect(hasChanged(call("add_task", { title: "Buy milk" }, { task_id: 3 }))).toBe(true);
    expect(hasChanged(call("add_task", { title: "Buy milk" }, undefined))).toBe(false);
    expect(hasChanged(call("undo", {}, { error: "Nothing to undo" }))).toBe(false);
    expect(hasChanged(call("list_tasks", {}, { tasks: [], count: 0, total: 1 }))).toBe(false);
  });

  it("keep what was asked for at hand", () => {
    const params = {
      task_id: 3,
      due_date: null,
      labels: ["home", "garden"],
      completed: true,
      more: { a: 1 },
    };
    expect(toolDetails(call("update_task", params, { error: "Task not found" }))).toEqual([
      ["task id", "3"],
      ["due date", "none"],
      ["labels", "home, garden"],
      ["completed", "yes"],
      ["more", '{"a":1}'],
      ["problem", "Task not found"],
    ]);
  });

  it("know no tool by a name that every object has", () => {
    const odd = call("constructor", { title: "Milk" }, { task_id: 1 });
    expect(toolSentence(odd)).toBe("Used constructor");
    expect(hasChanged(odd)).toBe(false);
  });

  it("say who answered", () => {
    expect(answeredBy("offline")).toBe("Answered by the offline engine");
    expect(answeredBy("gpt-4o")).toBe("Answered by gpt-4o");
  });
});
