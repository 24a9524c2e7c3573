#!/usr/bin/env bash
# Shows that a release can be made again: builds a commit (HEAD, or the one that is named) in two folders, one after the
# other, and compares. Takes as long as two builds from nothing. Exit status 1 when the bytes differ.
set -euo pipefail
cd "$(dirname "$0")/.."

commit=$(git rev-parse "${1:-HEAD}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

build() {
  local folder=$scratch/$1
  mkdir -p "$folder"
  git archive "$commit" | tar -x -C "$folder"
  (cd "$folder" && unset CARGO_TARGET_DIR && scripts/dist.sh) >"$scratch/log" 2>&1 || { tail -20 "$scratch/log" >&2 && exit 1; }
  (cd "$folder" && sha256sum target/dist/saydo && find web/dist -type f -print0 | sort -z | xargs -0 sha256sum) >"$scratch/${1%%/*}.sums"
  cp "$folder/target/dist/saydo" "$scratch/${1%%/*}.saydo"
  rm -rf "$folder"
}

echo "commit $commit, $(rustc --version), node $(node --version)"
started=$SECONDS
build one
echo "built once ($((SECONDS - started)) s)"
build another/deeper/folder
echo "built again ($((SECONDS - started)) s)"
if ! diff "$scratch/one.sums" "$scratch/another.sums"; then
  cmp "$scratch/one.saydo" "$scratch/another.saydo" || true
  echo "they differ" >&2
  exit 1
fi
cat "$scratch/one.sums"
echo "the same bytes"
