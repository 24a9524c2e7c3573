#!/usr/bin/env bash
# Builds two versions of the program and drills with them. DRILL_FROM is the revision of version 1: the newest tag, or
# while there is none the first commit that could be deployed. Version 2 is what lies here. DRILL_FIRST=1 gives the drill
# the processor before everything else that runs (only root may). Arguments go to the drill.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/need.sh test

from=${DRILL_FROM:-$(git describe --tags --abbrev=0 2>/dev/null || git log --diff-filter=A --format=%h -- deploy/deploy.sh | tail -1)}
from=$(git rev-parse --short "$from")
folder=$PWD/target/drill
echo "== version 1: $from"
if [ "$(cat "$folder/revision" 2>/dev/null)" != "$from" ]; then
  rm -rf "$folder" && mkdir -p "$folder/source"
  git archive "$from" | tar -x -C "$folder/source"
  # Its web app is not built: what is drilled is the server.
  mkdir -p "$folder/source/web" && cp -r web/dist "$folder/source/web/"
  # The same folder for what is built: everything but Saydo itself is there already.
  (cd "$folder/source" && BUILD_REVISION=$from CARGO_TARGET_DIR=$folder/../ cargo build --release --locked -p saydo)
  cp target/release/saydo "$folder/version-1"
  rm -rf "$folder/source"
  echo "$from" >"$folder/revision"
fi

echo "== version 2: what lies here"
BUILD_REVISION=$(scripts/revision.sh) cargo build --release --locked -p saydo
cp target/release/saydo "$folder/version-2"
cargo build --locked -p saydo-drill

echo "== the drill"
changed=$(git diff --quiet HEAD -- crates web/src && echo "" || echo " and what was changed since")
versions="version 1: $from, version 2: $(git rev-parse --short HEAD)$changed; release builds"
# A disk of its own goes away with the drill, however that ends.
apart=()
if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then apart=(unshare --mount); fi
# What other things slow down is slow in the alerts, too.
if [ -n "${DRILL_FIRST:-}" ]; then apart+=(chrt --rr 1); fi
exec "${apart[@]}" target/debug/saydo-drill --before "$folder/version-1" --after "$folder/version-2" --versions "$versions" "$@"
