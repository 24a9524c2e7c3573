/**
 * Starts the built binaries for the stories, on fresh data folders and free ports, and stops them by their process
 * ids: one Saydo by itself, and one with a scripted language model and a scripted ear.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { TestProject } from "vitest/node";
import { NOW } from "./clock";
import { startEar } from "./ear";
import { PASSWORD } from "./password";

declare module "vitest" {
  export interface ProvidedContext {
    origin: string;
    /** The same with a language model. */
    modelOrigin: string;
  }
}

const ROOT = resolve(import.meta.dirname, "..");

type Stop = () => Promise<void>;

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => done(port));
    });
  });
}

async function healthy(origin: string, server: ChildProcess, log: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) break;
    const ok = await fetch(`${origin}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error(`The server did not become healthy; its log is ${log}`);
}

function built(setting: string, usual: string): string {
  const binary = resolve(ROOT, process.env[setting] ?? usual);
  if (!existsSync(binary)) throw new Error(`There is nothing at ${binary}: build it, or set ${setting}.`);
  return binary;
}

async function ended(process: ChildProcess): Promise<void> {
  const gone = new Promise((done) => process.once("exit", done));
  process.kill("SIGTERM");
  await gone;
}

async function startSaydo(env: Record<string, string>): Promise<[origin: string, stop: Stop]> {
  const binary = built("SAYDO_BIN", "../target/debug/saydo");
  const data = mkdtempSync(join(tmpdir(), "saydo-e2e-"));
  const log = join(data, "server.log");
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const output = openSync(log, "a");
  if (env.SAYDO_ADMINS) {
    // No browser can sign up with an administrator's e-mail.
    const options = { cwd: data, env: { HOME: data, SAYDO_DATA_DIR: data }, input: `${PASSWORD}\n` };
    const made = spawnSync(binary, ["user", "create", env.SAYDO_ADMINS], options);
    if (made.status !== 0) throw new Error(`${made.error ?? made.stderr}`);
  }
  const server = spawn(binary, ["serve"], {
    cwd: data,
    stdio: ["ignore", output, output],
    env: {
      PATH: process.env.PATH,
      HOME: data,
      SAYDO_LISTEN: `127.0.0.1:${port}`,
      SAYDO_DATA_DIR: data,
      SAYDO_RATE_LIMITS: "off",
      SAYDO_NOW: NOW,
      ...env,
    },
  });
  await healthy(origin, server, log);
  const stop = async () => {
    await ended(server);
    rmSync(data, { recursive: true, force: true });
  };
  return [origin, stop];
}

/** The scripted model says its address in its first line. */
async function startModel(): Promise<[baseUrl: string, stop: Stop]> {
  const binary = built("SAYDO_SCRIPTED_MODEL", "../target/debug/saydo-scripted-model");
  const script = join(import.meta.dirname, "model.json");
  const model = spawn(binary, ["--script", script], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await createInterface({ input: model.stdout })[Symbol.asyncIterator]().next();
  if (line.done) throw new Error("The scripted model did not start.");
  return [line.value, () => ended(model)];
}

export default async function setup(project: TestProject): Promise<Stop> {
  const [baseUrl, stopModel] = await startModel();
  const [earUrl, stopEar] = await startEar();
  const [origin, stopPlain] = await startSaydo({ SAYDO_ADMINS: "admin@example.org" });
  const [modelOrigin, stopWithModel] = await startSaydo({
    OPENAI_API_KEY: "a key for nobody",
    OPENAI_BASE_URL: baseUrl,
    OPENAI_AGENT_MODEL: "scripted",
    OPENAI_TRANSCRIBE_MODEL: "scripted-ear",
    SAYDO_SPEECH_BASE_URL: earUrl,
  });
  project.provide("origin", origin);
  project.provide("modelOrigin", modelOrigin);
  return async () => {
    await Promise.all([stopPlain(), stopWithModel()]);
    await Promise.all([stopModel(), stopEar()]);
  };
}
