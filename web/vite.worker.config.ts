/** Builds the service worker, which is one file and knows the files of the app: so it is built after them. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type UserConfig } from "vite";

const dist = join(import.meta.dirname, "dist");

/** Every file the app needs to run by its address, the page by `/`. */
function filesOfApp(): Map<string, Buffer> {
  const names = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "sw.js" && !entry.parentPath.endsWith("icons"))
    .map((entry) => join(entry.parentPath, entry.name).slice(dist.length));
  const address = (name: string) => (name === "/index.html" ? "/" : name);
  return new Map(names.sort().map((name) => [address(name), readFileSync(dist + name)]));
}

export default defineConfig((): UserConfig => {
  const files = filesOfApp();
  const hash = createHash("sha256");
  for (const [path, bytes] of files) hash.update(`${path} ${bytes.length}\n`).update(bytes);
  return {
    publicDir: false,
    define: {
      FILES: JSON.stringify([...files.keys()]),
      VERSION: JSON.stringify(hash.digest("hex").slice(0, 16)),
    },
    build: {
      target: "es2022",
      emptyOutDir: false,
      modulePreload: false,
      rollupOptions: { input: "src/worker/sw.ts", output: { format: "iife", entryFileNames: "sw.js" } },
    },
  };
});
