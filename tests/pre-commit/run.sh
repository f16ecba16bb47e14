#!/usr/bin/env bash
# Runs stanch under the pre-commit framework, as a user of `.pre-commit-hooks.yaml`
# would: the manifest is validated, and the hooks run from a file:// repository.
#
#   tests/pre-commit/run.sh [--build]
#
# Uses the program in $STANCH, or builds it. With --build the hooks of `language:
# rust` run too, which compiles stanch once more, as the framework does it.
# The framework is installed into a temporary folder (or $PRE_COMMIT_TOOLS, which
# is kept). What is missing is skipped and said so. Exit code: 0 all is well, 1
# something is wrong, 2 nothing could be checked.
set -euo pipefail

home=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tools=${PRE_COMMIT_TOOLS:-$scratch/tools}

skip() { echo "skipped: $1"; exit 2; }
fail() { echo "failed: $1" >&2; [ ! -f "$scratch/out" ] || cat "$scratch/out" >&2; exit 1; }

command -v git >/dev/null || skip "git is not installed"
command -v python3 >/dev/null || skip "python3 is not installed"
if [ ! -x "$tools/bin/pre-commit" ]; then
    { python3 -m venv "$tools" &&
        "$tools/bin/pip" install --quiet --disable-pip-version-check pre-commit; } >"$scratch/pip.log" 2>&1 ||
        skip "the pre-commit framework could not be installed: $(tail -n 1 "$scratch/pip.log")"
fi
framework=$tools/bin/pre-commit

echo "manifest, $("$framework" --version)"
"$framework" validate-manifest "$home/.pre-commit-hooks.yaml" || fail "the manifest is not valid"

stanch=${STANCH:-}
if [ -z "$stanch" ]; then
    cargo build --quiet --release --locked --manifest-path "$home/Cargo.toml"
    stanch=${CARGO_TARGET_DIR:-$home/target}/release/stanch
fi
mkdir "$scratch/bin"
cp "$stanch" "$scratch/bin/stanch"

# Nothing of whoever runs this has a say, and nothing of theirs is changed.
export PATH=$scratch/bin:$PATH PRE_COMMIT_HOME=$scratch/cache
export GIT_CONFIG_GLOBAL=$scratch/gitconfig GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.com
git config --file "$GIT_CONFIG_GLOBAL" init.defaultBranch main

# The hooks' repository holds what this folder holds, committed or not.
mkdir "$scratch/hooks"
tar -C "$home" --exclude ./target --exclude ./.git -cf - . | tar -C "$scratch/hooks" -xf -
git -C "$scratch/hooks" init -q
git -C "$scratch/hooks" add -A
git -C "$scratch/hooks" commit -q -m hooks
revision=$(git -C "$scratch/hooks" rev-parse HEAD)

# A token with the right checksum, new in every run.
token() {
    python3 - <<'END'
import secrets, zlib
letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
body = "".join(secrets.choice(letters) for _ in range(30))
number, check = zlib.crc32(body.encode()), ""
for _ in range(6):
    number, rest = divmod(number, 62)
    check = letters[rest] + check
print("gh" + "p_" + body + check)
END
}

# try NAME PRE-COMMIT-ID PRE-PUSH-ID: commits and pushes, harmless and not.
try() {
    local name=$1 project=$scratch/$1
    echo "hooks, $name"
    git init -q --bare "$project.git"
    git init -q "$project"
    cd "$project"
    git remote add origin "$project.git"
    cat >.pre-commit-config.yaml <<END
repos:
- repo: file://$scratch/hooks
  rev: $revision
  hooks:
  - id: $2
  - id: $3
END
    "$framework" install --hook-type pre-commit --hook-type pre-push >"$scratch/out" 2>&1 || fail "install"
    git add .
    git commit -q -m harmless >"$scratch/out" 2>&1 || fail "a harmless commit is stopped"
    git push -q origin main >"$scratch/out" 2>&1 || fail "a harmless push is stopped"
    # What is staged counts, whatever the work tree holds meanwhile.
    echo "key = \"$(token)\"" >key.txt
    git add key.txt
    echo "harmless" >key.txt
    if git commit -q -m leak >"$scratch/out" 2>&1; then fail "a secret is committed"; fi
    grep -q 'stanch: commit blocked: 1 secret' "$scratch/out" || fail "the hook does not say why"
    grep -q 'key.txt:1:8' "$scratch/out" || fail "the hook does not say where"
    [ "$(cat key.txt)" = harmless ] || fail "the work tree has changed"
    git commit -q --no-verify -m leak
    if git push -q origin main >"$scratch/out" 2>&1; then fail "a secret is pushed"; fi
    grep -q 'stanch: push blocked: 1 secret' "$scratch/out" || fail "the push hook does not say why"
    if git push -q origin main:refs/heads/new >"$scratch/out" 2>&1; then fail "a secret is pushed to a new branch"; fi
    git reset -q --hard HEAD~1
    git push -q origin main:refs/heads/new >"$scratch/out" 2>&1 || fail "a harmless new branch is stopped"
    cd "$scratch"
}

try system stanch-system stanch-push-system
if [ "${1:-}" = --build ]; then
    try rust stanch stanch-push
else
    echo "skipped: hooks of language rust (run with --build)"
fi
echo "pre-commit: all is well"
