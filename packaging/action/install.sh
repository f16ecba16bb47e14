#!/usr/bin/env bash
# Puts stanch on the PATH of a GitHub Actions job; the first step of action.yml.
#
# Reads INPUT_VERSION, ACTION_REPOSITORY and the runner's own variables, writes to
# $GITHUB_PATH. STANCH_RELEASES takes the place of the URL of the releases.
set -euo pipefail

fail() { echo "::error title=stanch::$1"; exit 2; }

action=$(cd "$(dirname "$0")/../.." && pwd)
version=${INPUT_VERSION:-}
releases=${STANCH_RELEASES:-}
if [ -z "$releases" ] && [ -n "${ACTION_REPOSITORY:-}" ]; then
    releases=${GITHUB_SERVER_URL:?}/$ACTION_REPOSITORY/releases/download
fi
if [ -z "$version" ]; then
    version=source
    # The first `version` of the manifest is the package's own.
    [ -z "$releases" ] || version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$action/Cargo.toml" | head -n 1)
fi

# Which of the two programs for Linux: the one for glibc is much faster and was built with
# version 2.35, the static one runs everywhere.
libc() {
    local version
    version=$(getconf GNU_LIBC_VERSION 2>/dev/null) || version=
    if [ -n "$version" ] && printf '2.35\n%s\n' "${version#* }" | sort -V -C; then echo gnu; else echo musl; fi
}

# The name of the packages' target for this runner.
target() {
    case ${RUNNER_OS:?}-${RUNNER_ARCH:?} in
        Linux-X64) echo "x86_64-unknown-linux-$(libc)" ;;
        Linux-ARM64) echo "aarch64-unknown-linux-$(libc)" ;;
        macOS-X64) echo x86_64-apple-darwin ;;
        macOS-ARM64) echo aarch64-apple-darwin ;;
        *) fail "there is no package for $RUNNER_OS on $RUNNER_ARCH; compile it with version: source" ;;
    esac
}

from_release() {
    local home=${RUNNER_TEMP:?}/stanch-$version archive
    archive=stanch-$(target).tar.gz
    mkdir -p "$home"
    cd "$home"
    for file in "$archive" SHA256SUMS; do
        curl --fail --silent --show-error --location --proto '=https,file' --proto-redir '=https' \
            --retry 3 --output "$file" "$releases/v$version/$file" || fail "$file of version $version was not found"
    done
    # Only the line of this archive, and it must be there.
    grep -E "^[0-9a-f]{64}  $archive\$" SHA256SUMS >sum || fail "SHA256SUMS does not name $archive"
    if command -v sha256sum >/dev/null; then sha256sum --check --quiet sum; else shasum -a 256 --check --quiet sum; fi ||
        fail "$archive is damaged"
    tar -xzf "$archive" stanch
    echo "$home" >>"${GITHUB_PATH:?}"
    "$home/stanch" --version
}

case $version in
    installed)
        command -v stanch >/dev/null || fail "version: installed, but there is no stanch on PATH"
        stanch --version
        ;;
    source)
        command -v cargo >/dev/null || fail "version: source needs cargo"
        cargo install --locked --quiet --path "$action" --root "${RUNNER_TEMP:?}/stanch"
        echo "$RUNNER_TEMP/stanch/bin" >>"${GITHUB_PATH:?}"
        "$RUNNER_TEMP/stanch/bin/stanch" --version
        ;;
    *)
        # A version becomes part of a URL and of a path.
        [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] ||
            fail "version must be a number such as 0.1.0, source, or installed"
        [ -n "$releases" ] || fail "it is not known where releases are; use version: source or installed"
        from_release
        ;;
esac
