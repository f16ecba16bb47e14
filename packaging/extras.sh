#!/usr/bin/env bash
# Writes what packages hold beside the program: completions of shells, man pages.
#
#   packaging/extras.sh PROGRAM FOLDER
#
# They come from the program itself (FOLDER/completions/, FOLDER/man/), so that they
# cannot be older than it. A program that does not run here leaves them out.
set -euo pipefail

program=$1 folder=$2
if ! "$program" --version >/dev/null 2>&1; then
    echo "no completions: $program does not run here" >&2
    exit 0
fi
mkdir -p "$folder/completions"
"$program" completions bash >"$folder/completions/stanch.bash"
"$program" completions zsh >"$folder/completions/_stanch"
"$program" completions fish >"$folder/completions/stanch.fish"
if "$program" man --help >/dev/null 2>&1; then
    mkdir -p "$folder/man"
    "$program" man "$folder/man" >/dev/null
fi
