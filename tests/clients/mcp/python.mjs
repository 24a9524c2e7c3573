// The stories in Python, where there is a Python that can make a virtual environment; the SDK comes from PyPI.

import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startSaydo } from "./saydo.mjs";

const venv = join(import.meta.dirname, "node_modules/.python");
const python = join(venv, "bin/python");
const SDK = "mcp==2.3.0";

function prepare() {
  if (existsSync(join(venv, "ready"))) return true;
  if (spawnSync("python3", ["-m", "venv", venv]).status !== 0) return false;
  if (spawnSync(python, ["-m", "pip", "install", "--quiet", SDK], { stdio: "inherit" }).status !== 0) return false;
  return spawnSync(python, ["-c", `open(${JSON.stringify(join(venv, "ready"))}, "w")`]).status === 0;
}

if (!prepare()) {
  console.log("skip stories, Python SDK: there is no python3 with venv, or the package index is away");
  process.exit(0);
}
const saydo = await startSaydo();
const args = [join(import.meta.dirname, "stories.py"), saydo.base, saydo.newToken(), saydo.newToken()];
const status = await new Promise((done) => spawn(python, args, { stdio: "inherit" }).on("close", done));
await saydo.stop();
process.exit(status ?? 1);
