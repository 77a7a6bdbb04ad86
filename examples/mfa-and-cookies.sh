#!/usr/bin/env bash
# Second factors and cookies with real clients: curl as browser and app, oathtool as the authenticator, and otplib and speakeasy
# from npm where there is node (NPM=off leaves them out).
#
#   AEGIS_URL=http://127.0.0.1:8080 examples/mfa-and-cookies.sh
#
# It makes accounts of its own on the server. Needs curl and oathtool; zbarimg, where it is, reads the QR code.
set -euo pipefail

url=${AEGIS_URL:-http://127.0.0.1:8080}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
password='Blue-Lantern-7719-Orchard'

say() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'failed: %s\n' "$*" >&2
  cat "$work/answer" >&2 2>/dev/null || true
  exit 1
}

# call STATUS METHOD PATH [BODY] [curl arguments...]: the answer is in $work/answer, its header fields in $work/fields.
call() {
  local wanted=$1 method=$2 path=$3 body=${4-} status
  shift $(($# < 4 ? $# : 4))
  local arguments=(-sS -X "$method" -o "$work/answer" -D "$work/fields" -w '%{http_code}' "$url$path" "$@")
  [[ -z $body ]] || arguments+=(-H 'Content-Type: application/json' -d "$body")
  status=$(curl "${arguments[@]}")
  [[ $status == "$wanted" ]] || fail "$method $path answered $status instead of $wanted"
}

# member NAME: a member of the last answer that is text.
member() { sed -nE "s/.*\"$1\":\"([^\"]*)\".*/\1/p" "$work/answer"; }
# backup_code N: the Nth of the codes in the last answer.
backup_code() { sed -nE 's/.*"backupCodes":\[([^]]*)\].*/\1/p' "$work/codes" | tr -d '"' | cut -d, -f"$1"; }
# code SECRET [SECONDS]: what the app shows, now or so much later. A code works once, and those of the next half minute count too.
code() { oathtool --totp -b "$1" -N "@$(($(date +%s) + ${2-0}))"; }
claims() { # of the token in $1
  local part=${1#*.}
  part=${part%%.*}
  while ((${#part} % 4)); do part+='='; done
  printf '%s' "$part" | tr '_-' '/+' | base64 -d
}

# register: a new person; sets email and bearer.
register() {
  email="ada.$RANDOM$RANDOM.$(date +%s%N)@example.com"
  call 201 POST /auth/register "{\"email\":\"$email\",\"password\":\"$password\"}"
  bearer=$(member accessToken)
}
# log_in [curl arguments...]: the first half, which asks for the second factor; sets mfa_token.
log_in() {
  call 200 POST /auth/login "{\"email\":\"$email\",\"password\":\"$password\"}" "$@"
  grep -q '"mfaRequired":true' "$work/answer" || fail "the login did not ask for the second factor"
  mfa_token=$(member mfaToken)
}
# enrol COMMAND...: sets a second factor up, confirmed by the code that the command prints when it is given the secret.
enrol() {
  call 200 POST /auth/mfa/enable '' -H "Authorization: Bearer $bearer"
  secret=$(member secret)
  cp "$work/answer" "$work/enrolment"
  call 200 POST /auth/mfa/verify "{\"code\":\"$("$@" "$secret")\"}" -H "Authorization: Bearer $bearer"
  cp "$work/answer" "$work/codes"
}

say "Setting up an authenticator app"
register
enrol code
if command -v zbarimg >/dev/null; then
  sed -nE 's/.*"qrCode":"data:image\/png;base64,([^"]*)".*/\1/p' "$work/enrolment" | base64 -d >"$work/qr.png"
  [[ $(zbarimg --raw -q "$work/qr.png") == "$(sed -nE 's/.*"otpauthUri":"([^"]*)".*/\1/p' "$work/enrolment")" ]] || fail "the QR code says something else"
  echo "zbarimg reads the QR code"
fi
echo "backup codes: $(backup_code 1), $(backup_code 2), ..."

say "Logging in with a code"
log_in
shown=$(code "$secret" 30)
call 200 POST /auth/mfa/challenge "{\"mfaToken\":\"$mfa_token\",\"code\":\"$shown\"}"
claims "$(member accessToken)" | grep -q '"amr":\["pwd","otp"\]' || fail "the token does not say how"
echo "the access token says: amr pwd, otp"

say "The same code again"
log_in
call 403 POST /auth/mfa/challenge "{\"mfaToken\":\"$mfa_token\",\"code\":\"$shown\"}"
echo "refused: $(member code)"

say "Logging in with a backup code, once"
call 200 POST /auth/mfa/challenge "{\"mfaToken\":\"$mfa_token\",\"backupCode\":\"$(backup_code 1)\"}"
log_in
call 403 POST /auth/mfa/challenge "{\"mfaToken\":\"$mfa_token\",\"backupCode\":\"$(backup_code 1)\"}"
echo "taken, and then refused: $(member code)"

say "Logging in with cookies"
jar=(-b "$work/jar" -c "$work/jar" -H "Origin: $url")
log_in "${jar[@]}" -H 'X-Token-Delivery: cookie'
call 200 POST /auth/mfa/challenge "{\"mfaToken\":\"$mfa_token\",\"backupCode\":\"$(backup_code 2)\"}" "${jar[@]}" -H 'X-Token-Delivery: cookie'
grep -q accessToken "$work/answer" && fail "there is a token in the body"
csrf=$(sed -nE 's/^x-csrf-token: *([^[:space:]]+).*/\1/Ip' "$work/fields")
grep -i '^set-cookie' "$work/fields" | sed -E 's/=[^;]+/=.../'

say "Reading with the cookie, and writing with the cookie and the CSRF token"
call 200 GET /auth/me '' "${jar[@]}"
call 200 GET /auth/sessions '' "${jar[@]}"
call 403 POST /auth/logout '' -b "$work/jar"
echo "without an Origin: $(member code)"
call 403 POST /auth/logout '' -b "$work/jar" -H 'Origin: https://evil.example' -H "X-CSRF-Token: $csrf"
echo "from another page: $(member code)"
call 403 POST /auth/logout '' "${jar[@]}"
echo "without the CSRF token: $(member code)"
call 200 POST /auth/refresh '' "${jar[@]}" -H "X-CSRF-Token: $csrf" -H 'X-Token-Delivery: cookie'
call 204 POST /auth/logout '' "${jar[@]}" -H "X-CSRF-Token: $csrf"
call 401 GET /auth/me '' "${jar[@]}"
echo "with both: refreshed and logged out"

# The libraries that most Node servers and apps use, in their published forms.
if [[ ${NPM-on} != off ]] && command -v node >/dev/null && command -v npm >/dev/null; then
  say "otplib and speakeasy"
  npm install --silent --no-audit --no-fund --prefix "$work/npm" otplib@12 speakeasy@2 >/dev/null
  otplib_code() { NODE_PATH="$work/npm/node_modules" node -e 'console.log(require("otplib").authenticator.generate(process.argv[1]))' "$1"; }
  speakeasy_code() {
    NODE_PATH="$work/npm/node_modules" node -e 'console.log(require("speakeasy").totp({secret: process.argv[1], encoding: "base32"}))' "$1"
  }
  for library in otplib speakeasy; do
    register
    enrol "${library}_code"
    echo "$library: confirmed"
  done
fi

say "All of it works."
