// The whole command, with databases of our own: what they know of is found, and who does not answer is not told as clean.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const root = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "saydo-dependencies-"));
const copies = join(scratch, "copies");
// As cargo-deny names its copy of the database.
const database = join(copies, "advisory-db-3157b0e258782691");
const DAYS = 12;
const ours = readFileSync(join(root, "deny.toml"), "utf8");

const git = (...args) =>
  execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", "-C", database, ...args], {
    env: { ...process.env, GIT_COMMITTER_DATE: new Date(Date.now() - DAYS * 86_400_000 - 3_600_000).toISOString() },
  });

const advisory = `\`\`\`toml
[advisory]
id = "RUSTSEC-2026-9999"
package = "serde"
date = "2026-11-01"
[versions]
patched = [">= 99.0.0"]
\`\`\`

# A hole of our own making

It is not there.
`;

/** A registry that knows of one hole, or gives no answer to that question. */
const registry = createServer((request, response) => {
  request.resume();
  const knows = request.url.startsWith("/knows/");
  const hole = { id: 1, url: "https://example.com/1", title: "a hole", severity: "high", vulnerable_versions: "*" };
  const answer = request.method === "POST" ? { vite: [hole] } : { name: decodeURIComponent(request.url.split("/")[2]), versions: {} };
  response.writeHead(knows ? 200 : 405, { "content-type": "application/json" });
  response.end(JSON.stringify(knows ? answer : {}));
});

before(async () => {
  await new Promise((listening) => registry.listen(0, "127.0.0.1", listening));
});

after(() => {
  registry.close();
  rmSync(scratch, { recursive: true });
});

/** Runs the command where the database of the crates cannot be fetched, with the registry that npm asks and our `lists`. */
async function look(knowing, lists, otherwise = {}) {
  writeFileSync(join(scratch, "deny.toml"), lists.replace("[advisories]", `[advisories]\ndb-path = "${copies}"`));
  const env = {
    ...process.env,
    OUT: join(scratch, "out"),
    DENY_CONFIG: join(scratch, "deny.toml"),
    ADVISORY_DBS: copies,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `url.file://${scratch}/nowhere.insteadOf`,
    GIT_CONFIG_VALUE_0: "https://github.com/RustSec/advisory-db",
    npm_config_registry: `http://127.0.0.1:${registry.address().port}/${knowing}/`,
    npm_config_fetch_retries: "0",
    ...otherwise,
  };
  const command = spawn(join(root, "scripts/dependencies.sh"), { env, stdio: ["ignore", "pipe", "inherit"] });
  const output = (async () => (await command.stdout.toArray()).join(""))();
  const status = await new Promise((done) => command.on("close", done));
  const { made_at, tools } = JSON.parse(readFileSync(join(scratch, "out/report.json"), "utf8"));
  assert(Math.abs(Date.now() - Date.parse(made_at)) < 600_000);
  return { status, output: await output, tool: Object.fromEntries(tools.map((tool) => [tool.name, tool])) };
}

test("a database that cannot be had is not told as clean; what npm knows is found", async () => {
  const { status, output, tool } = await look("knows", ours.replace('"ISC",', ""));
  assert.equal(status, 1, output);
  assert.deepEqual(tool["cargo-deny advisories"], { name: "cargo-deny advisories", ran: false, database_age_days: null, findings: null });
  assert.match(output, /cargo-deny advisories: NOT LOOKED AT: failed to fetch/);
  assert.match(output, /web: vite \(high\)/);
  assert(tool["npm audit"].ran && tool["npm audit"].findings > 0);
  assert.match(output, /untrusted: failed to satisfy license requirements/);
  assert(tool["cargo-deny licences, bans, sources"].findings > 0);
});

test("our lists hold; a copy is asked, and its age told; a registry that does not answer is not told as clean", async () => {
  mkdirSync(join(database, "crates/serde"), { recursive: true });
  writeFileSync(join(database, "crates/serde/RUSTSEC-2026-9999.md"), advisory);
  git("init", "--quiet", "--initial-branch", "main");
  git("add", ".");
  git("commit", "--quiet", "--message", "one");
  const { output, tool } = await look("silent", ours);
  for (const name of ["cargo-deny licences, bans, sources", "npm licences", "bill of materials"]) {
    assert.deepEqual(tool[name], { name, ran: true, database_age_days: null, findings: 0 }, output);
  }
  assert.deepEqual(tool["cargo-deny advisories"], { name: "cargo-deny advisories", ran: true, database_age_days: DAYS, findings: 1 });
  assert.match(output, /serde: A hole of our own making/);
  assert.deepEqual(tool["npm audit"], { name: "npm audit", ran: false, database_age_days: null, findings: null });
  assert.match(output, /npm audit: NOT LOOKED AT: 405/);
});

test("a look that breaks is told as not looked at, and the others are told as ever", async () => {
  const { output, tool } = await look("knows", ours, { ADVISORY_DBS: join(scratch, "nowhere") });
  const name = "cargo-deny advisories";
  assert.deepEqual(tool[name], { name, ran: false, database_age_days: null, findings: null });
  assert.match(output, /cargo-deny advisories: NOT LOOKED AT: ENOENT/);
  assert(tool["npm audit"].findings > 0, output);
});
