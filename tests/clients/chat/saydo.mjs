// A Saydo of its own in a new folder, with a scripted language model behind it.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const folder = resolve(import.meta.dirname, "../../../target/debug");
const saydo = process.env.SAYDO_BIN ?? join(folder, "saydo");
const scripted = process.env.SAYDO_SCRIPTED_MODEL ?? join(folder, "saydo-scripted-model");
const EMAIL = "ada@example.com";
const PASSWORD = "correct horse battery";

/** Starts a program and waits for the line of this stream in which `address` finds one. */
async function start(program, args, options, stream, address) {
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const log = [];
  const base = await new Promise((found, failed) => {
    createInterface({ input: child[stream] }).on("line", (line) => {
      log.push(line);
      const said = address(line);
      if (said) found(said);
    });
    child.once("error", failed);
    child.once("exit", () => failed(new Error(`${program} ended early:\n${log.join("\n")}`)));
  });
  const stop = () =>
    new Promise((ended) => {
      child.once("exit", ended);
      child.kill("SIGTERM");
    });
  return { base, stop };
}

export async function startSaydo() {
  const data = mkdtempSync(join(tmpdir(), "saydo-clients-"));
  const model = await start(scripted, [], {}, "stdout", (line) => line.startsWith("http") && line.trim());
  const env = {
    SAYDO_DATA_DIR: data,
    SAYDO_LISTEN: "127.0.0.1:0",
    SAYDO_LOG_FORMAT: "json",
    SAYDO_RATE_LIMITS: "off",
    OPENAI_BASE_URL: model.base,
  };
  const run = (args, input) => execFileSync(saydo, args, { cwd: data, env, input, encoding: "utf8", stdio: "pipe" }).trim();
  run(["user", "create", EMAIL], `${PASSWORD}\n`);
  const token = run(["user", "token", EMAIL, "--name", "clients", "--scope", "write"]);
  const server = await start(saydo, ["serve"], { cwd: data, env }, "stderr", (line) => {
    const said = line.startsWith("{") ? JSON.parse(line).address : undefined;
    return said && `http://${said}`;
  });
  const call = async (method, path, body, bearer = token) => {
    const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
    const answer = await fetch(`${server.base}${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const get = (path) => call("GET", path);
  const signedIn = await call("POST", "/api/auth/login", { email: EMAIL, password: PASSWORD });
  return {
    base: server.base,
    /** A program's token: it may not accept what waits for the person. */
    token,
    /** The person's own, as a client has it that signs in. */
    session: signedIn.access_token,
    get,
    /** Programs may not change the account: the person does. */
    patch: (path, body) => call("PATCH", path, body, signedIn.access_token),
    titles: async () => (await get("/api/tasks?sort=id")).map((task) => task.title),
    stop: async () => {
      await server.stop();
      await model.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
