// The official AG-UI client, unchanged. It checks the order of events and their fields by itself.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { HttpAgent } from "@ag-ui/client";
import { startSaydo } from "./saydo.mjs";

let saydo;
let threads = 0;

before(async () => {
  saydo = await startSaydo();
});
after(() => saydo.stop());

function agent(token = saydo.token) {
  threads += 1;
  const headers = { Authorization: `Bearer ${token}` };
  const made = new HttpAgent({ url: `${saydo.base}/api/agui`, threadId: `thread-${threads}`, headers });
  let ids = 0;
  return {
    made,
    async say(content) {
      ids += 1;
      made.addMessage({ id: `mine-${ids}`, role: "user", content });
      return made.runAgent();
    },
  };
}

/** The text of a run's new messages. */
const text = ({ newMessages }) =>
  newMessages.filter(({ role }) => role === "assistant").map(({ content }) => content ?? "").join("");

test("a message is answered, a call and its result are messages", async () => {
  const { made, say } = agent();
  const done = await say("buy milk tomorrow");
  assert.match(text(done), /^Added “Buy milk”, due tomorrow/);
  const call = made.messages.find((message) => message.toolCalls?.length)?.toolCalls[0];
  assert.equal(call.function.name, "add_task");
  assert.equal(JSON.parse(call.function.arguments).title, "Buy milk");
  const result = made.messages.find(({ role }) => role === "tool");
  assert.equal(result.toolCallId, call.id);
  assert.equal(JSON.parse(result.content).title, "Buy milk");
  assert.deepEqual(await saydo.titles(), ["Buy milk"]);
});

test("a model's sentences come one by one", async () => {
  await saydo.patch("/api/auth/me", { planner: "llm" });
  const { made } = agent();
  made.addMessage({ id: "m", role: "user", content: "tell me the slow story" });
  const pieces = [];
  let conversation;
  const done = await made.runAgent({}, {
    onTextMessageContentEvent: ({ event }) => void pieces.push(event.delta),
    onCustomEvent: ({ event }) => void (conversation = event.value.conversation_id),
  });
  await saydo.patch("/api/auth/me", { planner: "auto" });
  assert.ok(pieces.length > 2, `${pieces.length}`);
  assert.equal(text(done), pieces.join(""));
  assert.ok(Number.isInteger(conversation));
});

test("an interrupt is resumed, or left", async () => {
  const { made, say } = agent(saydo.session);
  await say("buy bread");
  await say("delete all tasks");
  const asked = made.pendingInterrupts;
  assert.equal(asked.length, 1);
  assert.equal(asked[0].reason, "confirmation");
  assert.equal(asked[0].metadata.tasks.length, 2);
  await assert.rejects(say("never mind"), /pending interrupt/);
  await made.runAgent({ resume: [{ interruptId: asked[0].id, status: "cancelled" }] });
  assert.equal(made.pendingInterrupts.length, 0);
  assert.equal((await saydo.titles()).length, 2);
  await say("delete all tasks");
  const [again] = made.pendingInterrupts;
  const task = again.metadata.tasks.find(({ title }) => title === "Buy bread");
  const payload = { decision: "accept", task_ids: [task.id] };
  await made.runAgent({ resume: [{ interruptId: again.id, status: "resolved", payload }] });
  assert.deepEqual(await saydo.titles(), ["Buy milk"]);
  await say("delete all tasks and undo nothing");
});

test("a program's token does not accept what waits for the person", async () => {
  const { made, say } = agent();
  await say("add soap and rice and tea");
  await say("delete all tasks");
  const [asked] = made.pendingInterrupts;
  const before = await saydo.titles();
  const resume = [{ interruptId: asked.id, status: "resolved", payload: { decision: "accept" } }];
  await assert.rejects(made.runAgent({ resume }), /sign in/);
  assert.deepEqual(await saydo.titles(), before);
});

test("a thread goes on where it was, another one is another", async () => {
  const first = agent();
  await first.say("buy eggs");
  await agent().say("hello");
  assert.match(text(await first.say("undo")), /eggs/i);
  assert.ok(!(await saydo.titles()).includes("Buy eggs"));
});

test("refusals reach the caller", async () => {
  const headers = { Authorization: "Bearer nothing" };
  const stranger = new HttpAgent({ url: `${saydo.base}/api/agui`, threadId: "t", headers });
  stranger.addMessage({ id: "m", role: "user", content: "hello" });
  await assert.rejects(stranger.runAgent(), /401/);
});
