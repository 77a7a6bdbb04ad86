#!/usr/bin/env bash
# run-examples.sh AEGISD README: starts the server on a data directory of its own, runs the README's API examples as they
# stand, and looks at their answers and at the events that they left.
set -euo pipefail

aegisd=$1
readme=$2
data=$(mktemp -d /tmp/aegis-readme.XXXXXX)
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

expect() { # expect TEXT in OUTPUT
  if ! grep -qF -- "$1" "$data/output"; then
    echo "the examples did not answer '$1':" >&2
    cat "$data/output" "$data/log" >&2
    exit 1
  fi
}

DATA_DIR=$data/server PORT=0 LOG_FORMAT=json JWT_ISSUER=http://readme.example "$aegisd" run >"$data/log" 2>&1 &
server=$!
url=
for _ in $(seq 300); do
  url=$(sed -nE 's/.*"event":"ready".*"url":"([^"]+)".*/\1/p' "$data/log")
  [[ -n $url ]] && break
  kill -0 "$server" 2>/dev/null || { cat "$data/log" >&2; exit 1; }
  sleep 0.1
done
[[ -n $url ]] || { echo "the server was not ready in 30 s" >&2; cat "$data/log" >&2; exit 1; }

# The first block of shell under the heading of the examples.
# shellcheck disable=SC2016 # the backquotes are Markdown's
sed -n '/^## The API by example/,/^## Conf/p' "$readme" | sed -n '/^```sh/,/^```/{/^```/d;p};/^A refusal/q' >"$data/examples.sh"
grep -q 'auth/logout' "$data/examples.sh"
AEGIS_URL=$url bash -euo pipefail "$data/examples.sh" >"$data/output" 2>&1

expect '"slug":"flow-matic"'
expect '"roles":["ORGANIZATION_OWNER"]'
expect 'X-Auth-Roles: ORGANIZATION_OWNER'
if [[ $(grep -c '^HTTP/1.1 204' "$data/output") != 2 ]]; then
  cat "$data/output" >&2
  exit 1
fi

psql -h "$data/server/postgres/run" -U aegis_admin aegis -Atc 'select type from aegis.event order by id' >"$data/output"
for event in UserCreated OrganizationCreated UserRoleCreated OrganizationSignupCompleted AuthSessionCreated UserLoggedIn TokenRefreshed UserLogout; do
  expect "$event"
done
echo "the README's examples work"
