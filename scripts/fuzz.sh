#!/usr/bin/env bash
# Fuzzes every target for so many seconds each, one after another: scripts/fuzz.sh SECONDS [TARGET...]
# Needs the nightly toolchain, for libFuzzer's coverage. What is found is kept beside the corpus that it should join:
# fuzz/corpus/TARGET/crash-*; the replay in `cargo test` fails until it is mended.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

seconds="${1:?usage: scripts/fuzz.sh SECONDS [TARGET...]}"
shift
targets=("$@")
if [ ${#targets[@]} = 0 ]; then mapfile -t targets < <(ls corpus); fi

cache="${XDG_CACHE_HOME:-$HOME/.cache}/authms/fuzz"
host="$(rustc -vV | sed -n 's/^host: //p')"
# The flags that cargo-fuzz would set. No sanitizer: unsafe code is denied here, and C code would not be instrumented.
coverage=(-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares)
export CARGO_TARGET_DIR="$cache/target"
RUSTFLAGS="--cfg fuzzing ${coverage[*]}" nice -n 19 cargo +nightly build --release --quiet --target "$host"
fuzzer="$CARGO_TARGET_DIR/$host/release/fuzz"

mkdir -p "$cache"
words="$cache/words"
# Names from the documents are worth more than guesses: members, operations, variables.
grep -ohE '"[a-z_]{3,40}"|AUTHMS_[A-Z_]+' ../docs/openapi.json ../docs/operations.md | tr -d '"' | sort -u |
  sed 's/.*/"&"/' >"$words"

found=0
for target in "${targets[@]}"; do
  # What is new goes to the cache: the corpus is only what stays when it is minimised (`scripts/fuzz.sh` does not).
  fresh="$cache/corpus/$target"
  log="$cache/$target.log"
  mkdir -p "$fresh"
  outcome=held
  FUZZ_TARGET="$target" RUST_BACKTRACE=0 nice -n 19 "$fuzzer" "$fresh" "corpus/$target" -max_total_time="$seconds" -timeout=10 \
    -rss_limit_mb=4096 -max_len=4096 -dict="$words" -artifact_prefix="corpus/$target/" -print_final_stats=1 \
    >"$log" 2>&1 || { outcome="FAILED, see $log"; found=1; }
  runs="$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  covered="$(grep -oE 'cov: [0-9]+' "$log" | tail -n 1 | cut -d' ' -f2)"
  printf '%-10s %12s executions, %6s edges, %s\n' "$target" "${runs:-0}" "${covered:-0}" "$outcome"
done
exit "$found"
