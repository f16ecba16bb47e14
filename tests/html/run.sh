#!/usr/bin/env bash
# Opens the HTML report in a browser and looks whether it does what docs/html-report.md says.
#
#   tests/html/run.sh [--pictures]
#
# Uses the program in $STANCH, or builds it. With --pictures the pictures under docs/pictures are made
# anew. Tools go into a temporary folder (or $HTML_TOOLS, which is kept):
#   chromium      from apt, if no browser of that name is installed
#   playwright    from PyPI, drives it
#   axe-core      from npm, looks for what keeps people out
# Exit code: 0 all is well, 1 something is wrong, 2 nothing could be checked.
set -euo pipefail

home=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tools=${HTML_TOOLS:-$scratch/tools}
mkdir -p "$tools"

skip() { echo "skipped: $1"; exit 2; }

command -v git >/dev/null || skip "git is not installed"
command -v python3 >/dev/null || skip "python3 is not installed"

browser=$(command -v chromium || command -v chromium-browser || true)
if [ -z "$browser" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get update -qq &&
            apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >"$tools/apt.log" 2>&1 ||
            skip "chromium could not be installed: $(tail -n 1 "$tools/apt.log")"
        browser=$(command -v chromium || true)
    fi
    [ -n "$browser" ] || skip "there is no chromium, and no way to install it"
fi
if [ ! -x "$tools/py/bin/python" ] || ! "$tools/py/bin/python" -c 'import playwright' 2>/dev/null; then
    { python3 -m venv "$tools/py" &&
        "$tools/py/bin/pip" install --quiet --disable-pip-version-check playwright; } >"$tools/pip.log" 2>&1 ||
        skip "playwright could not be installed: $(tail -n 1 "$tools/pip.log")"
fi
if [ ! -f "$tools/node_modules/axe-core/axe.min.js" ]; then
    if ! command -v npm >/dev/null ||
        ! npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tools" axe-core >"$tools/npm.log" 2>&1; then
        echo "skipped: accessibility (axe-core could not be installed)"
    fi
fi

if [ "${1:-}" = --pictures ] && ! "$tools/py/bin/pip" install --quiet --disable-pip-version-check pillow >"$tools/pip.log" 2>&1; then
    skip "pillow, which makes pictures small, could not be installed"
fi

stanch=${STANCH:-}
if [ -z "$stanch" ]; then
    cargo build --quiet --locked --manifest-path "$home/Cargo.toml"
    stanch=${CARGO_TARGET_DIR:-$home/target}/debug/stanch
fi

export STANCH=$stanch BROWSER=$browser AXE=$tools/node_modules/axe-core/axe.min.js SCRATCH=$scratch
"$tools/py/bin/python" "$home/tests/html/check.py" "$@"
