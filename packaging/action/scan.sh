#!/usr/bin/env bash
# Scans in a GitHub Actions job and tells the job; the second step of action.yml.
#
# Reads INPUT_*, writes to $GITHUB_OUTPUT and $GITHUB_STEP_SUMMARY, and ends with
# the exit code of the scan.
set -uo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

arguments=() targets=()
# No evaluation: words are split at white space, and nothing else is looked at.
read -r -d '' -a arguments <<<"${INPUT_ARGS:-}" || true
while IFS= read -r line; do
    [ -z "$line" ] || targets+=("$line")
done <<<"${INPUT_PATH:-}"
[ -z "${INPUT_CONFIG:-}" ] || arguments+=("--config=$INPUT_CONFIG")
[ -z "${INPUT_FAIL_ON:-}" ] || arguments+=("--fail-on=$INPUT_FAIL_ON")
sarif=${INPUT_SARIF_FILE:-}
[ -z "$sarif" ] || arguments+=("--report=sarif=$sarif")

# What stands in scanned files must not be taken for commands of the workflow.
stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$stop"
code=0
# `${a[@]+...}`: bash before 4.4 takes an empty array for an unset one.
stanch scan ${arguments[@]+"${arguments[@]}"} --report=text --report="github=$scratch/annotations" \
    --report="markdown=$scratch/summary" --report="jsonl=$scratch/lines" -- ${targets[@]+"${targets[@]}"} || code=$?
echo
echo "::$stop::"

# These are escaped for the runner.
[ ! -f "$scratch/annotations" ] || cat "$scratch/annotations"
[ ! -f "$scratch/summary" ] || cat "$scratch/summary" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
findings=
[ ! -f "$scratch/lines" ] ||
    findings=$(tail -n 1 "$scratch/lines" | sed -n 's/^{"type":"summary",.*"findings":\([0-9]*\),.*/\1/p')
[ -z "$sarif" ] || [ -f "$sarif" ] || sarif=
{
    echo "exit-code=$code"
    echo "findings=$findings"
    # A file name may hold anything but a line of random digits.
    printf 'sarif<<%s\n%s\n%s\n' "$stop" "$sarif" "$stop"
} >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$code"
