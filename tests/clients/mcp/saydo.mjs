// A Saydo of its own in a new folder: its address, a user's token, and how to end it.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const root = resolve(import.meta.dirname, "../../..");
export const binary = process.env.SAYDO_BIN ?? join(root, "target/debug/saydo");
export const fixture = process.env.SAYDO_MCP_FIXTURE ?? join(root, "target/debug/examples/mcp_fixture");
export const EMAIL = "ada@example.com";

/** The environment of every saydo here: nothing of ours but where its data is. */
export function environment(folder) {
  return { SAYDO_DATA_DIR: folder, SAYDO_LISTEN: "127.0.0.1:0", SAYDO_LOG_FORMAT: "json", SAYDO_RATE_LIMITS: "off" };
}

/** Starts a program and waits for the line in which it says its address. */
async function start(program, args, options) {
  const child = spawn(program, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
  const log = [];
  const address = await new Promise((found, failed) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      log.push(line);
      const said = line.startsWith("{") ? JSON.parse(line).address : undefined;
      if (said) found(`http://${said}`);
    });
    child.once("error", failed);
    child.once("exit", () => failed(new Error(`${program} ended early:\n${log.join("\n")}`)));
  });
  const stop = () =>
    new Promise((ended) => {
      child.once("exit", ended);
      child.kill("SIGTERM");
    });
  return { base: address, stop };
}

export async function startSaydo() {
  const folder = mkdtempSync(join(tmpdir(), "saydo-mcp-"));
  const env = environment(folder);
  const run = (args, input) => execFileSync(binary, args, { cwd: folder, env, input, encoding: "utf8", stdio: "pipe" }).trim();
  run(["user", "create", EMAIL], "correct horse battery\n");
  const newToken = () => run(["user", "token", EMAIL, "--name", "test", "--scope", "write"]);
  const server = await start(binary, ["serve"], { cwd: folder, env });
  return {
    ...server,
    folder,
    newToken,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const startFixture = () => start(fixture, [], { env: {} });

/** Passes everything on with this token: the conformance suite brings none. */
export async function withToken(base, token) {
  const target = new URL(base);
  const proxy = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, authorization: `Bearer ${token}` };
    const options = { host: target.hostname, port: target.port, method: incoming.method, path: incoming.url, headers };
    const passed = request(options, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    outgoing.on("close", () => passed.destroy());
    incoming.pipe(passed);
  });
  await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
  return {
    base: `http://localhost:${proxy.address().port}`,
    stop: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
