#!/usr/bin/env bash
# Installs PostgreSQL's programs for the tests, where there are none and it can: Debian's package, as root.
set -euo pipefail

if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
  || [ -n "${AUTHMS_TEST_POSTGRES_BIN:-}" ]; then
  exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "PostgreSQL is not here and cannot be installed: its tests will not run"
  exit 0
fi
# The package would otherwise make a cluster of its own, and start it.
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
  mkdir -p /etc/postgresql-common
  echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql
