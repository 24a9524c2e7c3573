#!/usr/bin/env bash
# Changes the code in small ways and looks whether a test notices: `mutants.sh [gate] [dates] [owners] [consent]`, by
# default the first three. What no test noticed stands in target/mutants/GROUP/mutants.out/missed.txt.
# Statements of SQL are text, which cargo-mutants leaves alone: there each owner is forgotten in turn, without a build.
set -euo pipefail
cd "$(dirname "$0")/.."

version=27.1.0
home=$PWD/target/mutants
# The changed copy is built in a folder of its own, which goes afterwards: small, and in nobody's way.
export CARGO_PROFILE_DEV_DEBUG=0 CARGO_TERM_COLOR=never
unset CARGO_TARGET_DIR

if [ ! -x "$home/bin/cargo-mutants" ]; then
  cargo install cargo-mutants --version "$version" --locked --quiet --root "$home"
fi

# try GROUP PACKAGE FILES… -- ARGUMENTS OF CARGO TEST…
try() {
  local group=$1 package=$2
  shift 2
  local files=()
  while [ "$1" != -- ]; do
    files+=(--file "$1")
    shift
  done
  mkdir -p "$home/$group"
  printf '\n== %s\n' "$group"
  # Status 2 and 3 say that mutants were missed, or took too long: all groups are tried before that counts.
  nice -n 10 "$home/bin/cargo-mutants" mutants --package "$package" "${files[@]}" --output "$home/$group" --jobs 1 \
    --timeout 300 --build-timeout 900 --no-shuffle ${MUTANTS_SHARD:+--shard "$MUTANTS_SHARD"} -- "${@:2}" || missed=1
}

gate() {
  try gate saydo-app crates/app/src/planner/model/policy.rs crates/app/src/planner/offline/policy.rs \
    crates/app/src/chat/commit.rs -- --lib --test model --test stories
}

dates() {
  try dates saydo-domain crates/domain/src/recurrence.rs crates/domain/src/due.rs 'crates/domain/src/rrule/*.rs' --
  try due-words saydo-lang crates/lang/src/dates/resolve.rs --
}

owners() {
  printf '\n== owners\n'
  SAYDO_FORGET_ALL=1 nice -n 10 cargo test --quiet --package saydo-store --test store forgetful || missed=1
}

consent() {
  try consent saydo crates/server/src/mcp/brake.rs crates/server/src/mcp/ask.rs -- --test api mcp::
}

missed=0
[ $# -gt 0 ] || set -- gate dates owners
for group in "$@"; do
  case $group in
    gate | dates | owners | consent) "$group" ;;
    *)
      printf 'mutants: the groups are gate, dates, owners and consent, not %s\n' "$group" >&2
      exit 2
      ;;
  esac
done
exit "$missed"
