// @vitest-environment node
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { expect, it } from "vitest";

it("packs what was built, whatever the folder is called", () => {
  const home = mkdtempSync(join(tmpdir(), "my säydo 100%20 #1 "));
  try {
    const sub = join(home, "dist/assets");
    mkdirSync(sub, { recursive: true });
    copyFileSync(join(import.meta.dirname, "../../pack.mjs"), join(home, "pack.mjs"));
    const text = "all the same ".repeat(99);
    writeFileSync(join(sub, "app.js"), text);
    execFileSync(process.execPath, ["pack.mjs"], { cwd: home });
    expect(brotliDecompressSync(readFileSync(join(sub, "app.js.br"))).toString()).toBe(text);
    expect(gunzipSync(readFileSync(join(sub, "app.js.gz"))).toString()).toBe(text);
  } finally {
    rmSync(home, { recursive: true });
  }
});
