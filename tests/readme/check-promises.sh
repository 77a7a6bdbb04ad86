#!/usr/bin/env bash
# check-promises.sh AEGISD SECURITY.md TESTS: every test that the document names is there, and every default is the program's.
set -euo pipefail

aegisd=$1
document=$2
tests=$3
wrong=0

complain() {
  echo "$document: $1" >&2
  wrong=1
}

# shellcheck disable=SC2016 # the backquotes are Markdown's
named() { grep -oE '`('"$1"')`' "$document" | tr -d '`' | sort -u; }

while read -r name; do
  [[ -n $(find "$tests" -name "$name.cpp") ]] || complain "there is no test $name"
done < <(named 'Test[A-Za-z0-9]+')

settings=$("$aegisd" --help-config)
count=0
while IFS='=' read -r name value; do
  count=$((count + 1))
  grep -qE "^ +$name +default: ${value//./\\.}\$" <<<"$settings" || complain "$name does not default to $value"
done < <(named '[A-Z][A-Z0-9_]+=[^`]+')
[[ $count -ge 20 ]] || complain "no defaults were found"

exit "$wrong"
