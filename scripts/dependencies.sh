#!/usr/bin/env bash
# What Saydo is made of, looked through.
# Writes target/dependencies/sbom.cdx.json (CycloneDX) and report.json (for saydo ready).
# Exit status: 0 nothing found, 1 something found, 2 nothing found but not everybody could be asked.
set -euo pipefail
cd "$(dirname "$0")/.."
TOOLS=$(scripts/tools.sh)
export TOOLS
exec node scripts/dependencies/main.mjs "$@"
