#!/usr/bin/env bash
# Proves that `./dev run` does what the README says of it: it builds a release, the server becomes ready, the printed curl
# line signs up an organization, and Ctrl-C ends everything with exit code 0.
#
#   tests/bare/prove-run.sh [STATUS [SECONDS]]
#
# STATUS is what the sign-up answers (201; 409 when the data directory knows it already), SECONDS how long it may take to be
# ready (1800: the first time it compiles). PORT and DATA_DIR are those of the server; without them, a port of its own choice
# and a directory that goes with this script.
set -euo pipefail
cd "$(dirname "$0")/../.."

expected=${1-201} patience=${2-1800} since=$SECONDS
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/aegis-run.XXXXXX")
chmod 711 "$scratch" # the account of PostgreSQL passes through
export PORT=${PORT-$((20000 + RANDOM % 20000))} DATA_DIR=${DATA_DIR-$scratch/data}
log=$scratch/log
run=''

clean_up() {
  if [[ -n $run ]]; then
    kill -TERM -- "-$run" 2>/dev/null || true
    wait "$run" || true
  fi
  rm -rf "$scratch"
}
trap clean_up EXIT

say() { printf '== %s\n' "$*"; }
fail() {
  tail -n 40 "$log" >&2
  printf '== FAILED: %s\n' "$*" >&2
  exit 1
}

: >"$log"
setsid env --default-signal=INT,QUIT ./dev run </dev/null >"$log" 2>&1 & # a group of its own, as a terminal gives it
run=$!
until grep -q 'Aegis is ready' "$log" && grep -q '^ *Stop ' "$log"; do
  kill -0 "$run" 2>/dev/null || fail './dev run ended by itself'
  ((SECONDS - since < patience)) || fail "./dev run was not ready after $patience s"
  sleep 0.2
done
say "./dev run: ready after $((SECONDS - since)) s"

line=$(grep -m 1 '^curl ' "$log") || fail './dev run printed no curl line'
code=$(bash -c "$line --noproxy '*' -o '$scratch/answer' -w '%{http_code}'") || fail 'the printed curl line'
[[ $code == "$expected" ]] || fail "the sign-up answered $code instead of $expected: $(cat "$scratch/answer")"
say "the printed curl line: $code"

kill -INT -- "-$run"
wait "$run" || fail "./dev run ended with exit code $? after Ctrl-C"
run=''
! (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null || fail 'the server still listens after Ctrl-C'
say 'Ctrl-C: exit code 0, the server is gone'
