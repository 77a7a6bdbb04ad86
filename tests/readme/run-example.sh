#!/usr/bin/env bash
# run-example.sh AEGISD SCRIPT: starts the server on a data directory of its own and runs a script of examples/ against it.
set -euo pipefail

aegisd=$1
script=$2
data=$(mktemp -d /tmp/aegis-example.XXXXXX)
chmod 755 "$data"
server=

stop() {
  if [[ -n $server ]]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" || true
  fi
  rm -rf "$data"
}
trap stop EXIT

DATA_DIR=$data/server PORT=0 LOG_FORMAT=json JWT_ISSUER=http://example.example "$aegisd" run >"$data/log" 2>&1 &
server=$!
url=
for _ in $(seq 300); do
  url=$(sed -nE 's/.*"event":"ready".*"url":"([^"]+)".*/\1/p' "$data/log")
  [[ -n $url ]] && break
  kill -0 "$server" 2>/dev/null || { cat "$data/log" >&2; exit 1; }
  sleep 0.1
done
[[ -n $url ]] || { echo "the server was not ready in 30 s" >&2; cat "$data/log" >&2; exit 1; }

# The registry of npm is no part of the tests.
if ! NPM=off AEGIS_URL=$url AEGISD=$aegisd DATA_DIR=$data/server bash "$script"; then
  cat "$data/log" >&2
  exit 1
fi
