#!/usr/bin/env bash
# Makes the archive of a release that cargo-binstall and action.yml fetch.
#
#   packaging/release.sh PROGRAM TARGET FOLDER
#
# PROGRAM is the built stanch, TARGET its Rust target. Writes
# FOLDER/stanch-TARGET.tar.gz, the same bytes for the same program, and its line
# into FOLDER/SHA256SUMS. Completions and man pages are made by the program if it
# runs here.
set -euo pipefail

program=$(realpath "$1") target=$2
home=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$3"
out=$(cd "$3" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

digest() { if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi; }

name=stanch
[[ $target != *windows* ]] || name=stanch.exe
install -m 755 "$program" "$scratch/$name"
install -m 644 "$home"/LICENSE-APACHE "$home"/LICENSE-MIT "$home"/README.md "$home"/CHANGELOG.md "$scratch"
"$home/packaging/extras.sh" "$program" "$scratch"

archive=stanch-$target.tar.gz
# GNU tar, which macOS has under another name, for the same bytes in every run.
tar=$(command -v gtar || command -v tar)
"$tar" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" \
    -C "$scratch" -cf - . --transform 's,^\./,,' | gzip -9n >"$out/$archive"
touch "$out/SHA256SUMS"
{ grep -v "  $archive\$" "$out/SHA256SUMS" || true; (cd "$out" && digest "$archive"); } >"$scratch/sums"
cp "$scratch/sums" "$out/SHA256SUMS"
echo "$out/$archive"
