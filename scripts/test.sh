#!/usr/bin/env bash
# The whole test command: what it runs is what lands. Stops at the first failure.
set -euo pipefail
cd "$(dirname "$0")/.."

started=$SECONDS
step() { printf '\n== %s (%ds)\n' "$*" "$((SECONDS - started))"; }

# What could not be tried here is told again at the end.
SAYDO_SKIPPED=$(mktemp)
export SAYDO_SKIPPED
trap 'rm -f "$SAYDO_SKIPPED"' EXIT

# A first build gains nothing from what makes the next one faster.
[ -d target/debug/incremental ] || export CARGO_INCREMENTAL=0

step "what the tests need"
scripts/need.sh test

step "web: build"
make --no-print-directory web

step "format"
cargo fmt --all --check

step "lints"
cargo clippy --workspace --all-targets --locked -- -D warnings

step "web: types, lints and unit tests"
(cd web && npm run --silent check && npm run --silent test)

step "docs of the code"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

step "rust: unit, corpus, property and integration tests"
# The same cases on every machine: what lands is judged by what was changed, not by luck. `make fuzz` looks for new ones.
PROPTEST_RNG_SEED="${PROPTEST_RNG_SEED:-20261121}" cargo test --workspace --locked

step "rust: the API on PostgreSQL"
# Without what runs on it anyway, and what is about files, processes, or no data at all.
elsewhere=(cli:: postgres:: replicas:: bounds:: observability:: stdio:: voice:: web:: openapi:: limits:: agui:: openai_chat:: cors:: errors::
  parse:: slow:: examples:: schema:: bombs:: security::headers:: logins:: origins:: outgoing:: security::tokens::)
# The whole workspace again, so that nothing is built anew with other features.
SAYDO_TEST_DATABASE=postgres cargo test --workspace --locked --test api -- "${elsewhere[@]/#/--skip=}"

step "the programs that the rest tries"
cargo build --workspace --locked --bins --examples

# A browser waits more than it works: its stories run beside the rest.
said=$(mktemp)
(cd web && SAYDO_BIN="$PWD/../target/debug/saydo" exec setsid npm run --silent e2e) >"$said" 2>&1 &
stories=$!
trap 'kill -- "-$stories" 2>/dev/null || :; rm -f "$said" "$SAYDO_SKIPPED"' EXIT

step "servers killed, and what is left"
target/debug/saydo-soak --short --seed 20261121

step "official MCP clients and conformance suite"
tests/clients/mcp/run.sh

step "official OpenAI and AG-UI clients"
tests/clients/chat/run.sh

step "what it is made of: licences, sources, bill of materials"
node --test --test-reporter=spec scripts/dependencies/*.test.mjs

step "chart, compose file and unit"
tests/deploy/manifests.sh

step "the image, built and run"
tests/deploy/image.sh

step "a deployment that goes well, and ones that do not"
tests/deploy/run.sh

if [ -s "$SAYDO_SKIPPED" ]; then
  step "left out on this machine"
  cat "$SAYDO_SKIPPED"
fi

step "stories in a real Chromium"
told=0
wait "$stories" || told=$?
cat "$said"
[ "$told" = 0 ]

step "all green"
