#!/usr/bin/env bash
# Runs docs/integrate.md: its calls as written, then its examples, driven as a browser would, against a real authms.
# As root on Debian it installs what is missing. What cannot be had is told as NOT RUN; in CI that is a failure.
set -euo pipefail
binary="$(realpath "$1")"
root="$(cd "$(dirname "$0")/.." && pwd)"
examples="$root/examples/integrate"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/authms/integrate"
work="$(mktemp -d)"
languages=()
skipped=""

trap 'rm -rf "$work"' EXIT
mkdir -p "$cache"

not_run() { echo "NOT RUN: $1: $2"; skipped="$skipped $1"; }

# Installs Debian packages, if that is possible here.
debian() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then return 1; fi
  if [ ! -e "$work/updated" ]; then timeout 120 apt-get update -qq >"$work/apt.log" 2>&1 && touch "$work/updated"; fi
  DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y -qq --no-install-recommends "$@" >"$work/apt.log" 2>&1 ||
    { tail -n 5 "$work/apt.log" >&2; return 1; }
}

with_python() {
  local wanted venv
  wanted="$(sha256sum "$examples/python/requirements.txt" | cut -c1-16)"
  venv="$cache/venv-$wanted"
  if [ ! -e "$venv/ready" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv" 2>/dev/null || { debian python3-venv && python3 -m venv "$venv"; } || return 1
    timeout 300 "$venv/bin/pip" install --quiet --require-hashes -r "$examples/python/requirements.txt" || return 1
    touch "$venv/ready"
  fi
  python="$venv/bin/python"
  languages+=("python=$python $examples/python/app.py")
}

with_node() {
  command -v npm >/dev/null || debian nodejs npm || return 1
  cp -r "$examples/node" "$work/node"
  rm -rf "$work/node/node_modules"
  (cd "$work/node" && timeout 300 npm ci --silent --no-audit --no-fund --prefer-offline --cache "$cache/npm") || return 1
  languages+=("node=node $work/node/app.mjs")
}

with_go() {
  # Debian's package of the library stands in for the module that go.mod pins.
  local library=/usr/share/gocode/src/github.com/golang-jwt/jwt
  if ! command -v go >/dev/null || [ ! -d "$library" ]; then
    debian golang-go golang-github-golang-jwt-jwt-dev || return 1
  fi
  cp -r "$examples/go" "$work/go"
  (
    cd "$work/go"
    export GOCACHE="$cache/go" GOPROXY=off GOFLAGS=-mod=mod GOTOOLCHAIN=local
    go mod edit -replace "github.com/golang-jwt/jwt/v4=$library" && timeout 300 go build -o app .
  ) || return 1
  languages+=("go=$work/go/app")
}

with_java() {
  local jar jars="" http=google-http-client
  command -v javac >/dev/null || debian default-jdk-headless || return 1
  [ -e /usr/share/java/google-oauth-client.jar ] || debian libgoogle-oauth-client-java || return 1
  for jar in google-oauth-client $http $http-gson gson guava opencensus-api opencensus-contrib-http-util; do
    jars="$jars/usr/share/java/$jar.jar:"
  done
  javac -Werror -cp "$jars" -d "$work/java" "$examples"/java/*.java || return 1
  languages+=("java=java -cp $jars$work/java App")
}

with_python || { not_run "everything" "needs Python 3 with venv, and PyJWT from PyPI"; exit 1; }
with_node || not_run node "needs Node 18 with npm, and jose from npm"
with_go || not_run go "needs Debian's golang-go and golang-github-golang-jwt-jwt-dev"
with_java || not_run java "needs Debian's default-jdk-headless and libgoogle-oauth-client-java"

timeout 400 "$python" "$root/scripts/integrate/drive.py" "$binary" "$examples" "${languages[@]}"
if [ -n "${CI:-}" ] && [ -n "$skipped" ]; then exit 1; fi
