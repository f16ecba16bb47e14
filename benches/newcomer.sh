#!/usr/bin/env bash
# The way of somebody new, step by step, with the time of each: clone, one command,
# the first finding; the hook stops a commit; a word for what is harmless.
#
#   benches/newcomer.sh [PROGRAM]
#
# Uses the program in $STANCH, or target/release/stanch. Every step checks what it
# should show; exit code 1 if one does not. Nothing of whoever runs this has a say.
set -euo pipefail

program=$(realpath "${1:-${STANCH:-$(dirname "$0")/../target/release/stanch}}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch/home XDG_CONFIG_HOME=$scratch/home/.config GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1
unset STANCH_CONFIG STANCH_KEY STANCH_POLICY GIT_CONFIG_GLOBAL GIT_DIR
mkdir -p "$scratch/bin" "$HOME"
ln -s "$program" "$scratch/bin/stanch"
export PATH=$scratch/bin:$PATH
git config --global user.name Ada
git config --global user.email ada@example.org
git config --global init.defaultBranch main

fail() { echo "failed: $1" >&2; cat "$scratch/out" >&2; exit 1; }

# step CODE NAME COMMAND...: runs, prints the time, keeps what it said in $scratch/out.
step() {
    local wanted=$1 name=$2 code=0 begun ended
    shift 2
    begun=$(date +%s%N)
    "$@" >"$scratch/out" 2>&1 </dev/null || code=$?
    ended=$(date +%s%N)
    [ "$code" = "$wanted" ] || fail "$name: exit code $code and not $wanted"
    awk -v name="$name" -v ns=$((ended - begun)) 'BEGIN { printf "%-44s %7.3f s\n", name, ns / 1e9 }'
}

says() { grep -qE "$1" "$scratch/out" || fail "it does not say $1"; }

# letters COUNT: random letters and digits.
letters() { od -An -N$((4 * $1)) -tx1 /dev/urandom | tr -d ' \n' | tr '0-9a-f' 'Q7xTm2KwZ9rLb4Vd' | cut -c "1-$1"; }

# A project as it may be: 300 files, 30 commits, a password that somebody took out again.
origin=$scratch/origin
git init -q "$origin"
cd "$origin"
for commit in $(seq 30); do
    mkdir -p "part$commit"
    for file in $(seq 10); do
        for line in $(seq 60); do echo "def step_$commit$file$line(value): return value + $line"; done >"part$commit/file$file.py"
    done
    [ "$commit" != 7 ] || printf 'HOST = "db.internal"\nDB_PASSWORD = "%s"\n' "$(letters 14)" >settings.py
    [ "$commit" != 20 ] || printf 'HOST = "db.internal"\n' >settings.py
    git add . && git commit -q -m "Part $commit"
done
printf 'SESSION_SECRET = "%s"\n' "$(letters 32)" >part3/keys.py
git add . && git commit -q -m "Add sessions"

step 0 "git clone" git clone -q "$origin" "$scratch/project"
cd "$scratch/project"
step 1 "stanch scan: the first finding" stanch scan
says 'part3/keys.py:1:19' && says '= id: +st1:|= id: +sf1:' && says '^next: '
step 1 "stanch scan --history: what was taken out" stanch scan --history
says 'settings.py:2:16'
step 0 "stanch baseline create" stanch baseline create
step 0 "stanch scan: nothing new" stanch scan
step 0 "stanch hook install" stanch hook install
git add . && git commit -q -m "Begin with stanch"
printf 'TOKEN_SECRET = "%s"\n' "$(letters 32)" >new.py
git add new.py
step 1 "git commit: blocked" git commit -q -m "Add a token"
says 'commit blocked: 1 secret' && says 'new.py:1:17'
# The command is the one that the hook printed, with a reason.
told=$(sed -n 's/.*harmless? \(stanch ignore s[tf]1:[0-9a-f]* --reason\) "why".*/\1/p' "$scratch/out")
[ -n "$told" ] || fail "no command is printed"
read -r -a command <<<"$told"
step 0 "stanch ignore KEY --reason ..., as printed" "${command[@]}" "made up for an example"
step 0 "git commit: passes" git commit -q -m "Add a token"
