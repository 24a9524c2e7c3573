import { afterEach, describe, expect, it, vi } from "vitest";
import type { Run } from "../lib/run";
import { Problem, Unreachable } from "./problem";
import { sendMessage } from "./turns";

const REPLY = { conversation_id: 7, response: "Done.", tool_calls: [], pending: null, answered_by: "m" };

const EVENTS = [
  { type: "RUN_STARTED", threadId: "7", runId: "t1" },
  { type: "TEXT_MESSAGE_START" },
  { type: "TEXT_MESSAGE_CONTENT", delta: "Done." },
  { type: "CUSTOM", name: "saydo.reply", value: REPLY },
  { type: "RUN_FINISHED", outcome: { type: "success" } },
].map((event, index) => `id: ${index + 1}\ndata: ${JSON.stringify(event)}\n\n`);

const CUT = 'data: {"type":"RUN_ERROR","message":"The server is stopping.","code":"server_stopping"}\n\n';

const stream =
  (...pieces: string[]) =>
  () =>
    new Response(pieces.join(""), { headers: { "Content-Type": "text/event-stream" } });
const refusal = (status: number) => () => Response.json({ detail: "No." }, { status });
const silence = () => {
  throw new TypeError("fetch failed");
};

/** A server that answers in this order, and what it was asked. */
function serve(...answers: (() => Response)[]) {
  const asked: Request[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    asked.push(new Request(`http://here${path}`, init));
    const answer = answers.shift();
    if (!answer) throw new Error("asked once more");
    return answer();
  });
  return asked;
}

const SENT = { conversation: null, text: "do it", key: "k" };

function tell() {
  const runs: Run[] = [];
  const ending = sendMessage("u", SENT, (run) => runs.push(run), new AbortController().signal);
  return { runs, ending };
}

afterEach(() => vi.unstubAllGlobals());

describe("a turn", () => {
  it("is heard to its end", async () => {
    const asked = serve(stream(...EVENTS));
    const { runs, ending } = tell();
    expect(await ending).toEqual({ how: "finished", reply: REPLY });
    expect(runs.map((run) => run.texts.join(""))).toEqual(["", "", "Done.", "Done.", "Done."]);
    expect(asked[0]?.headers.get("Idempotency-Key")).toBe("k");
  });

  it("is found again after what was heard, however the connection ended", async () => {
    const asked = serve(
      stream(...EVENTS.slice(0, 2), "id: 3\ndata: {"),
      silence,
      refusal(503),
      stream(...EVENTS.slice(2, 3), CUT),
      stream(...EVENTS.slice(3)),
    );
    const { runs, ending } = tell();
    expect(await ending).toMatchObject({ how: "finished" });
    expect(runs.at(-1)?.texts).toEqual(["Done."]);
    expect(asked[4]?.url).toBe("http://here/api/conversations/7/turns/t1/events");
    expect(asked.slice(1).map(({ headers }) => headers.get("Last-Event-ID"))).toEqual(["2", "2", "2", "3"]);
  });

  it("that is gone is not looked for again", async () => {
    const asked = serve(stream(...EVENTS.slice(0, 2)), refusal(404));
    await expect(tell().ending).rejects.toThrow(Problem);
    expect(asked.length).toBe(2);
  });

  it("nobody heard of is left to the person, who has its key", async () => {
    const asked = serve(stream());
    await expect(tell().ending).rejects.toThrow(Unreachable);
    expect(asked.length).toBe(1);
  });

  it("is also understood in one piece", async () => {
    serve(() => Response.json(REPLY));
    expect(await tell().ending).toEqual({ how: "finished", reply: REPLY });
  });
});
