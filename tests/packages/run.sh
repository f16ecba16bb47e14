#!/usr/bin/env bash
# Looks at what people install and copy: the action, the templates for CI, the wheel,
# the npm packages, the release archive, the crate, the image.
#
#   tests/packages/run.sh [PART]...
#
# Uses the program in $STANCH, or builds it. Tools of Python are installed into a
# temporary folder (or $PACKAGE_TOOLS, which is kept). What is missing is skipped and
# said so. Exit code: 0 all is well, 1 something is wrong, 2 something was skipped.
set -euo pipefail

home=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tools=${PACKAGE_TOOLS:-$scratch/tools}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$home/Cargo.toml" | head -n 1)
skipped=0

skip() { echo "skipped: $1"; skipped=1; }
fail() { echo "failed: $1" >&2; [ ! -f "$scratch/out" ] || cat "$scratch/out" >&2; exit 1; }
has() { command -v "$1" >/dev/null; }

# expect CODE COMMAND...: runs with its output in $scratch/out.
expect() {
    local wanted=$1 code=0
    shift
    "$@" >"$scratch/out" 2>&1 </dev/null || code=$?
    [ "$code" = "$wanted" ] || fail "exit code $code and not $wanted: $*"
}

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

# The tool $1 of the Python package of the same name (or $2), in $tools.
python_tool() {
    [ -x "$tools/bin/$1" ] && return
    [ -x "$tools/bin/pip" ] || python3 -m venv "$tools" >"$scratch/pip.log" 2>&1 || return 1
    "$tools/bin/pip" install --quiet --disable-pip-version-check "${2:-$1}" >"$scratch/pip.log" 2>&1
}

# main_job PROGRAM...: what everybody installs stanch for.
main_job() {
    expect 1 "$@" scan --isolated "$scratch/leak"
    grep -q 'error\[github-personal-access-token\]' "$scratch/out" || fail "the secret is not reported by $*"
    grep -q 'deploy.sh:1:22' "$scratch/out" || fail "its place is not reported by $*"
    ! grep -qF "$secret" "$scratch/out" || fail "the secret is shown by $*"
    expect 0 "$@" scan --isolated "$scratch/clean"
    expect 2 "$@" scan --no-such-option
}

validators() {
    python_tool check-jsonschema || { skip "check-jsonschema could not be installed"; return; }
    local check=$tools/bin/check-jsonschema
    expect 0 "$check" --builtin-schema vendor.github-actions "$home/action.yml"
    expect 0 "$check" --builtin-schema vendor.github-workflows "$home"/.github/workflows/*.yml "$home"/packaging/github/*.yml
    expect 0 "$check" --builtin-schema vendor.gitlab-ci "$home"/packaging/gitlab/*.yml
    # The schemas that are published, and what the program writes under them.
    expect 0 "$check" --check-metaschema "$home"/schema/*.json
    expect 0 "$check" --schemafile "$home/schema/config.schema.json" "$home/stanch.toml"
    expect 0 "$check" --schemafile "$home/schema/rules.schema.json" "$home"/rules/a*.toml
    mkdir -p "$scratch/told"
    echo 'print(1)' >"$scratch/told/a.py"
    expect 0 "$stanch" scan --isolated --quiet --report "json=$scratch/told/report.json" "$scratch/told/a.py"
    expect 0 "$check" --schemafile "$home/schema/report.schema.json" "$scratch/told/report.json"
    # Actions of others are named by commit, and nothing of an event is pasted into a script.
    ! grep -rnE 'uses: +[^ ./][^ ]*@' "$home/.github" "$home/packaging/github" "$home/action.yml" |
        grep -vE '@[0-9a-f]{40}( |$)' || fail "an action is not named by its commit"
    python3 - "$home/action.yml" "$home"/.github/workflows/*.yml "$home"/packaging/github/*.yml <<'END' || fail "an expression stands in a script"
import re, sys
bad = 0
for name in sys.argv[1:]:
    inside = None
    for number, line in enumerate(open(name), 1):
        indent = len(line) - len(line.lstrip())
        begin = re.match(r"\s*(?:- )?run:(.*)", line)
        if begin:
            inside = indent
        elif inside is not None and line.strip() and indent <= inside:
            inside = None
        if inside is not None and "${{" in line:
            print(f"{name}:{number}: {line.strip()}")
            bad = 1
sys.exit(bad)
END
    if python_tool pre-commit; then
        for manifest in "$home/.pre-commit-hooks.yaml" "$home/packaging/pre-commit/.pre-commit-hooks.yaml"; do
            expect 0 "$tools/bin/pre-commit" validate-manifest "$manifest"
        done
    else
        skip "pre-commit could not be installed"
    fi
}

# The scripts of action.yml, with a runner's variables. Settings come as NAME=VALUE.
action_step() {
    local code=$1 step=$2
    shift 2
    : >"$scratch/github-output" && : >"$scratch/github-summary" && : >"$scratch/github-path"
    expect "$code" env GITHUB_OUTPUT="$scratch/github-output" GITHUB_STEP_SUMMARY="$scratch/github-summary" \
        GITHUB_PATH="$scratch/github-path" GITHUB_SERVER_URL=https://example.com RUNNER_TEMP="$scratch/runner" \
        RUNNER_OS=Linux RUNNER_ARCH=X64 STANCH_CONFIG=/dev/null "$@" "$home/packaging/action/$step.sh"
}

output() { grep -qx "$1" "$scratch/github-output" || { cat "$scratch/github-output"; fail "no output $1"; }; }

action() {
    mkdir -p "$scratch/runner" "$scratch/action"
    cd "$scratch/action"
    action_step 0 install INPUT_VERSION=installed
    action_step 0 scan INPUT_PATH="$scratch/clean" INPUT_SARIF_FILE=own.sarif
    output exit-code=0 && output findings=0 && output own.sarif
    # Two targets, one with a space; a finding; what the files say is no command of the workflow.
    mkdir "a b"
    printf 'x = 1 # ::error::from the file\nexport GITHUB_TOKEN="%s" # ::set-output name=x::y\n' "$secret" >"a b/x.sh"
    action_step 1 scan INPUT_PATH=$'a b\n'"$scratch/clean" INPUT_ARGS=$'--confidence  low\n--exclude *.md' \
        INPUT_SARIF_FILE="own.sarif" INPUT_FAIL_ON=high
    output exit-code=1 && output findings=1
    grep -q '^::error file=a b/x.sh,line=2,' "$scratch/out" || fail "no annotation"
    grep -q '^| ' "$scratch/github-summary" || fail "no summary"
    grep -q '"ruleId"' own.sarif || fail "no SARIF"
    ! grep -rqF "$secret" "$scratch/out" "$scratch/github-summary" own.sarif || fail "the action shows a secret"
    awk '/^::stop-commands::/ { stop = "::" substr($0, 18) "::"; next } $0 == stop { stop = "" }
         stop == "" && /from the file/ { bad = 1 } END { exit bad }' "$scratch/out" || fail "the log is not shielded"
    # Values of inputs are no shell.
    action_step 3 scan INPUT_ARGS='$(touch pwned) `touch pwned`; touch pwned' INPUT_PATH='$(touch pwned)'
    action_step 3 scan INPUT_PATH='--help' INPUT_SARIF_FILE='$(touch pwned).sarif'
    [ ! -e pwned ] || fail "an input was executed"
    action_step 2 install INPUT_VERSION='../../x' STANCH_RELEASES="file://$scratch"
    action_step 2 install INPUT_VERSION='1.0.0;touch pwned' STANCH_RELEASES="file://$scratch"
    [ ! -e pwned ] || fail "a version was executed"
    # From a release: the archives that packaging/release.sh makes.
    local archive=stanch-x86_64-unknown-linux-gnu.tar.gz
    getconf GNU_LIBC_VERSION >"$scratch/out" 2>/dev/null && printf '2.35\n%s\n' "$(cut -d ' ' -f 2 "$scratch/out")" | sort -V -C ||
        archive=stanch-x86_64-unknown-linux-musl.tar.gz
    for target in gnu musl; do
        "$home/packaging/release.sh" "$stanch" x86_64-unknown-linux-$target "$scratch/releases/v$version" >"$scratch/out"
    done
    cp -r "$scratch/releases" "$scratch/again"
    "$home/packaging/release.sh" "$stanch" x86_64-unknown-linux-musl "$scratch/again/v$version" >"$scratch/out"
    diff -r "$scratch/releases" "$scratch/again" >"$scratch/out" || fail "archives differ from run to run"
    action_step 0 install INPUT_VERSION= STANCH_RELEASES="file://$scratch/releases"
    [ -x "$(cat "$scratch/github-path")/stanch" ] || fail "the release is not on the PATH"
    action_step 0 install INPUT_VERSION="$version" STANCH_RELEASES="file://$scratch/releases"
    printf x >>"$scratch/again/v$version/$archive"
    action_step 2 install INPUT_VERSION="$version" STANCH_RELEASES="file://$scratch/again"
    action_step 2 install INPUT_VERSION=9.9.9 STANCH_RELEASES="file://$scratch/releases"
    local held
    held=$(tar -tzf "$scratch/releases/v$version/$archive")
    for name in stanch README.md LICENSE-MIT completions/stanch.bash completions/_stanch completions/stanch.fish; do
        grep -qx "$name" <<<"$held" || fail "the archive lacks $name"
    done
    bash -n "$scratch/runner/stanch-$version/stanch" 2>/dev/null && fail "the program is a script"
    cd "$scratch"
}

# The hook of a server, by a push.
server() {
    git init -q --bare "$scratch/server.git"
    cp "$home/packaging/pre-receive/pre-receive" "$scratch/server.git/hooks/"
    git init -q "$scratch/project"
    cd "$scratch/project"
    echo harmless >a && git add a && git commit -q -m harmless
    expect 0 git push -q "$scratch/server.git" HEAD:refs/heads/main
    cp "$scratch/leak/deploy.sh" . && git add . && git commit -q -m leak
    expect 1 git push -q "$scratch/server.git" HEAD:refs/heads/main
    grep -q 'remote: .*deploy.sh:1:22' "$scratch/out" || fail "the push is not refused for the secret"
    # Without the program nothing passes.
    expect 1 env STANCH=no-such-stanch git push -q "$scratch/server.git" HEAD~1:refs/heads/other
    grep -q 'not installed' "$scratch/out" || fail "a server without stanch does not say so"
    cd "$scratch"
}

# A folder's only wheel is installed into a fresh environment and does its work.
wheel() {
    python_tool maturin || { skip "maturin could not be installed"; return; }
    local begun=$SECONDS
    # The same features and profile as the release build, so that nothing is compiled twice.
    (cd "$home" && "$tools/bin/maturin" build --locked ${WHEEL_PROFILE---release} --out "$scratch/wheels") >"$scratch/out" 2>&1 ||
        fail "maturin"
    local file size
    file=$(echo "$scratch"/wheels/*.whl)
    size=$(stat -c %s "$file")
    echo "wheel: $(basename "$file"), $size bytes, made in $((SECONDS - begun)) s"
    [ -n "${WHEEL_PROFILE-}" ] || [ "$size" -lt 15000000 ] || fail "the wheel has 15 MB or more"
    unzip -l "$file" >"$scratch/held" 2>/dev/null || python3 -m zipfile -l "$file" >"$scratch/held"
    for name in "stanch-$version.data/scripts/stanch" dist-info/licenses/LICENSE-MIT dist-info/METADATA; do
        grep -q "$name" "$scratch/held" || fail "the wheel lacks $name"
    done
    python3 -m venv "$scratch/fresh"
    expect 0 "$scratch/fresh/bin/pip" install --quiet --disable-pip-version-check --no-index "$file"
    main_job "$scratch/fresh/bin/stanch"
    # No interpreter starts with it.
    [ "$(head -c 4 "$scratch/fresh/bin/stanch" | tail -c 3)" = ELF ] || fail "the installed program is a script"
    mirror
}

# The repository for pre-commit that only names the wheel.
mirror() {
    python_tool pre-commit || { skip "pre-commit could not be installed"; return; }
    cp -r "$home/packaging/pre-commit" "$scratch/mirror"
    git -C "$scratch/mirror" init -q
    git -C "$scratch/mirror" add -A
    git -C "$scratch/mirror" commit -q -m hooks
    git init -q "$scratch/user"
    cd "$scratch/user"
    cat >.pre-commit-config.yaml <<END
repos:
- repo: file://$scratch/mirror
  rev: $(git -C "$scratch/mirror" rev-parse HEAD)
  hooks:
  - id: stanch
END
    git add . && git commit -q -m harmless
    # The program on the PATH has no say here: the wheel has to be it.
    local pip=(env "PATH=${PATH#"$scratch/bin:"}" "PIP_FIND_LINKS=$scratch/wheels" "PRE_COMMIT_HOME=$scratch/cache")
    if ! "${pip[@]}" "$tools/bin/pre-commit" install-hooks >"$scratch/out" 2>&1; then
        grep -q setuptools "$scratch/out" || fail "the mirror for pre-commit cannot be installed"
        skip "setuptools could not be had, so the mirror for pre-commit was not tried"
        cd "$scratch"
        return
    fi
    expect 0 "${pip[@]}" "$tools/bin/pre-commit" run --all-files
    cp "$scratch/leak/deploy.sh" . && git add .
    expect 1 "${pip[@]}" "$tools/bin/pre-commit" run
    grep -q 'deploy.sh:1:22' "$scratch/out" || fail "the hook of the wheel does not say where"
    cd "$scratch"
}

npm_packages() {
    has npm && has node || { skip "there is no npm"; return; }
    local platform
    platform=$(node -p 'process.platform + "-" + process.arch')
    "$home/packaging/npm/build.sh" "$scratch/npm" >"$scratch/out"
    "$home/packaging/npm/build.sh" "$scratch/npm" "$platform" "$stanch" >"$scratch/out"
    mkdir "$scratch/packed" "$scratch/node"
    expect 0 npm pack --silent --offline --pack-destination "$scratch/packed" "$scratch/npm/stanch" "$scratch/npm/$platform"
    tar -tzf "$scratch/packed/stanch-$version.tgz" | sort >"$scratch/held"
    printf 'package/%s\n' LICENSE-APACHE LICENSE-MIT README.md bin/stanch.js package.json | diff - "$scratch/held" >"$scratch/out" ||
        fail "the npm package holds something else"
    cd "$scratch/node"
    echo '{ "private": true }' >package.json
    expect 0 npm install --silent --offline --no-audit --no-fund "$scratch/packed/stanch-$version.tgz" \
        "$scratch/packed/stanch-$platform-$version.tgz"
    main_job npx --no-install stanch
    # A signal reaches the program, and the exit code comes back.
    local code=0 pid
    node_modules/.bin/stanch scan --isolated - < <(sleep 20) >"$scratch/out" 2>&1 &
    pid=$!
    sleep 1
    kill -TERM "$pid"
    wait "$pid" || code=$?
    [ "$code" = 143 ] || fail "a signal ends the launcher with $code"
    rm -r node_modules/@stanch
    expect 2 npx --no-install stanch --version
    grep -q 'set STANCH_BINARY' "$scratch/out" || fail "the launcher does not say what is missing"
    STANCH_BINARY=$stanch main_job npx --no-install stanch
    cd "$scratch"
}

# What `cargo publish` would send.
crate() {
    (cd "$home" && cargo package --list --allow-dirty 2>"$scratch/out") >"$scratch/list" || fail "cargo package --list"
    ! grep -vE '^(src/.+\.(rs|bin|txt|js|css|html|json|svg|jinja|toml)|rules/[^/]+\.toml|rules/README\.md|rules/words/[^/]+\.txt|benches/[^/]+\.rs|docs/[^/]+\.md|schema/[^/]+\.json|Cargo\.(toml|toml\.orig|lock)|build\.rs|(README|DESIGN|CHANGELOG)\.md|LICENSE-(APACHE|MIT)|\.cargo_vcs_info\.json)$' "$scratch/list" ||
        fail "the crate holds what it should not"
    python3 - "$home" "$scratch/list" <<'END' || fail "the crate lacks what its source includes"
import os, re, sys
home, held = sys.argv[1], set(open(sys.argv[2]).read().split("\n"))
missing = 0
for name in sorted(n for n in held if n.endswith(".rs")):
    for found in re.finditer(r'include_(?:str|bytes)!\(\s*"([^"]+)"\s*\)', open(os.path.join(home, name)).read()):
        wanted = os.path.normpath(os.path.join(os.path.dirname(name), found.group(1)))
        if wanted not in held:
            print(f"{name} includes {wanted}")
            missing = 1
rules = {f"rules/{n}" for n in os.listdir(os.path.join(home, "rules")) if n.endswith(".toml")}
for name in sorted(rules - held):
    print(f"{name} is not in the list")
    missing = 1
sys.exit(missing)
END
    if (cd "$home" && cargo package --no-verify --allow-dirty --locked --target-dir "$scratch/crate") >"$scratch/out" 2>&1; then
        local size
        size=$(stat -c %s "$scratch/crate/package/stanch-$version.crate")
        echo "crate: $(wc -l <"$scratch/list") files, $size bytes"
        # Registries take ten megabytes.
        [ "$size" -lt 5000000 ] || fail "the crate has 5 MB or more"
    else
        skip "cargo package needs its registry: $(tail -n 1 "$scratch/out")"
    fi
}

# The program for the empty image: static, and alone in an empty root.
static_program() {
    local program=${STANCH_STATIC:-}
    [ -n "$program" ] || { skip "no static program was given in STANCH_STATIC"; return; }
    ! readelf --program-headers "$program" | grep -q INTERP || fail "the static program wants an interpreter"
    ! readelf --dynamic "$program" | grep -q NEEDED || fail "the static program wants libraries"
    mkdir -p "$scratch/root/usr/bin" "$scratch/root/src"
    cp "$program" "$scratch/root/usr/bin/stanch"
    cp "$scratch/leak/deploy.sh" "$scratch/root/src"
    [ "$(id -u)" = 0 ] || { skip "an empty root needs root"; return; }
    expect 1 chroot "$scratch/root" /usr/bin/stanch scan --isolated /src
    grep -q 'deploy.sh:1:22' "$scratch/out" || fail "the static program does not find the secret"
}

image() {
    local file=$home/packaging/docker/Dockerfile
    grep -q '^FROM scratch$' "$file" && grep -q '^USER [0-9]' "$file" || fail "the image is not empty, or root's"
    if has docker && docker info >/dev/null 2>&1; then
        expect 0 docker build -q -f "$file" -t stanch-test "$home"
        expect 1 docker run --rm -v "$scratch/leak:/src:ro" stanch-test scan --isolated .
        docker rmi -f stanch-test >/dev/null
    else
        skip "no docker daemon, the image was not built"
    fi
}

debian() {
    has cargo-deb || { skip "there is no cargo-deb"; return; }
    has dpkg-deb || { skip "there is no dpkg-deb"; return; }
    expect 0 env CARGO_TARGET_DIR="$scratch/deb" STANCH="$stanch" "$home/packaging/deb/build.sh" --output "$scratch/stanch.deb"
    expect 0 dpkg-deb --contents "$scratch/stanch.deb"
    for name in bin/stanch share/bash-completion/completions/stanch share/zsh/vendor-completions/_stanch \
        share/fish/vendor_completions.d/stanch.fish share/doc/stanch/copyright; do
        grep -q " ./usr/$name\$" "$scratch/out" || fail "the Debian package lacks $name"
    done
    expect 0 dpkg-deb --extract "$scratch/stanch.deb" "$scratch/debian"
    main_job "$scratch/debian/usr/bin/stanch"
    echo "debian: $(stat -c %s "$scratch/stanch.deb") bytes"
}

# What somebody new does, from the clone to the word for what is harmless.
newcomer() { "$home/benches/newcomer.sh" "$stanch" || fail "the way of somebody new"; }

pictures() {
    expect 0 "$home/packaging/pictures/terminal.py" "$stanch" --check
}

has git && has python3 || { echo "skipped: git and python3 are needed"; exit 2; }
stanch=${STANCH:-}
if [ -z "$stanch" ]; then
    cargo build --quiet --release --locked --manifest-path "$home/Cargo.toml"
    stanch=${CARGO_TARGET_DIR:-$home/target}/release/stanch
fi
stanch=$(realpath "$stanch")

# Nothing of whoever runs this has a say, and nothing of theirs is changed.
export GIT_CONFIG_GLOBAL=$scratch/gitconfig GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.com
git config --file "$GIT_CONFIG_GLOBAL" init.defaultBranch main
mkdir "$scratch/bin" "$scratch/leak" "$scratch/clean"
cp "$stanch" "$scratch/bin/stanch"
export PATH=$scratch/bin:$PATH
secret=$(token)
printf 'export GITHUB_TOKEN="%s"\n' "$secret" >"$scratch/leak/deploy.sh"
echo "nothing to see" >"$scratch/clean/a.txt"

parts=("$@")
[ $# -gt 0 ] || parts=(validators pictures newcomer action server wheel npm_packages crate static_program image debian)
for part in "${parts[@]}"; do
    echo "-- $part"
    "$part"
    rm -f "$scratch/out"
done
[ "$skipped" = 0 ] || exit 2
echo "packages: all is well"
