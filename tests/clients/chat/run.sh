#!/usr/bin/env bash
# The official OpenAI and AG-UI clients against the debug build. Needs the saydo and scripted-model binaries:
# cargo build -p saydo -p saydo-scripted-model --bins
set -euo pipefail
cd "$(dirname "$0")"
[ -d node_modules/openai ] && [ node_modules/.package-lock.json -nt package-lock.json ] ||
  npm ci --no-audit --no-fund --silent
node --test --test-reporter=spec openai.test.mjs agui.test.mjs
