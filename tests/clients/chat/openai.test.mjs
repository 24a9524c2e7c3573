// The official OpenAI client, unchanged.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import OpenAI from "openai";
import { startSaydo } from "./saydo.mjs";

let saydo, openai;

before(async () => {
  saydo = await startSaydo();
  openai = new OpenAI({ apiKey: saydo.token, baseURL: `${saydo.base}/v1`, maxRetries: 0 });
});
after(() => saydo.stop());

/** A chat as a client keeps it: the whole history goes along every time. */
function chat(model) {
  const messages = [{ role: "system", content: "You are helpful." }];
  return {
    async say(content) {
      messages.push({ role: "user", content });
      const answer = await openai.chat.completions.create({ model, messages, temperature: 0 });
      messages.push(answer.choices[0].message);
      return answer.choices[0].message.content;
    },
    async stream(content) {
      messages.push({ role: "user", content });
      const stream = openai.chat.completions.stream({ model, messages });
      let text = "";
      let pieces = 0;
      stream.on("content", (delta) => {
        text += delta;
        pieces += 1;
      });
      const answer = await stream.finalChatCompletion();
      assert.equal(answer.choices[0].message.content, text);
      assert.equal(answer.choices[0].finish_reason, "stop");
      messages.push(answer.choices[0].message);
      return { text, pieces };
    },
  };
}

test("models are listed", async () => {
  const ids = [];
  for await (const model of openai.models.list()) ids.push(model.id);
  assert.deepEqual(ids, ["saydo", "saydo-offline", "saydo-llm"]);
  assert.equal((await openai.models.retrieve("saydo")).id, "saydo");
});

test("a conversation goes on, asks, and does what was answered", async () => {
  const one = chat("saydo-offline");
  assert.match(await one.say("buy milk tomorrow"), /^Added “Buy milk”, due tomorrow/);
  assert.match((await one.stream("buy bread")).text, /^Added “Buy bread”/);
  assert.match((await one.stream("delete all tasks")).text, /Go ahead\?/);
  const other = chat("saydo-offline");
  await other.say("yes");
  assert.deepEqual(await saydo.titles(), ["Buy milk", "Buy bread"]);
  await one.say("yes");
  assert.deepEqual(await saydo.titles(), []);
  await one.say("undo");
  assert.deepEqual(await saydo.titles(), ["Buy milk", "Buy bread"]);
  assert.equal((await saydo.get("/api/conversations")).conversations.length, 2);
});

test("a model's sentences come one by one, and its calls as receipts", async () => {
  const story = await chat("saydo-llm").stream("tell me the slow story");
  assert.match(story.text, /^Once there was a list/);
  assert.ok(story.pieces > 2, `${story.pieces}`);
  const receipt = await chat("saydo-llm").stream("please add a walk");
  assert.match(receipt.text, /^Added “a walk”/i);
  assert.equal((await saydo.titles()).length, 3);
});

test("errors are the client's own", async () => {
  const messages = [{ role: "user", content: "hello" }];
  await assert.rejects(openai.chat.completions.create({ model: "gpt-4o", messages }), OpenAI.NotFoundError);
  const stranger = new OpenAI({ apiKey: "sk-no", baseURL: `${saydo.base}/v1`, maxRetries: 0 });
  await assert.rejects(stranger.chat.completions.create({ model: "saydo", messages }), OpenAI.AuthenticationError);
  const picture = [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:," } }] }];
  await assert.rejects(openai.chat.completions.create({ model: "saydo", messages: picture }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.match(error.message, /Only text/);
    return true;
  });
});
