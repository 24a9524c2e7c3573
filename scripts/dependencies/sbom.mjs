// The bill of materials in CycloneDX 1.6: every crate that is linked into the program and every npm package that is in the
// web app, with version, licence and checksum, and what needs what. The same lock files give the same bytes.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { packages } from "./licences.mjs";

const TARGET = "x86_64-unknown-linux-gnu";
const npmUrl = ({ name, version }) => `pkg:npm/${name.replace("@", "%40")}@${version}`;
const cargoUrl = ({ name, version }) => `pkg:cargo/${name}@${encodeURIComponent(version)}`;

/** The checksums of Cargo.lock by "name version". */
function checksums() {
  const entries = readFileSync("Cargo.lock", "utf8").split("[[package]]");
  const field = (entry, name) => new RegExp(`^${name} = "(.+)"$`, "m").exec(entry)?.[1];
  return new Map(entries.map((entry) => [`${field(entry, "name")} ${field(entry, "version")}`, field(entry, "checksum")]));
}

/** Crates that are linked into `root`, with what each needs; not those that only tests or the build need. */
function linked(root) {
  const args = ["metadata", "--format-version", "1", "--locked", "--filter-platform", TARGET];
  const metadata = JSON.parse(execFileSync("cargo", args, { encoding: "utf8", maxBuffer: 1 << 28 }));
  const crates = new Map(metadata.packages.map((crate) => [crate.id, crate]));
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
  const needs = (id) => nodes.get(id).deps.filter((dep) => dep.dep_kinds.some(({ kind }) => kind === null));
  const start = [...crates.values()].find((crate) => crate.name === root && crate.source === null).id;
  const seen = new Map();
  const open = [start];
  while (open.length > 0) {
    const id = open.pop();
    if (seen.has(id)) continue;
    const pkgs = needs(id).map((dep) => dep.pkg);
    seen.set(id, { ...crates.get(id), needs: pkgs.map((pkg) => cargoUrl(crates.get(pkg))) });
    open.push(...pkgs);
  }
  return [...seen.values()];
}

const component = (fields, url) => ({
  type: "library",
  "bom-ref": url,
  name: fields.name,
  version: fields.version,
  scope: "required",
  ...(fields.hash && { hashes: [fields.hash] }),
  // Older crates write MIT/Apache-2.0.
  ...(fields.license && { licenses: [{ expression: fields.license.replace(/\s*\/\s*/g, " OR ") }] }),
  purl: url,
});

const byName = (one, other) => (one["bom-ref"] ?? one.ref).localeCompare(other["bom-ref"] ?? other.ref, "en");

/** The whole bill as text. */
export function sbom() {
  const sums = checksums();
  const crates = linked("saydo").map((crate) => {
    const sum = sums.get(`${crate.name} ${crate.version}`);
    return { ...crate, url: cargoUrl(crate), hash: sum && { alg: "SHA-256", content: sum } };
  });
  const [program, ...libraries] = crates;
  const shipped = packages("web/package-lock.json").filter((entry) => entry.ships);
  const web = shipped.map((entry) => {
    const [, sum] = entry.integrity.split("sha512-");
    const needs = shipped.filter(({ name }) => name in { ...entry.dependencies, ...entry.peerDependencies });
    const hash = { alg: "SHA-512", content: Buffer.from(sum, "base64").toString("hex") };
    return { ...entry, url: npmUrl(entry), needs: needs.map(npmUrl), hash };
  });
  const all = [program, ...libraries, ...web];
  const dependencies = all.map(({ url, needs }) => ({ ref: url, dependsOn: [...new Set(needs)].sort() }));
  dependencies[0].dependsOn.push(...web.map(({ url }) => url));
  const body = {
    metadata: { component: { ...component(program, program.url), type: "application" } },
    components: [...libraries, ...web].map((fields) => component(fields, fields.url)).sort(byName),
    dependencies: dependencies.sort(byName),
  };
  // Named by what is in it.
  const digest = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  const uuid = digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-5$3-8$4-$5");
  const head = { bomFormat: "CycloneDX", specVersion: "1.6", serialNumber: `urn:uuid:${uuid}`, version: 1 };
  return `${JSON.stringify({ ...head, ...body }, null, 1)}\n`;
}
