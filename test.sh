#!/usr/bin/env bash
# Every check of this repository, in the order in which they are likely to fail. Installs what is missing by itself.
# Needs: a Rust toolchain, a C compiler and make, curl, Python 3 with venv; PostgreSQL's programs, which it installs where it can
# (Debian's package, as root). Without them: AUTHMS_TEST_POSTGRES_REQUIRED= ./test.sh, which says what did not run.
#   ./test.sh          everything
#   ./test.sh quick    format, clippy and the tests, without cargo-deny, what the documents show and the proof runs
set -euo pipefail
cd "$(dirname "$0")"

cache="${XDG_CACHE_HOME:-$HOME/.cache}/authms"
# CI clones anew each time: keep what was built outside of the clone.
if [ -n "${CI:-}" ]; then export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/ci-target}"; fi
target="${CARGO_TARGET_DIR:-target}"
step() { printf '\n== %s\n' "$*"; }

step "PostgreSQL for the tests, which run servers of their own"
scripts/postgres.sh
# For the tests alone: the program refuses variables that it does not know.
postgres_required="${AUTHMS_TEST_POSTGRES_REQUIRED-1}"
unset AUTHMS_TEST_POSTGRES_REQUIRED

step "format"
cargo fmt --all -- --check

step "clippy"
cargo clippy --workspace --all-targets --locked -- -D warnings

step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

step "tests: unit, property, contract, API, CLI, OpenAPI diff, authorization matrix"
report="$(mktemp)"
trap 'rm -f "$report"' EXIT
passed=0
tested() {
  env ${postgres_required:+AUTHMS_TEST_POSTGRES_REQUIRED=1} "$@" 2>&1 | tee "$report"
  passed="$((passed + $(awk '/^test result: ok/ { n += $4 } END { print n + 0 }' "$report")))"
}
tested cargo test --workspace --locked

if [ "${1:-}" = quick ]; then
  printf '\n%s passed, 0 failed\n' "$passed"
  exit 0
fi

step "tests: the API once more, on PostgreSQL"
if [ -n "$postgres_required" ]; then
  tested env AUTHMS_TEST_STORE=postgres cargo test -p authms-server --test suite --locked -- api::
else
  echo "this did not run: AUTHMS_TEST_POSTGRES_REQUIRED is empty"
fi

step "licences, bans, sources"
if ! cargo deny --version >/dev/null 2>&1; then
  CARGO_TARGET_DIR="$cache/tools-target" cargo install --locked --quiet cargo-deny@0.20.2
  rm -rf "$cache/tools-target"
fi
cargo deny --locked check bans licenses sources

step "build for release"
cargo build --release --locked --workspace
scripts/budget.sh "$target/release/authms"

step "the README's walk, as written"
scripts/walk.sh "$target/release/authms"

step "docs/integrate.md and its examples"
scripts/integrate.sh "$target/release/authms"

step "a real server against docs/openapi.json"
scripts/schemathesis.sh "$target/release/authms"

step "proof, short runs"
"$target/release/proof" race --binary "$target/release/authms" --tickets 100 --redeemers 64
"$target/release/proof" race --binary "$target/release/authms" --tickets 20 --redeemers 64 --idempotency-key same
"$target/release/proof" race --binary "$target/release/authms" --tickets 20 --redeemers 64 --refresh
"$target/release/proof" torture --binary "$target/release/authms" --faults 12 --seed 1
"$target/release/proof" torture --lossy --faults 10 --seed 2
if [ -n "$postgres_required" ]; then
  "$target/release/proof" torture --store postgres --binary "$target/release/authms" --faults 9 --seed 1 --seconds 60
fi

step "proof, servers that are wrong on purpose must be found out"
found_out() {
  # 1: something was found; 2 and above: the experiment itself failed.
  local status=0
  "$target/release/proof" "$@" >/dev/null 2>&1 || status=$?
  if [ "$status" -ne 1 ]; then echo "not found out ($status): proof $*"; exit 1; fi
}
found_out race --binary "$target/release/authms" --tickets 5 --redeemers 16 --mutant no-ticket-guard
found_out race --binary "$target/release/authms" --tickets 5 --redeemers 16 --refresh --mutant no-family-guard
found_out torture --lossy --kinds kill-node --kills 5 --seed 9 --mutant sync-off
found_out torture --lossy --kinds kill-node --kills 5 --seed 9 --mutant early-answer

step "all checks passed"
printf '\n%s passed, 0 failed\n' "$passed"
