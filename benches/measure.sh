# What the scripts in this folder share: tools to measure, and measuring them.
# To be sourced, with these set: home (the package), scratch (a folder for tools
# and logs), results (a folder for results), runs, limit, skip (see the scripts).

wanted() { [[ $skip != *" $1 "* ]]; }
note() { printf '%s\n' "$*" >&2; }

gnu_time=/usr/bin/time
if [ ! -x "$gnu_time" ]; then
    apt-get install -y time >"$scratch/apt.log" 2>&1 || true
    [ -x "$gnu_time" ] || { note "needs GNU time as $gnu_time"; exit 2; }
fi

pip_tool() { # package, path of its binary
    if [ ! -x "$scratch/$1/$2" ]; then
        note "installing $1"
        python3 -m pip install --quiet --disable-pip-version-check --target "$scratch/$1" "$1" \
            >"$scratch/$1.log" 2>&1 || return 1
    fi
    [ -f "$scratch/$1/$2" ] && chmod u+x "$scratch/$1/$2" && echo "$scratch/$1/$2"
}

# The binary in $STANCH, or one that is built.
find_stanch() {
    stanch=${STANCH:-}
    if [ -z "$stanch" ]; then
        note "building stanch"
        stanch=$(cargo build --release --locked --manifest-path "$home/Cargo.toml" --message-format json 2>/dev/null |
            sed -n 's/.*"executable":"\([^"]*\/stanch\)".*/\1/p' | tail -n 1)
    fi
    [ -x "$stanch" ] || { note "no stanch binary"; exit 2; }
}

# --- measuring -----------------------------------------------------------

# run NAME COMMAND...: one run under the time limit. Standard output goes to a
# file; wall, user, system (seconds) and peak memory (KiB) to another.
run() {
    local name=$1
    shift
    "$gnu_time" -q -f '%e %U %S %M %x' -o "$results/$name.time" \
        timeout "$limit" "$@" >"$results/$name.out" 2>"$results/$name.err" </dev/null || true
}

# measure NAME COMMAND...: one unmeasured run, then the median of the others
# by CPU time. Leaves "NAME wall cpu MiB exit" in NAME.row.
measure() {
    local name=$1
    run "$@"
    : >"$results/$name.runs"
    if [ "$(awk '{print $5}' "$results/$name.time")" != 124 ]; then
        for _ in $(seq "$runs"); do
            run "$@"
            cat "$results/$name.time" >>"$results/$name.runs"
        done
    else
        cat "$results/$name.time" >>"$results/$name.runs"
    fi
    awk '{printf "%s %.2f %.1f %s\n", $1, $2 + $3, $4 / 1024, $5}' "$results/$name.runs" |
        sort -n -k 2 | awk -v name="$name" '{row[NR] = $0} END {print name, row[int((NR + 1) / 2)]}' \
        >"$results/$name.row"
}

column() { awk -v n="$2" '{print $n}' "$results/$1.row" 2>/dev/null; }

ratio() { # numerator, denominator
    awk -v a="${1:-}" -v b="${2:-}" 'BEGIN {if (a == "" || b == "" || b == 0) print "-"; else printf "%.2f", a / b}'
}

row() { # name, findings
    local exit_code
    exit_code=$(column "$1" 5)
    [ "$exit_code" != 124 ] || exit_code="stopped after ${limit} s"
    printf '| %-12s | %8s | %8s | %9s | %9s | %s |\n' \
        "$1" "$(column "$1" 2)" "$(column "$1" 3)" "$(column "$1" 4)" "$2" "$exit_code"
}

count() { if [ -f "$1" ]; then grep -c "$2" "$1" || true; else echo -; fi; }

# start_up NAME COMMAND...: the mean wall time of 20 runs.
start_up() { # name, command...
    local name=$1 begun ended
    shift
    "$@" >/dev/null 2>&1 </dev/null || true
    begun=$(date +%s%N)
    for _ in $(seq 20); do "$@" >/dev/null 2>&1 </dev/null || true; done
    ended=$(date +%s%N)
    awk -v name="$name" -v ns=$((ended - begun)) 'BEGIN {printf "%-10s %.1f ms\n", name, ns / 20 / 1e6}'
}
