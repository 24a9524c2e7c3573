// Licence expressions of npm packages against the list in deny.toml, which cargo-deny holds the crates against.

import { readFileSync } from "node:fs";

/** The licences of `[licenses] allow`. */
export function allowed(file) {
  const list = /^allow = \[(.*?)^\]/ms.exec(readFileSync(file, "utf8"))?.[1];
  if (!list) throw new Error(`${file}: no list of licences`);
  return new Set([...list.matchAll(/^\s*"([^"]+)"/gm)].map((found) => found[1]));
}

/** Whether an SPDX expression can be met with what is allowed: AND binds closer than OR. */
export function permits(expression, licences) {
  const tokens = expression?.match(/[()]|[^\s()]+(?: WITH [^\s()]+)?/g) ?? [];
  let at = 0;
  const either = () => {
    let good = both();
    while (tokens[at] === "OR") {
      at += 1;
      good = both() || good;
    }
    return good;
  };
  const both = () => {
    let good = one();
    while (tokens[at] === "AND") {
      at += 1;
      good = one() && good;
    }
    return good;
  };
  const one = () => {
    const token = tokens[at++];
    if (token !== "(") return licences.has(token);
    const good = either();
    return tokens[at++] === ")" && good;
  };
  return either() && at === tokens.length;
}

/** Packages of a lock file, outermost first: name, version, licence, whether the program ships them. */
export function packages(lock) {
  return Object.entries(JSON.parse(readFileSync(lock, "utf8")).packages)
    .filter(([path]) => path)
    .map(([path, entry]) => ({
      ...entry,
      name: entry.name ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
      ships: !(entry.dev || entry.devOptional),
    }));
}
