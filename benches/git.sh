#!/usr/bin/env bash
# Measures scans of git repositories in one run on one machine: the whole history
# of a large one beside `git cat-file` and kingfisher, and the pre-commit case.
#
#   benches/git.sh [REPOSITORY]
#
# Without a REPOSITORY one is built: the sources of Linux from the system's
# package registry (apt), folder by folder, and then VERSIONS of TypeScript from
# npm's, each a commit; packed as `git repack` does it. That takes some minutes,
# 6 GB of disk and 200 MB of downloads. Settings come from the environment:
#   BENCH_DIR     folder for tools, the repository and results, kept (default: a temporary one, removed)
#   STANCH, KINGFISHER   binaries to use instead of building or installing
#   TREE          source tree to take instead of Linux from the registry
#   VERSIONS      versions of TypeScript, separated by blanks
#   SKIP          rows to leave out, separated by blanks: "kingfisher", "history", "pre-commit"
#   RUNS          measured runs of each tool, the median counts (default 3)
#   LIMIT         seconds after which a run is stopped (default 600)
#
# Every tool runs once unmeasured first, so that the packs are in memory and
# kingfisher's rule cache is warm. Nothing is validated over the network.
set -euo pipefail

home=$(cd "$(dirname "$0")/.." && pwd)
runs=${RUNS:-3}
limit=${LIMIT:-600}
skip=" ${SKIP:-} "
if [ -n "${BENCH_DIR:-}" ]; then
    mkdir -p "$BENCH_DIR"
    scratch=$(cd "$BENCH_DIR" && pwd)
else
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
fi
results=$scratch/results
mkdir -p "$results"

# shellcheck source=benches/measure.sh
. "$home/benches/measure.sh"

# --- tools ---------------------------------------------------------------

command -v git >/dev/null || { note "needs git"; exit 2; }
# Nothing of whoever runs this has a say.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=Bench GIT_AUTHOR_EMAIL=bench@example.com
export GIT_COMMITTER_NAME=Bench GIT_COMMITTER_EMAIL=bench@example.com

find_stanch
missing=()
kingfisher=${KINGFISHER:-}
if wanted kingfisher; then
    [ -n "$kingfisher" ] || kingfisher=$(pip_tool kingfisher-bin kingfisher/bin/kingfisher) || missing+=(kingfisher)
fi

# --- the repository ------------------------------------------------------

# Sources of Linux, as the distribution packs them; nothing where there are none.
linux() {
    local package
    package=$(apt-cache search --names-only '^linux-source-[0-9]' 2>/dev/null | awk '{print $1}' | sort -V | tail -n 1)
    [ -n "$package" ] || return 0
    note "fetching $package"
    mkdir -p "$scratch/linux"
    (cd "$scratch/linux" && apt-get download "$package" >"$scratch/apt.log" 2>&1 &&
        dpkg-deb -x ./*.deb . && rm ./*.deb && tar -xf usr/src/linux-source-*.tar.* --strip-components 1 && rm -r usr) || return 0
    echo "$scratch/linux"
}

commit() { # repository, message
    git -C "$1" add -A
    git -C "$1" commit -q -m "$2"
}

build() { # bare repository
    local bare=$1 repository=$scratch/work tree=${TREE:-} version
    local versions=${VERSIONS:-4.9.5 5.0.4 5.1.6 5.2.2 5.3.3 5.4.5 5.5.4 5.6.3}
    [ -n "$tree" ] || tree=$(linux)
    rm -rf "$repository" "$bare"
    git init -q -b main "$repository"
    git -C "$repository" config gc.auto 0
    if [ -n "$tree" ]; then
        note "importing $(basename "$tree")"
        for entry in "$tree"/*; do
            cp -r "$entry" "$repository/"
            commit "$repository" "add $(basename "$entry")"
        done
    fi
    for version in $versions; do
        note "importing TypeScript $version"
        rm -rf "$repository/typescript" "$scratch/npm"
        mkdir -p "$scratch/npm"
        (cd "$scratch/npm" && npm pack --silent "typescript@$version" >"$scratch/npm.log" 2>&1 && tar -xzf ./*.tgz) ||
            { note "TypeScript $version could not be fetched"; continue; }
        mv "$scratch/npm/package" "$repository/typescript"
        commit "$repository" "typescript $version"
    done
    note "packing"
    git -C "$repository" repack -a -d -q
    git -C "$repository" commit-graph write --reachable
    # The files themselves are no part of the history.
    git -C "$repository" config core.bare true
    mv "$repository/.git" "$bare"
    rm -rf "$repository"
}

repository=${1:-}
if [ -z "$repository" ] && wanted history; then
    repository=$scratch/repository.git
    [ -d "$repository" ] || build "$repository"
fi

cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
echo "date      $(date -u +%Y-%m-%d)"
echo "machine   ${cpu:-unknown}, $(nproc) processors, load $(cut -d ' ' -f 1-3 /proc/loadavg)"
echo "versions  $("$stanch" --version)"
echo "          $(git --version)"
[ -z "$kingfisher" ] || echo "          $("$kingfisher" --version 2>/dev/null | head -n 1)"
[ "${#missing[@]}" = 0 ] || echo "missing   ${missing[*]} (could not be installed; logs in $scratch)"

# --- the whole history ---------------------------------------------------

if wanted history; then
    git -C "$repository" cat-file --batch-all-objects --unordered \
        --batch-check='%(objecttype) %(objectsize)' >"$results/objects"
    packs=$(git -C "$repository" count-objects -v | sed -n 's/^size-pack: //p')
    echo "history   $(awk '{n++; if ($1 == "blob") b += $2} END {printf "%d objects, %.0f MB in blobs", n, b / 1e6}' "$results/objects"), $((packs * 1024 / 1000000)) MB in packs"
    echo
    measure cat-file sh -c 'exec git -C "$1" cat-file --batch --batch-all-objects --unordered >/dev/null' \
        cat-file "$repository"
    measure stanch "$stanch" scan --isolated --quiet --report "jsonl=$results/stanch.jsonl" --history "$repository"
    if [ -n "$kingfisher" ]; then
        measure kingfisher "$kingfisher" scan --no-validate --no-update-check \
            --format jsonl --output "$results/kingfisher.jsonl" "$repository"
    fi
    echo "| tool         |   wall s |    CPU s |  peak MiB |  findings | exit |"
    echo "|--------------|---------:|---------:|----------:|----------:|------|"
    row cat-file -
    row stanch "$(count "$results/stanch.jsonl" '"type":"finding"')"
    [ -z "$kingfisher" ] || row kingfisher "$(count "$results/kingfisher.jsonl" '"finding"')"
    echo
    echo "CPU, stanch to cat-file        $(ratio "$(column stanch 3)" "$(column cat-file 3)")   (aim: at most 1.50)"
    echo "CPU, stanch to kingfisher      $(ratio "$(column stanch 3)" "$(column kingfisher 3)")   (aim: at most 0.33)"
    echo "peak of stanch, MiB            $(column stanch 4)   (aim: under 286, which is 300 MB)"
    echo
fi

# --- before a commit -----------------------------------------------------

# 50,000 files in 250 folders, of which 50 have a new line in the index.
if wanted pre-commit; then
    many=$scratch/many
    if [ ! -f "$many/.git/built" ]; then
        note "building a repository of 50,000 files"
        rm -rf "$many"
        git init -q -b main "$many"
        python3 - "$many" <<'END'
import os, random, sys
random.seed(7)
words = "lorem tree walk let fn return value index buffer node parse the of and".split()
for folder in range(250):
    path = os.path.join(sys.argv[1], f"d{folder // 25}", f"e{folder}")
    os.makedirs(path)
    for number in range(200):
        with open(os.path.join(path, f"file{number}.c"), "w") as out:
            for _ in range(random.randrange(10, 60)):
                out.write(" ".join(random.choices(words, k=8)) + "\n")
END
        commit "$many" "all of them"
        git -C "$many" repack -a -d -q
        find "$many" -name 'file7.c' | sort | sed -n 1,50p | while IFS= read -r file; do
            echo "a new line" >>"$file"
        done
        git -C "$many" add -A
        touch "$many/.git/built"
    fi
    echo "before a commit, $(git -C "$many" diff --cached --name-only | wc -l) of $(git -C "$many" ls-files | wc -l) files staged, wall, mean of 20 runs (aim for stanch: under 60 ms)"
    cd "$many"
    start_up git git diff --cached --raw
    start_up stanch "$stanch" hook run pre-commit
    start_up stanch-scan "$stanch" scan --isolated --quiet --staged
fi
