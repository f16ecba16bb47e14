#!/usr/bin/env bash
# Measures stanch beside other scanners in one run on one machine: wall time,
# CPU time (user and system), peak memory and number of findings.
#
#   benches/compare.sh [TREE]
#
# TREE is a source tree; by default the sources in cargo's registry. Settings
# come from the environment:
#   COMPARE_DIR   folder for tools and results, kept (default: a temporary one, removed)
#   STANCH, KINGFISHER, RG, RIPSECRETS   binaries to use instead of building or installing
#   SKIP          tools to leave out, separated by blanks, for example "ripsecrets"
#   LARGE         text file for the one-file row (default: up to 512 MiB of TREE's text, joined)
#   RUNS          measured runs of each tool, the median counts (default 3)
#   LIMIT         seconds after which a run is stopped (default 300)
#
# Every tool runs once unmeasured first, so that the files are in memory and
# kingfisher's rule cache is warm. Nothing is validated over the network.
set -euo pipefail

home=$(cd "$(dirname "$0")/.." && pwd)
tree=${1:-${CARGO_HOME:-$HOME/.cargo}/registry/src}
runs=${RUNS:-3}
limit=${LIMIT:-300}
skip=" ${SKIP:-} "

[ -d "$tree" ] || { echo "no folder: $tree" >&2; exit 2; }
tree=$(cd "$tree" && pwd)
if [ -n "${COMPARE_DIR:-}" ]; then
    mkdir -p "$COMPARE_DIR"
    scratch=$(cd "$COMPARE_DIR" && pwd)
else
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
fi
case "$scratch/" in
    "$tree"/*) echo "the scratch folder lies in the tree" >&2; exit 2 ;;
esac
results=$scratch/results
mkdir -p "$results"

# shellcheck source=benches/measure.sh
. "$home/benches/measure.sh"

# --- tools ---------------------------------------------------------------

cargo_tool() { # crate
    if [ ! -x "$scratch/cargo/bin/$1" ]; then
        note "installing $1"
        timeout 900 cargo install --quiet --locked --root "$scratch/cargo" "$1" >"$scratch/$1.log" 2>&1 || return 1
    fi
    echo "$scratch/cargo/bin/$1"
}

find_stanch
missing=()
kingfisher=${KINGFISHER:-} rg=${RG:-} ripsecrets=${RIPSECRETS:-}
if wanted kingfisher; then
    [ -n "$kingfisher" ] || kingfisher=$(pip_tool kingfisher-bin kingfisher/bin/kingfisher) || missing+=(kingfisher)
fi
if wanted rg; then
    [ -n "$rg" ] || rg=$(pip_tool ripgrep bin/rg) || missing+=(rg)
fi
if wanted ripsecrets; then
    [ -n "$ripsecrets" ] || ripsecrets=$(cargo_tool ripsecrets) || missing+=(ripsecrets)
fi

# --- the tree ------------------------------------------------------------

files=$(find "$tree" -type f | wc -l)
bytes=$(find "$tree" -type f -printf '%s\n' | awk '{n += $1} END {print n + 0}')
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
echo "date      $(date -u +%Y-%m-%d)"
echo "machine   ${cpu:-unknown}, $(nproc) processors, load $(cut -d ' ' -f 1-3 /proc/loadavg)"
echo "tree      $(basename "$tree"): $files files, $((bytes / 1000000)) MB"
echo "versions  $("$stanch" --version)"
for tool in "$kingfisher" "$rg" "$ripsecrets"; do
    [ -z "$tool" ] || echo "          $("$tool" --version 2>/dev/null | head -n 1)"
done
[ "${#missing[@]}" = 0 ] || echo "missing   ${missing[*]} (could not be installed; logs in $scratch)"
echo

measure floor bash -c 'find "$1" -type f -print0 | xargs -0 cat >/dev/null' floor "$tree"
measure stanch "$stanch" scan --isolated --quiet --report "jsonl=$results/stanch.jsonl" "$tree"
if [ -n "$rg" ]; then
    measure rg "$rg" -c -uuu --no-config -e password -e secret -e token "$tree"
fi
if [ -n "$kingfisher" ]; then
    measure kingfisher "$kingfisher" scan --no-validate --no-update-check --git-history none \
        --format jsonl --output "$results/kingfisher.jsonl" "$tree"
fi
if [ -n "$ripsecrets" ]; then
    measure ripsecrets "$ripsecrets" "$tree"
fi

echo "| tool         |   wall s |    CPU s |  peak MiB |  findings | exit |"
echo "|--------------|---------:|---------:|----------:|----------:|------|"
row floor -
row stanch "$(count "$results/stanch.jsonl" '"type":"finding"')"
[ -z "$rg" ] || row rg "$(awk -F : '{n += $NF} END {print n + 0}' "$results/rg.out") lines"
[ -z "$kingfisher" ] || row kingfisher "$(count "$results/kingfisher.jsonl" '"finding"')"
[ -z "$ripsecrets" ] || row ripsecrets "$(count "$results/ripsecrets.out" '')"
echo
echo "CPU, stanch to kingfisher      $(ratio "$(column stanch 3)" "$(column kingfisher 3)")   (aim: at most 0.20)"
echo "CPU, stanch to rg, three words $(ratio "$(column stanch 3)" "$(column rg 3)")   (aim: at most 2.00)"
echo "CPU, stanch to floor           $(ratio "$(column stanch 3)" "$(column floor 3)")"
echo "peak, stanch to kingfisher     $(ratio "$(column stanch 4)" "$(column kingfisher 4)")   (aim: at most 0.50)"
echo

# --- one large file ------------------------------------------------------

large=${LARGE:-}
if [ -z "$large" ]; then
    large=$scratch/large.txt
    # `head` closes the pipe early; that is no error.
    { find "$tree" -type f -size -512k -regex '.*\.\(c\|h\|rs\|py\|js\|ts\|go\|java\|md\|txt\|json\|toml\|ya?ml\)' \
        -print0 | sort -z | xargs -0 cat 2>/dev/null || true; } | head -c 512M >"$large" || true
fi
size=$(wc -c <"$large")
billions() { awk -v n="$size" -v s="$1" 'BEGIN {if (s > 0) printf "%.2f", n / s / 1e9; else print "-"}'; }
# `dd` tells its own time to the microsecond; the first run fills the page cache.
read_seconds() {
    for _ in $(seq $((runs + 1))); do
        LC_ALL=C dd if="$large" of=/dev/null bs=256K 2>&1 | sed -n 's/.*copied, \([0-9.e-]*\) s.*/\1/p'
    done | tail -n +2 | sort -g | awk '{row[NR] = $1} END {print row[int((NR + 1) / 2)]}'
}
read=$(billions "$(read_seconds)")
measure one-thread "$stanch" scan --isolated --quiet -j 1 --report "jsonl=$results/large.jsonl" "$large"
echo "one file  $((size / 1000000)) MB"
wall=$(billions "$(column one-thread 2)")
echo "read      $read GB/s (from the page cache)"
echo "stanch    $wall GB/s, one thread ($(billions "$(column one-thread 3)") by CPU time), $(column one-thread 4) MiB, $(count "$results/large.jsonl" '"type":"finding"') findings"
echo "share     $(ratio "$wall" "$read")   (aim: at least 0.14)"
echo

# --- start-up ------------------------------------------------------------

ten=$scratch/ten
rm -rf "$ten"
mkdir "$ten"
number=0
while IFS= read -r -d '' file; do
    number=$((number + 1))
    cp "$file" "$ten/$number.${file##*.}"
    [ "$number" -lt 10 ] || break
done < <(find "$tree" -type f -name '*.*' -size -64k -print0 | sort -z)
echo "start-up, $number files, wall, mean of 20 runs (aim for stanch: under 30 ms)"
start_up stanch "$stanch" scan --isolated --quiet "$ten"
[ -z "$kingfisher" ] || start_up kingfisher "$kingfisher" scan --no-validate --no-update-check --git-history none "$ten"
[ -z "$ripsecrets" ] || start_up ripsecrets "$ripsecrets" "$ten"
