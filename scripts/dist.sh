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

make --no-print-directory web
cargo build --profile dist --locked -p saydo --bin saydo
sha256sum "${CARGO_TARGET_DIR:-target}/dist/saydo"
