import { describe, expect, it } from "vitest";
import type { ChatReply } from "../api/types";
import { advance, NEW_RUN, type RunEvent } from "./run";

const REPLY: ChatReply = {
  conversation_id: 7,
  response: "Added “Buy milk”.",
  tool_calls: [],
  change_id: "c",
  pending: null,
  answered_by: "gpt-4o",
};

const told = (...events: RunEvent[]) => events.reduce(advance, NEW_RUN);

const STARTED = { type: "RUN_STARTED", threadId: "7", runId: "t1" };
const REPLIED = { type: "CUSTOM", name: "saydo.reply", value: REPLY };

describe("a run", () => {
  it("grows message by message", () => {
    const run = told(
      STARTED,
      { type: "TEXT_MESSAGE_START" },
      { type: "TEXT_MESSAGE_CONTENT", delta: "Two of" },
      { type: "TEXT_MESSAGE_CONTENT", delta: " them." },
      { type: "TEXT_MESSAGE_END" },
      { type: "TEXT_MESSAGE_START" },
      { type: "TEXT_MESSAGE_CONTENT", delta: "Nothing was changed." },
      { type: "SOMETHING_NEW" },
    );
    expect(run).toMatchObject({ conversation: 7, turn: "t1", ending: null });
    expect(run.texts).toEqual(["Two of them.", "Nothing was changed."]);
  });

  it("puts calls together by their ids", () => {
    const run = told(
      STARTED,
      { type: "TOOL_CALL_START", toolCallId: "a", toolCallName: "add_task" },
      { type: "TOOL_CALL_ARGS", toolCallId: "a", delta: '{"title":"Buy milk"}' },
      { type: "TOOL_CALL_START", toolCallId: "b", toolCallName: "list_tasks" },
      { type: "TOOL_CALL_ARGS", toolCallId: "b", delta: "{" },
      { type: "TOOL_CALL_RESULT", toolCallId: "a", content: '{"task_id":3}' },
    );
    expect(run.calls).toEqual([
      { id: "a", tool: "add_task", params: { title: "Buy milk" }, result: { task_id: 3 } },
      { id: "b", tool: "list_tasks", params: {}, result: undefined },
    ]);
  });

  it.each([
    ["success", "finished"],
    ["interrupt", "finished"],
    ["cancelled", "cancelled"],
  ])("with the outcome %s has %s", (type, how) => {
    const run = told(STARTED, REPLIED, { type: "RUN_FINISHED", outcome: { type } });
    expect(run.ending).toEqual({ how, reply: REPLY });
  });

  it("that finished without a reply failed", () => {
    expect(told(STARTED, { type: "RUN_FINISHED" }).ending).toMatchObject({ how: "failed", reply: null });
  });

  it("that failed keeps the reply it could still give", () => {
    const error = { type: "RUN_ERROR", message: "The server stopped.", code: "server_stopping" };
    expect(told(STARTED, error).ending).toEqual({ how: "failed", message: error.message, reply: null });
    expect(told(STARTED, REPLIED, error).ending).toMatchObject({ how: "failed", reply: REPLY });
  });
});
