#!/bin/sh
# Fuzzes one target on the stable toolchain:  fuzz/run.sh TARGET [SECONDS] [libFuzzer options]
#
# Coverage comes from stable code generation flags, so neither nightly nor
# cargo-fuzz is needed; a C++ compiler is, for libFuzzer itself. New inputs go
# to fuzz/grown/TARGET (not committed), finds to fuzz/artifacts/TARGET. A find
# that is fixed belongs into fuzz/corpus/TARGET, without any whole secret.
set -eu
cd "$(dirname "$0")"
target=${1:?usage: fuzz/run.sh TARGET [SECONDS], TARGET is the name of a file in fuzz/targets}
seconds=${2:-60}
shift
[ $# -eq 0 ] || shift
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
 -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1"
export RUSTFLAGS
cargo build --release --target "$host" --bin "$target"
dict=dictionaries/$target.dict
[ -f "$dict" ] || dict=
mkdir -p "grown/$target" "artifacts/$target"
exec "${CARGO_TARGET_DIR:-target}/$host/release/$target" -max_total_time="$seconds" \
  -artifact_prefix="artifacts/$target/" ${dict:+-dict="$dict"} -max_len="${max:-4098}" -timeout=25 -rss_limit_mb=3000 "$@" "grown/$target" "corpus/$target"
