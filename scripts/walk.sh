#!/usr/bin/env bash
# Runs the README's 60-second walk as it is written there: the shell blocks between the markers, one after another, in
# an empty directory. Only the way in which the server is started differs: the binary that was built already.
set -euo pipefail
binary="$(realpath "$1")"
root="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"

trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

mkdir "$work/bin"
ln -s "$binary" "$work/bin/authms"
export PATH="$work/bin:$PATH"
cd "$work"

authms serve >serve.out 2>serve.err &
server=$!
for _ in $(seq 100); do authms healthcheck 2>/dev/null && break; sleep 0.1; done

sed -n '/<!-- walk -->/,/<!-- end of walk -->/p' "$root/README.md" |
  sed -n '/^```sh$/,/^```$/{/^```/d;p}' |
  grep -v '^cargo run --release -- serve' >walk.sh
bash -euo pipefail walk.sh | tee walk.out
grep -q '"username":"admin"' walk.out
grep -q '"username":"alice"' walk.out
grep -q '^alice is signed in' walk.out
if grep -q 'tkt_' serve.out serve.err; then echo 'a ticket reached the log' >&2; exit 1; fi
kill -TERM "$server"
wait "$server"
echo "the walk works as written"
