#!/usr/bin/env bash
# Builds the Debian package with cargo-deb; settings are in Cargo.toml.
#
#   packaging/deb/build.sh [OPTIONS OF cargo deb]
#
# Uses the program in $STANCH, or builds it. Completions and man pages come from it.
set -euo pipefail
cd "$(dirname "$0")/../.."

release=${CARGO_TARGET_DIR:-target}/release
if [ -z "${STANCH:-}" ]; then
    cargo build --release --locked --features ledger
else
    mkdir -p "$release"
    cp "$STANCH" "$release/stanch"
fi

# Laid out as below /usr/share.
share=$release/share
rm -rf "$share" "$release/extras"
packaging/extras.sh "$release/stanch" "$release/extras"
install -D -m 644 "$release/extras/completions/stanch.bash" "$share/bash-completion/completions/stanch"
install -D -m 644 "$release/extras/completions/_stanch" "$share/zsh/vendor-completions/_stanch"
install -D -m 644 "$release/extras/completions/stanch.fish" "$share/fish/vendor_completions.d/stanch.fish"
for page in "$release"/extras/man/*.1; do
    [ ! -e "$page" ] || install -D -m 644 "$page" "$share/man/man1/$(basename "$page")"
done
cargo deb --no-build "$@"
