// The official conformance suite. Every scenario of both requirement sets runs against a test-only server with the
// suite's fixture tools on Saydo's own MCP door; the scenarios that need no fixtures run against Saydo itself.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFixture, startSaydo, withToken } from "./saydo.mjs";

// The suite needs a newer Node than Debian has.
const node = join(import.meta.dirname, "node_modules/node/bin/node");
const suite = join(import.meta.dirname, "node_modules/@modelcontextprotocol/conformance/dist/index.js");
const results = mkdtempSync(join(tmpdir(), "mcp-conformance-"));

/** Scenarios without fixture tools, by the revision they are run at. */
const WITHOUT_FIXTURES = {
  "2025-11-25": [
    "server-initialize",
    "server-session-lifecycle",
    "ping",
    "tools-list",
    "server-sse-multiple-streams",
    "dns-rebinding-protection",
  ],
  "2026-07-28": ["tools-list", "server-sse-multiple-streams", "dns-rebinding-protection", "http-header-validation"],
};

/** Runs the suite; its exit status says whether everything passed that was not expected to fail. */
function run(args) {
  return new Promise((done) => {
    const child = spawn(node, [suite, "server", ...args], { cwd: results, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    child.stdout.on("data", (chunk) => (text += chunk));
    child.stderr.on("data", (chunk) => (text += chunk));
    child.on("close", (status) => done({ status, text }));
  });
}

let failed = false;
function judge(name, { status, text }) {
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${name}`);
  if (status !== 0) {
    failed = true;
    console.log(text);
  }
}

const only = process.argv[2];
const baseline = ["--expected-failures", join(import.meta.dirname, "expected-failures.yml")];
if (only !== "saydo") {
  const server = await startFixture();
  for (const revision of ["2025-11-25", "2026-07-28"]) {
    const args = ["--url", `${server.base}/mcp`, "--requirements", revision, ...baseline];
    judge(`fixture, requirements ${revision}`, await run(args));
  }
  await server.stop();
}
if (only !== "fixture") {
  const saydo = await startSaydo();
  const proxy = await withToken(saydo.base, saydo.newToken());
  const one = async (revision, scenario) => {
    const args = ["--url", `${proxy.base}/mcp`, "--scenario", scenario, "--spec-version", revision];
    judge(`saydo, ${scenario} at ${revision}`, await run(args));
  };
  // One line of work per revision: the suite's start takes longer than its tests.
  const revisions = Object.entries(WITHOUT_FIXTURES).map(async ([revision, scenarios]) => {
    for (const scenario of scenarios) await one(revision, scenario);
  });
  await Promise.all(revisions);
  proxy.stop();
  await saydo.stop();
}
rmSync(results, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
