#!/usr/bin/env bash
# What a newcomer's first build may cost: the size of the binary and the number of crates in it.
set -euo pipefail
binary="$1"
megabytes=$(($(stat -c %s "$binary") / 1000000))
crates=$(cargo tree --locked -p authms-server -e normal,build --prefix none --no-dedupe | sed 's/ (.*//' | sort -u | wc -l)
echo "binary: $megabytes MB (at most 39, of which 8 are the country database); crates: $crates (at most 220)"
[ "$megabytes" -le 39 ] && [ "$crates" -le 220 ]
