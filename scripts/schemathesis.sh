#!/usr/bin/env bash
# Holds a real server against docs/openapi.json: no answer is a fault of ours, and none differs from the document in its
# status, type, headers or body. Installs Schemathesis by itself.
#   scripts/schemathesis.sh BINARY            a few cases an operation, about a minute
#   scripts/schemathesis.sh BINARY SECONDS    as many as fit into so long, with another seed each time
set -euo pipefail
binary="$(realpath "$1")"
seconds="${2:-}"
root="$(cd "$(dirname "$0")/.." && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/authms/schemathesis"
requirements="$root/scripts/schemathesis/requirements.txt"
work="$(mktemp -d)"

trap 'kill "${server:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

venv="$cache/venv-$(sha256sum "$requirements" | cut -c1-16)"
if [ ! -e "$venv/ready" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  timeout 300 "$venv/bin/pip" install --quiet --require-hashes -r "$requirements"
  touch "$venv/ready"
fi

port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
export AUTHMS_DATA__DIR="$work/data" AUTHMS_SERVER__LISTEN="127.0.0.1:$port" AUTHMS_LIMITS__EXEMPT=127.0.0.0/8
# Limits out of the way, hashing as cheap as it may be.
for limit in ACCOUNT CLIENT TICKET MINTER MINTER_PERSON CODES; do export "AUTHMS_LIMITS__${limit}__QUOTA=10000000"; done
export AUTHMS_PASSWORDS__MEMORY_KIB=7168 AUTHMS_PASSWORDS__ITERATIONS=5 AUTHMS_LOG__FORMAT=text
"$binary" serve >"$work/serve.log" 2>&1 &
server=$!
for _ in $(seq 200); do "$binary" healthcheck >/dev/null 2>&1 && break; sleep 0.1; done

# Something of each kind, so that lists have rows.
echo 'correct horse battery staple' >"$work/password"
"$binary" user create --username alice --email alice@example.test --password-stdin <"$work/password" >/dev/null
"$binary" user create --username bob --phone +8613800138042 >/dev/null
"$binary" client create --name shop >/dev/null
"$binary" key create --name shop --scope ticket:mint >/dev/null
own="$("$binary" user get admin --json | grep -oE '(usr|tnt)_[0-9A-Za-z]{22}' | sort -u | tr '\n' ' ')"

# What is left out, and why: `negative_data_rejection`, since members that we do not know are ignored, not refused, as
# the contract has it; `positive_data_acceptance`, since the document cannot say which names are free and which codes
# right; `missing_required_header`, `object_level_authorization` and `ignored_auth`, since the authorization matrix in
# the tests tries every route as every caller, and these know no API keys.
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance
checks+=,response_schema_conformance,unsupported_method,allow_header_conformance,use_after_free
options=(--checks "$checks" --continue-on-failure --no-shrink --generation-database none --no-color --warnings off)
if [ -n "$seconds" ]; then
  options+=(--phases coverage,fuzzing,stateful --max-time "$seconds" --seed "$RANDOM")
else
  options+=(--phases coverage,fuzzing,stateful --max-examples 8 --seed 1)
fi
cd "$work"
PYTHONPATH="$root/scripts/schemathesis" SCHEMATHESIS_HOOKS=hooks CONFORMANCE_BINARY="$binary" CONFORMANCE_OWN="$own" \
  CONFORMANCE_API="http://127.0.0.1:$port" \
  "$venv/bin/schemathesis" run "$root/docs/openapi.json" --url "http://127.0.0.1:$port" "${options[@]}" >st.log 2>&1 || {
  sed -n '/= FAILURES =/,$p;/= ERRORS =/,$p' st.log | head -n 400
  exit 1
}
kill -0 "$server"
if grep -E 'ERROR|panicked' serve.log; then exit 1; fi
sed -n '/Test cases:/,/^Seed/p' st.log
