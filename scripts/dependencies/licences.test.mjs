import assert from "node:assert/strict";
import { test } from "node:test";
import { allowed, permits } from "./licences.mjs";

const licences = new Set(["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"]);

for (const [expression, good] of [
  ["MIT", true],
  ["GPL-3.0", false],
  ["MIT OR GPL-3.0", true],
  ["GPL-3.0 OR MIT", true],
  ["MIT AND GPL-3.0", false],
  ["GPL-3.0 OR MIT AND Apache-2.0", true],
  ["MIT AND (GPL-3.0 OR Apache-2.0)", true],
  ["(MIT OR GPL-3.0) AND GPL-2.0", false],
  ["Apache-2.0 WITH LLVM-exception", true],
  ["GPL-2.0 WITH LLVM-exception", false],
  ["SEE LICENSE IN LICENSE", false],
  ["MIT Apache-2.0", false],
  ["(MIT", false],
  ["", false],
  [undefined, false],
]) {
  test(`${expression}: ${good ? "yes" : "no"}`, () => assert.equal(permits(expression, licences), good));
}

test("the list is that of deny.toml", () => {
  const list = allowed(new URL("../../deny.toml", import.meta.url));
  assert(list.has("MIT") && list.has("ISC") && !list.has("GPL-3.0"));
});
