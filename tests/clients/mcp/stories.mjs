// The five stories with the official TypeScript SDKs: version 1 (revisions with sessions) and version 2 (2026-07-28)
// over HTTP, version 1 over standard input and output.

import assert from "node:assert/strict";
import { Client as NewClient, StreamableHTTPClientTransport as NewTransport } from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { EMAIL, binary, environment, startSaydo } from "./saydo.mjs";

const info = { name: "saydo-stories", version: "1.0.0" };

/** Adds, lists, completes, changes and deletes one task. */
async function stories(name, client) {
  const call = async (tool, args) => {
    const result = await client.callTool({ name: tool, arguments: args });
    assert.ok(!result.isError, `${tool}: ${JSON.stringify(result.content)}`);
    assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
    return result.structuredContent;
  };
  const { tools } = await client.listTools();
  assert.ok(tools.some((tool) => tool.name === "talk"));
  const title = `Water the plants (${name})`;
  const { task_id } = await call("add_task", { title, due_date: "tomorrow" });
  const listed = await call("list_tasks", { status: "pending" });
  assert.ok(listed.tasks.some((task) => task.task_id === task_id && task.title === title));
  assert.equal((await call("complete_task", { task_id })).completed, true);
  assert.equal((await call("update_task", { task_id, priority: "high" })).priority, "high");
  assert.equal((await call("delete_task", { task_id })).deleted, true);
  const gone = await client.callTool({ name: "fetch", arguments: { id: String(task_id) } });
  assert.equal(gone.isError, true);
  assert.equal(gone.content[0].text, "Task not found");
}

/** A plan card is put to the person, who agrees. */
async function plan(client, asked) {
  for (const title of ["One", "Two"]) await client.callTool({ name: "add_task", arguments: { title } });
  const before = asked.length;
  const result = await client.callTool({ name: "talk", arguments: { message: "complete all tasks" } });
  const again = await client.callTool({ name: "talk", arguments: { message: "delete all tasks" } });
  assert.ok(!result.isError && !again.isError, JSON.stringify([result, again]));
  assert.ok(asked.length > before, "the person was asked");
  const left = await client.callTool({ name: "list_tasks", arguments: {} });
  assert.equal(left.structuredContent.total, 0, JSON.stringify(again.structuredContent));
}

const saydo = await startSaydo();
const url = new URL(`${saydo.base}/mcp`);
const requestInit = () => ({ headers: { Authorization: `Bearer ${saydo.newToken()}` } });
const accept = (asked) => async (request) => {
  asked.push(request.params.message);
  return { action: "accept", content: {} };
};

try {
  for (const round of ["stories", "plan"]) {
    const asked = [];
    const old = new Client(info, { capabilities: { elicitation: {} } });
    old.setRequestHandler(ElicitRequestSchema, accept(asked));
    await old.connect(new StreamableHTTPClientTransport(url, { requestInit: requestInit() }));
    await (round === "stories" ? stories("sessions", old) : plan(old, asked));
    await old.close();
    console.log(`ok   ${round}, TypeScript SDK 1 over HTTP`);

    const newest = new NewClient(info, {
      capabilities: { elicitation: {} },
      versionNegotiation: { mode: { pin: "2026-07-28" } },
    });
    newest.setRequestHandler("elicitation/create", accept(asked));
    await newest.connect(new NewTransport(url, { requestInit: requestInit() }));
    await (round === "stories" ? stories("stateless", newest) : plan(newest, asked));
    await newest.close();
    console.log(`ok   ${round}, TypeScript SDK 2 over HTTP`);
  }
  const stdio = new Client(info);
  const args = ["mcp", "--user", EMAIL];
  const env = environment(saydo.folder);
  await stdio.connect(new StdioClientTransport({ command: binary, args, env, cwd: saydo.folder, stderr: "ignore" }));
  await stories("stdio", stdio);
  await stdio.close();
  console.log("ok   stories, TypeScript SDK 1 over standard input and output, beside the running server");
} finally {
  await saydo.stop();
}
