#!/usr/bin/env bash
# The release as it is given out: target/dist/saydo. The same sources and compilers give the same bytes, in whatever folder
# and whenever: nothing in it tells where it was built (scripts/reproduce.sh shows it).
set -euo pipefail
cd "$(dirname "$0")/.."

export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-0} LC_ALL=C TZ=UTC
cargo_home=${CARGO_HOME:-$HOME/.cargo}
flags="--remap-path-prefix=$PWD=/saydo"$'\x1f'"--remap-path-prefix=$cargo_home=/cargo"
export CARGO_ENCODED_RUSTFLAGS=$flags
# For what is C in it: SQLite, TLS, the allocator.
export CFLAGS="-ffile-prefix-map=$PWD=/saydo -ffile-prefix-map=$cargo_home=/cargo"
# Where there is no history to ask, as in a container, whoever builds may say it.
BUILD_REVISION=${BUILD_REVISION:-$(scripts/revision.sh)}
export BUILD_REVISION

make --no-print-directory web
cargo build --profile dist --locked -p saydo --bin saydo
dist=${CARGO_TARGET_DIR:-target}/dist
# `saydo ready` tells what is known of its dependencies, when that is of these very ones.
report=target/dependencies/report.json
rm -f "$dist/saydo-dependencies.json"
if [ "$report" -nt Cargo.lock ] && [ "$report" -nt web/package-lock.json ]; then
  cp -p "$report" "$dist/saydo-dependencies.json"
else
  echo "without a report of its dependencies: for that run scripts/dependencies.sh before" >&2
fi
sha256sum "$dist/saydo"
