#!/bin/sh
# Validates SARIF files: against the schema of SARIF 2.1.0, and with the rules
# that the standard's authors and GitHub code scanning add to it.
#
#   tests/sarif/validate.sh FILE...
#
# Tools are installed into a temporary directory (or $SARIF_TOOLS, which is kept):
#   check-jsonschema                     from PyPI, judges by the schema
#   @microsoft/sarif-multitool-linux     from npm, holds the schema and the rules (Linux on x86-64)
# What is missing is skipped and said so. Exit code: 0 valid, 1 invalid, 2 nothing
# could be checked.
set -u

# SARIF2005 wants an address of the tool: the package has none yet.
waived='SARIF2005'

[ $# -gt 0 ] || { echo "usage: $0 FILE..." >&2; exit 2; }

if [ -n "${SARIF_TOOLS:-}" ]; then
    tools=$SARIF_TOOLS
    mkdir -p "$tools" || exit 2
else
    tools=$(mktemp -d) || exit 2
    trap 'rm -rf "$tools"' EXIT
    trap 'exit 130' INT TERM
fi

package=$tools/node_modules/@microsoft/sarif-multitool-linux
schema=$package/sarif-2.1.0.json
multitool=$package/Sarif.Multitool
checker=$tools/python/bin/check-jsonschema
checked=0
failed=0

skip() { echo "skipped: $1"; }

if [ ! -f "$schema" ]; then
    if command -v npm >/dev/null; then
        npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tools" \
            @microsoft/sarif-multitool-linux >"$tools/npm.log" 2>&1 || tail -n 3 "$tools/npm.log"
    else
        echo "npm is not installed"
    fi
fi
if [ ! -x "$checker" ]; then
    if command -v python3 >/dev/null; then
        python3 -m venv "$tools/python" &&
            "$tools/python/bin/pip" install --quiet --disable-pip-version-check check-jsonschema
    else
        echo "python3 is not installed"
    fi
fi

if [ -f "$schema" ] && [ -x "$checker" ]; then
    checked=1
    "$checker" --schemafile "$schema" "$@" || failed=1
else
    skip "schema (check-jsonschema or the npm package is missing)"
fi

if [ -f "$multitool" ] && chmod u+x "$multitool" && "$multitool" --version >/dev/null 2>&1; then
    checked=1
    for file in "$@"; do
        log=$tools/multitool.log
        rm -f "$tools/result.sarif"
        "$multitool" validate "$file" --rule-kind 'Sarif;Ghas' --level 'Error;Warning;Note' \
            --max-file-size-in-kb 1000000 --output "$tools/result.sarif" --log ForceOverwrite >"$log" 2>&1
        if [ ! -s "$tools/result.sarif" ]; then
            echo "$file: the multitool wrote no result"
            tail -n 5 "$log"
            failed=1
            continue
        fi
        # Errors and warnings fail; notes are only counted.
        if grep -E ': (error|warning) ' "$log" | grep -Ev ": (error|warning) ($waived):"; then
            failed=1
        else
            echo "$file: no error or warning of the multitool (waived: $waived); notes:"
        fi
        grep -Eo ': note [A-Z0-9]+' "$log" | sort | uniq -c
    done
else
    skip "multitool rules (not installable or not runnable here)"
fi

[ "$checked" = 1 ] || exit 2
exit "$failed"
