#!/usr/bin/env bash
# Changes the code in small ways and looks whether a test notices: `mutants.sh [gate] [dates] [words] [owners] [consent]`,
# by default all of them; `MUTANTS_SHARD=0/4` tries a quarter of each. What no test noticed stands in
# target/mutants/GROUP/mutants.out/missed.txt.
# Statements of SQL are text, which cargo-mutants leaves alone: there each owner is forgotten in turn, without a build.
set -euo pipefail
cd "$(dirname "$0")/.."

version=27.1.0
home=$PWD/target/mutants
# The changed copy is built in a folder of its own, in nobody's way and small. All groups build in the same one, so that
# what they depend on is built once; it goes afterwards.
export CARGO_PROFILE_DEV_DEBUG=0 CARGO_TERM_COLOR=never
CARGO_TARGET_DIR=$(mktemp -d -t saydo-mutants.XXXXXX)
export CARGO_TARGET_DIR
trap 'rm -rf "$CARGO_TARGET_DIR"' EXIT

if [ ! -x "$home/bin/cargo-mutants" ]; then
  cargo install cargo-mutants --version "$version" --locked --quiet --root "$home"
fi

# try GROUP PACKAGE FILES… -- TARGETS OF CARGO TEST… -- ARGUMENTS OF THE TESTS…
# Only the targets named are built, and only the tests named are run: those that are about the group, quick ones first.
try() {
  local group=$1 package=$2
  shift 2
  local options=()
  while [ "$1" != -- ]; do
    options+=(--file "$1")
    shift
  done
  shift
  while [ "$1" != -- ]; do
    options+=("--cargo-arg=$1")
    shift
  done
  shift
  mkdir -p "$home/$group"
  printf '\n== %s\n' "$group"
  # Status 2 and 3 say that mutants were missed, or took too long: all groups are tried before that counts.
  nice -n 10 "$home/bin/cargo-mutants" mutants --package "$package" "${options[@]}" --output "$home/$group" --jobs 1 \
    --timeout 300 --build-timeout 900 --no-shuffle ${MUTANTS_SHARD:+--shard "$MUTANTS_SHARD"} -- "$@" || missed=1
}

gate() {
  try gate saydo-app crates/app/src/planner/model/policy.rs crates/app/src/planner/offline/policy.rs \
    crates/app/src/chat/commit.rs -- --test=stories --test=model -- \
    -- every_script_ turns:: gate:: hostile:: rounds:: resume::
}

# Without the comparison with another expansion of rules, which takes long and draws its rules by lot.
dates() {
  try dates saydo-domain crates/domain/src/recurrence.rs crates/domain/src/due.rs 'crates/domain/src/rrule/*.rs' \
    -- --lib --test=recurrence_clock --test=rrule_expansion -- \
    -- --skip walking_ --skip skipping_ --skip the_first_occurrence_ --skip every_rule_
}

words() {
  try words saydo-lang crates/lang/src/dates/resolve.rs -- --lib --test=due_words --test=attributes --test=intents --
}

owners() {
  printf '\n== owners\n'
  # In the usual folder, where it is built already.
  SAYDO_FORGET_ALL=1 nice -n 10 env -u CARGO_TARGET_DIR -u CARGO_PROFILE_DEV_DEBUG \
    cargo test --quiet --package saydo-store --test store forgetful || missed=1
}

consent() {
  try consent saydo crates/server/src/mcp/brake.rs crates/server/src/mcp/ask.rs -- --lib --test=api -- \
    -- mcp:: limits::shared::a_program_deletes
}

missed=0
[ $# -gt 0 ] || set -- gate dates words owners consent
for group in "$@"; do
  case $group in
    gate | dates | words | owners | consent) "$group" ;;
    *)
      printf 'mutants: the groups are gate, dates, words, owners and consent, not %s\n' "$group" >&2
      exit 2
      ;;
  esac
done
exit "$missed"
