#!/usr/bin/env bash
# What a second run over an unchanged tree costs, beside the first.
#
#   benches/cache.sh TREE          (STANCH=program, RUNS=3)
#
# User and system time of whole processes. The tree must not have changed within
# the last minute, and lie on a local file system.
set -euo pipefail

tree=${1:?name a tree}
stanch=${STANCH:-$(dirname "$0")/../target/release/stanch}
runs=${RUNS:-3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export XDG_STATE_HOME=$scratch/state
TIMEFORMAT='%R %U %S'

# Prints wall, and user and system together, of one run.
measure() {
    local times
    times=$( { time "$stanch" scan --isolated --quiet --no-exposure --report json="$scratch/r.json" "$@" "$tree" \
        >"$scratch/out" 2>&1 || [[ $? -le 3 ]]; } 2>&1 )
    awk '{ printf "wall %.2f s, cpu %.2f s\n", $1, $2 + $3 }' <<<"$times"
}

cat "$tree" >/dev/null 2>&1 || find "$tree" -type f -print0 | xargs -0 cat >/dev/null
for ((run = 0; run < runs; run++)); do
    rm -rf "$scratch/cache"
    echo "no cache:          $(measure)"
    echo "first:             $(measure --cache "$scratch/cache")"
    echo "second:            $(measure --cache "$scratch/cache")"
    echo "second by content: $(measure --cache "$scratch/cache" --cache-check content)"
done
du -sh "$scratch/cache" | cut -f1 | sed 's/^/cache on disk: /'
