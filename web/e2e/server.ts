/** Starts the built binary for the stories, on a fresh data folder and a free port, and stops it by its process id. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { NOW } from "./clock";

declare module "vitest" {
  export interface ProvidedContext {
    origin: string;
  }
}

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

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = resolve(import.meta.dirname, "..");
  const binary = resolve(root, process.env.SAYDO_BIN ?? "../target/debug/saydo");
  if (!existsSync(binary)) throw new Error(`There is no server at ${binary}: build it, or set SAYDO_BIN.`);
  const data = mkdtempSync(join(tmpdir(), "saydo-e2e-"));
  const log = join(data, "server.log");
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const output = openSync(log, "a");
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
    },
  });
  await healthy(origin, server, log);
  project.provide("origin", origin);
  return async () => {
    const ended = new Promise((done) => server.once("exit", done));
    server.kill("SIGTERM");
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
}
