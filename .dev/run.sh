# shellcheck shell=bash
# Builds a release, starts the server on its own PostgreSQL, says where everything is, and stops all of it on Ctrl-C.

# setting NAME DEFAULT [arguments of aegisd...]: what the server will take it to be (environment, then --config, then default).
setting() {
  local name=$1 fallback=$2 file='' value=''
  shift 2
  while (($# > 0)); do
    case $1 in
    --config) file=${2-} ;;
    --config=*) file=${1#--config=} ;;
    esac
    shift
  done
  if [[ -f $file ]]; then
    value=$(sed -nE "s/^[[:space:]]*(export +)?${name}[[:space:]]*=[[:space:]]*[\"']?([^\"'#]*[^\"'# ]).*/\2/p" "$file" | tail -n 1)
  fi
  value=${!name:-$value}
  echo "${value:-$fallback}"
}

# Whether somebody listens there.
listening() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

require_free_port() {
  if listening "$1" "$2"; then
    fail "Port $2 is taken: something already listens on $1:$2." "Stop that, or choose another port: PORT=$(($2 + 1)) ./dev run"
  fi
}

show_address() {
  local url=$1 data=$2
  cat <<TEXT

${bold}Aegis is ready: $url$plain
  API document    $url/docs (for people), $url/openapi.json (for programs)
  Data            $data
  First sign-up   paste this into another terminal:

curl -sS$insecure -X POST $url/auth/signup -H 'Content-Type: application/json' -d '{"email":"ada@example.com","password":"Quiet-Harbour-41-Lantern","firstName":"Ada","lastName":"Byron","organizationName":"Example","organizationSlug":"example"}'

  Stop            Ctrl-C
TEXT
}

# Asks the server to stop; it finishes what runs, stops its PostgreSQL and ends.
stop_server() {
  signalled=yes
  if [[ -n $stopping ]]; then
    kill -KILL "$server" 2>/dev/null
  elif [[ -n $server ]]; then
    stopping=yes
    printf '\n'
    say "Stopping; a second Ctrl-C stops at once"
    kill -TERM "$server" 2>/dev/null
  fi
}

# Waits for the server to end and returns its status. A signal to this script interrupts `wait`, but not the waiting.
wait_for_server() {
  local status
  while :; do
    signalled=''
    wait "$server" 2>/dev/null
    status=$?
    [[ -n $signalled ]] || return "$status"
  done
}

# Returns when the server says that it is ready; 1 when it has ended, 2 when it takes too long.
wait_until_ready() {
  local url=$1 deadline=$((SECONDS + 60))
  while ((SECONDS < deadline)); do
    kill -0 "$server" 2>/dev/null || return 1
    # Whatever proxy is set is not meant for this machine itself.
    if [[ $(curl -sk --noproxy '*' -m 2 -o /dev/null -w '%{http_code}' "$url/health/ready") == 200 ]]; then
      return 0
    fi
    sleep 0.2
  done
  return 2
}

command_run() {
  local host port data home scheme=http server='' stopping='' signalled='' status=0
  insecure=''
  host=$(setting HOST 127.0.0.1 "$@")
  case $host in
  0.0.0.0 | localhost) host=127.0.0.1 ;;
  :: | ::1) host='[::1]' ;;
  esac
  port=$(setting PORT 8080 "$@")
  if [[ ! $port =~ ^[1-9][0-9]{0,4}$ ]] || ((port > 65535)); then
    fail "PORT is '$port'; it must be a number from 1 to 65535."
  fi
  home=/var/lib/aegis
  ((EUID == 0)) || home=${XDG_DATA_HOME:-$HOME/.local/share}/aegis
  data=$(setting DATA_DIR "$home" "$@")
  if [[ -n $(setting TLS_CERT_FILE '' "$@") ]]; then
    scheme=https insecure=' -k'
  fi
  require_free_port "$host" "$port"

  need build run
  build release aegisd
  require_free_port "$host" "$port"

  say "Starting the server"
  trap stop_server INT TERM HUP
  # In a session of its own, so that Ctrl-C reaches it through stop_server only.
  setsid "${AEGISD:-build/release/server/aegisd}" run "$@" </dev/null &
  server=$!
  wait_until_ready "$scheme://$host:$port" || status=$?
  if [[ -z $stopping ]]; then
    case $status in
    0) show_address "$scheme://$host:$port" "$data" ;;
    1) wait_for_server || status=$?
      fail "The server ended before it was ready (exit code $status); why stands above." "Settings and what they may be: build/release/server/aegisd --help-config" ;;
    2) stop_server
      wait_for_server
      fail "The server was not ready within a minute; what it waited for stands in its log above." ;;
    esac
  fi
  wait_for_server
  status=$?
  trap - INT TERM HUP
  if [[ -n $stopping ]]; then
    say "Stopped."
    return "$status"
  fi
  fail "The server ended by itself (exit code $status); why stands above."
}
