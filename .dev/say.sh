# shellcheck shell=bash
# How ./dev speaks: one line a step, and on failure what failed and how to mend it.

if [[ -t 1 ]]; then
  bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m' wipe=$'\r\e[K'
else
  bold='' red='' plain='' wipe=''
fi

say() { printf '%s%s%s\n' "$bold" "$*" "$plain"; }

# fail WHAT [HOW TO MEND IT...]: ends the command; each further argument is a line.
fail() {
  printf '%s%s%s\n' "$red" "$1" "$plain" >&2
  shift
  (($# == 0)) || printf '  %s\n' "$@" >&2
  exit 1
}

# Runs a command with its output in a log file. A terminal sees the latest line of it, and a failure shows the end of it.
quietly() {
  local log=$1 line status
  shift
  mkdir -p "${log%/*}"
  if [[ -t 1 ]]; then
    "$@" 2>&1 | tee "$log" | while IFS= read -r line; do
      printf '%s  %s' "$wipe" "${line:0:$((${COLUMNS:-80} - 3))}"
    done
    status=${PIPESTATUS[0]}
    printf '%s' "$wipe"
  else
    "$@" >"$log" 2>&1
    status=$?
  fi
  ((status == 0)) || tail -n 25 "$log" >&2
  return "$status"
}
