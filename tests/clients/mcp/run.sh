#!/usr/bin/env bash
# The official MCP clients and conformance suite against the debug build. Needs the saydo binary and the test-only
# fixture server: cargo build -p saydo --bins --example mcp_fixture
set -euo pipefail
cd "$(dirname "$0")"
[ -d node_modules/@modelcontextprotocol ] && [ node_modules/.package-lock.json -nt package-lock.json ] ||
  npm ci --no-audit --no-fund --silent
node stories.mjs
node python.mjs
node conformance.mjs
