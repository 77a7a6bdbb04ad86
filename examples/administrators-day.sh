#!/usr/bin/env bash
# A day of an administrator, by the API alone: an organization is made, people are invited, somebody is promoted, a lost telephone is
# replaced, an account is suspended, and in the evening it is found out who did what, written into a file and verified.
#
#   AEGIS_URL=http://127.0.0.1:8080 AEGISD=build/release/server/aegisd DATA_DIR=.data examples/administrators-day.sh
#
# AEGISD and DATA_DIR are the server's: the first administrator is made at its command line, and without SMTP_HOST its mails are files
# there. Needs curl and oathtool, and leaves people and an organization behind.
set -euo pipefail

url=${AEGIS_URL:-http://127.0.0.1:8080}
aegisd=${AEGISD:?the program of the server}
data=${DATA_DIR:?the data directory of the server}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
password='Blue-Lantern-7719-Orchard'
run=$(date +%s)$RANDOM

say() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'failed: %s\n' "$*" >&2
  cat "$work/answer" >&2 2>/dev/null || true
  exit 1
}

# call STATUS METHOD PATH [BODY] [curl arguments...]: the answer is in $work/answer.
call() {
  local wanted=$1 method=$2 path=$3 body=${4-} status
  shift $(($# < 4 ? $# : 4))
  local arguments=(-sS -X "$method" -o "$work/answer" -w '%{http_code}' "$url$path" "$@")
  [[ -z $body ]] || arguments+=(-H 'Content-Type: application/json' -d "$body")
  status=$(curl "${arguments[@]}")
  [[ $status == "$wanted" ]] || fail "$method $path answered $status instead of $wanted"
}
# member NAME: the first member of the last answer of that name that is text.
member() { grep -oE "\"$1\":\"[^\"]*\"" "$work/answer" | head -n 1 | sed -E 's/^"[^"]*":"(.*)"$/\1/'; }
# as BEARER STATUS METHOD PATH [BODY]: each change has a key, so that it can be repeated after a lost answer.
as() { call "$2" "$3" "$4" "${5-}" -H "Authorization: Bearer $1" -H "Idempotency-Key: day-$run-$RANDOM$RANDOM"; }
# mailed ADDRESS: the token of the newest mail to that address.
mailed() {
  local file
  for _ in $(seq 100); do
    file=$(grep -lsi "^To: .*$1" "$data"/mail/new/* | xargs -r ls -t | head -n 1)
    [[ -z $file ]] || break
    sleep 0.1
  done
  [[ -n $file ]] || fail "no mail to $1"
  sed -e ':join' -e '/=$/{N;s/=\n//;bjoin' -e '}' "$file" | grep -oE '#token=(3D)?[A-Za-z0-9_-]{64}' | head -n 1 | sed -E 's/^#token=(3D)?//'
}
# accept ADDRESS: the person takes the invitation; sets bearer and user.
accept() {
  local token
  token=$(mailed "$1") || exit 1
  call 201 POST /auth/invitations/accept "{\"token\":\"$token\",\"password\":\"$password\"}"
  bearer=$(member accessToken) user=$(member id)
}

say "The first administrator of the platform"
root="root.$run@example.com"
token=$("$aegisd" admin create "$root" | sed -n 's/^setup_token=//p')
call 204 POST /auth/password/reset "{\"token\":\"$token\",\"newPassword\":\"$password\"}"
call 200 POST /auth/login "{\"email\":\"$root\",\"password\":\"$password\"}"
root_bearer=$(member accessToken)

say "Making an organization, whose owner is invited"
ada="ada.$run@example.com"
as "$root_bearer" 201 POST /admin/organizations "{\"name\":\"Analytical Engines\",\"slug\":\"engines-$run\",\"ownerEmail\":\"$ada\"}"
organization=$(member id)
accept "$ada"
ada_bearer=$bearer

say "Inviting two people"
here=/admin/organizations/$organization
for name in grace mallory; do
  as "$ada_bearer" 201 POST "$here/invitations" "{\"email\":\"$name.$run@example.com\",\"roles\":[\"MEMBER\"]}"
  accept "$name.$run@example.com"
  declare "${name}_bearer=$bearer" "${name}_id=$user"
done
# shellcheck disable=SC2154 # set by declare
echo "grace is $grace_id, mallory is $mallory_id"

say "Promoting one of them, to a role of our own"
as "$ada_bearer" 200 PUT "$here/roles/SUPPORT" '{"permissions":["user.read","session.read","session.revoke"]}'
as "$ada_bearer" 200 PUT "$here/members/$grace_id/roles/SUPPORT"
# shellcheck disable=SC2154
call 200 GET /admin/sessions '' -H "Authorization: Bearer $grace_bearer"

say "Resetting the second factor of a lost telephone"
call 200 POST /auth/mfa/enable '' -H "Authorization: Bearer $grace_bearer"
secret=$(member secret)
call 200 POST /auth/mfa/verify "{\"code\":\"$(oathtool --totp -b "$secret")\"}" -H "Authorization: Bearer $grace_bearer"
as "$ada_bearer" 200 POST "/admin/users/$grace_id/mfa-reset" '{"note":"Ticket 4711: the telephone is lost"}'
call 200 POST /auth/login "{\"email\":\"grace.$run@example.com\",\"password\":\"$password\"}"

say "Suspending an account, which ends its access at once"
as "$ada_bearer" 200 POST "/admin/users/$mallory_id/suspend" '{"note":"Ticket 4712: sends out customer data"}'
# shellcheck disable=SC2154
call 401 GET /auth/me '' -H "Authorization: Bearer $mallory_bearer"

say "Finding out who did what"
for _ in $(seq 50); do # an event can be found as soon as its call is answered; the seal follows within a second
  call 200 GET "/admin/events?filter=subject:$mallory_id%20and%20type:UserSuspended" '' -H "Authorization: Bearer $ada_bearer"
  event=$(member id)
  status=$(curl -sS -o "$work/proof" -w '%{http_code}' -H "Authorization: Bearer $ada_bearer" "$url/admin/events/$event/proof")
  [[ $status != 200 ]] || break
  sleep 0.1
done
[[ $status == 200 ]] || fail "the event is not sealed"
echo "event $event is in the signed trail"

say "Exporting the trail and verifying it"
call 200 GET /admin/audit/head '' -H "Authorization: Bearer $ada_bearer"
"$aegisd" audit verify
"$aegisd" audit export "$work/trail.ndjson"
"$aegisd" audit verify --export "$work/trail.ndjson" --key "$(member key)"

say "Done"
