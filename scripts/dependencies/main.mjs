// What the program is made of, looked through: licences, banned crates, sources, known holes, and the bill of materials.
// The report tells of each look whether it could be had at all: what was not asked is never told as nothing found.

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allowed, packages, permits } from "./licences.mjs";
import { sbom } from "./sbom.mjs";

const { TOOLS: tools, OUT: out = "target/dependencies", CARGO_HOME: cargo = join(process.env.HOME, ".cargo") } = process.env;
const config = process.env.DENY_CONFIG ?? "deny.toml";
const LOCKS = ["web", "tests/clients/chat", "tests/clients/mcp"];
// What only builds or tests may be under these as well: nobody is given it.
const TOOLS_ONLY = ["MPL-2.0", "0BSD"];
const report = [];

function run(program, args, options) {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (error) throw error;
  return { stdout, stderr };
}

const lines = (text) => text.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));

/** One run of cargo-deny: its errors by message, or why it could not look. */
function deny(checks, ...flags) {
  const args = ["--config", config, "--format", "json", "--locked", ...flags, "check", ...checks];
  const all = lines(run(join(tools, "cargo-deny"), args).stderr);
  if (!all.some(({ type }) => type === "summary")) {
    return { reason: all.at(-1)?.fields.message.split("\n")[0] ?? "no answer" };
  }
  const errors = all.filter(({ type, fields }) => type === "diagnostic" && fields.severity === "error");
  return { found: errors.map(({ fields }) => `${fields.graphs?.[0]?.Krate.name ?? config}: ${fields.message}`) };
}

/** Days since the newest advisory of the copy that was asked. */
function databaseAge() {
  const copies = process.env.ADVISORY_DBS ?? join(cargo, "advisory-dbs");
  const folder = readdirSync(copies).find((name) => name.startsWith("advisory-db-"));
  const { stdout } = run("git", ["-C", join(copies, folder), "log", "-1", "--format=%ct"]);
  return Math.floor((Date.now() / 1000 - Number(stdout)) / 86400);
}

/** Known holes of the crates, by the newest copy of the database that can be had. */
function advisories() {
  const fresh = deny(["advisories"]);
  const answer = fresh.found ? fresh : deny(["advisories"], "--offline");
  return answer.found ? { ...answer, age: databaseAge() } : fresh;
}

/** Known holes of the npm packages, by the service of the registry. */
function npmAudit() {
  const found = [];
  for (const cwd of LOCKS) {
    const { stdout } = run("npm", ["audit", "--json", "--package-lock-only"], { cwd });
    const answer = stdout.trim() ? JSON.parse(stdout) : {};
    if (!answer.metadata?.vulnerabilities) return { reason: answer.message ?? answer.error?.summary ?? "no answer" };
    found.push(...Object.values(answer.vulnerabilities).map(({ name, severity }) => `${cwd}: ${name} (${severity})`));
  }
  return { found };
}

function npmLicences() {
  const shipped = allowed("deny.toml");
  const ours = new Set([...shipped, ...TOOLS_ONLY]);
  const judge = (cwd) => ({ ships, license }) => !permits(license, ships && cwd === "web" ? shipped : ours);
  return {
    found: LOCKS.flatMap((cwd) =>
      packages(`${cwd}/package-lock.json`)
        .filter(judge(cwd))
        .map(({ name, license }) => `${cwd}: ${name} is ${license}`),
    ),
  };
}

/** The bill of materials, checked by the schema. */
function bill() {
  const file = join(out, "sbom.cdx.json");
  writeFileSync(file, sbom());
  const { stdout, stderr } = run(join(tools, "python"), ["scripts/dependencies/sbom_check.py", file]);
  const [answer] = lines(stdout);
  if (!answer) return { reason: stderr.trim() };
  console.log(`${file}: ${answer.parts} parts`);
  return { found: answer.faults };
}

/** What a look answers; one that breaks has found out nothing, and the others go on. */
function attempt(ask) {
  try {
    return ask();
  } catch (error) {
    return { reason: error.message.split("\n")[0] };
  }
}

function look(name, ask) {
  const { found, reason, age = null } = attempt(ask);
  report.push({ name, ran: Boolean(found), database_age_days: age, findings: found?.length ?? null });
  const told = age === null ? "" : `, database ${age} days old`;
  if (!found) console.log(`${name}: NOT LOOKED AT: ${reason}`);
  else console.log(`${name}: ${found.length === 0 ? "nothing found" : `${found.length} found`}${told}`);
  for (const each of found ?? []) console.log(`  ${each}`);
}

const file = join(out, "report.json");
mkdirSync(out, { recursive: true });
// Should this end half-way, nobody takes the last report for this one's.
rmSync(file, { force: true });
look("cargo-deny licences, bans, sources", () => deny(["licenses", "bans", "sources"]));
look("npm licences", npmLicences);
look("bill of materials", bill);
look("cargo-deny advisories", advisories);
look("npm audit", npmAudit);
const text = JSON.stringify({ made_at: new Date().toISOString(), tools: report }, null, 1);
writeFileSync(file, `${text}\n`);
console.log(`report: ${file}`);
// 1: something was found; 2: nothing was, but not everybody could be asked.
if (report.some(({ findings }) => findings > 0)) process.exitCode = 1;
else if (report.some(({ ran }) => !ran)) process.exitCode = 2;
