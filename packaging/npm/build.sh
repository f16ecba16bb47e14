#!/usr/bin/env bash
# Makes the folders of the npm packages, ready for `npm pack` and `npm publish`.
#
#   packaging/npm/build.sh FOLDER                       FOLDER/stanch: the launcher
#   packaging/npm/build.sh FOLDER PLATFORM PROGRAM      FOLDER/PLATFORM: one program
#
# PLATFORM is linux-x64, linux-arm64, darwin-x64 or darwin-arm64. Those of Linux hold
# static programs, which run beside any C library.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
home=$(cd "$here/../.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$home/Cargo.toml" | head -n 1)
folder=$1 platform=${2:-}

if [ -z "$platform" ]; then
    out=$folder/stanch
    mkdir -p "$out/bin"
    cp "$here/stanch/package.json" "$out/package.json"
    install -m 755 "$here/stanch/bin/stanch.js" "$out/bin/stanch.js"
    install -m 644 "$home/README.md" "$out/README.md"
else
    out=$folder/$platform
    mkdir -p "$out/bin"
    install -m 755 "$3" "$out/bin/stanch"
    cat >"$out/package.json" <<END
{
  "name": "@stanch/$platform",
  "version": "$version",
  "description": "The program of the package stanch for $platform",
  "license": "MIT OR Apache-2.0",
  "os": ["${platform%-*}"],
  "cpu": ["${platform#*-}"],
  "files": ["bin/stanch", "LICENSE-APACHE", "LICENSE-MIT"],
  "preferUnplugged": true
}
END
fi
install -m 644 "$home/LICENSE-APACHE" "$home/LICENSE-MIT" "$out"
echo "$out"
