#!/usr/bin/env bash
# Builds the Debian package with cargo-deb; settings are in Cargo.toml.
#
#   packaging/deb/build.sh [OPTIONS OF cargo deb]
#
# Completions and man pages come from the program, so it is built first.
set -euo pipefail
cd "$(dirname "$0")/../.."

cargo build --release --locked --features ledger
target=${CARGO_TARGET_DIR:-target}
rm -rf "$target/extras"
packaging/extras.sh "$target/release/stanch" "$target/extras"
cargo deb --no-build "$@"
