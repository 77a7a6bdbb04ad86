# shellcheck shell=bash
# Installs what a purpose needs and the machine lacks, on Debian and its relatives. A second run asks dpkg and nothing else.

# The packages listed for the purposes.
packages_for() {
  local purpose
  for purpose; do
    sed -n "s/^$purpose: *//p" .dev/packages
  done | tr -s ' ' '\n'
}

# Prints those of the named packages that are not installed.
missing_packages() {
  local installed name
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 'postgresql-[1-9]*' 2>/dev/null | sed -n 's/^installed //p')
  for name; do
    if [[ $name == postgresql ]] && grep -qE '^postgresql-(1[5-9]|[2-9][0-9])$' <<<"$installed"; then
      continue
    fi
    grep -qxF "$name" <<<"$installed" || printf '%s\n' "$name"
  done
}

as_root() {
  if ((EUID == 0)); then
    env "$@"
  else
    sudo env "$@"
  fi
}

apt_get() {
  as_root DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -y -q --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@"
}

# Debian starts a database cluster of its own when PostgreSQL is first installed. Aegis keeps a private one and wants no
# other, so the drop-in that forbids it stands for as long as the installation takes; an existing configuration is not touched.
cluster_drop_in=/etc/postgresql-common/createcluster.d/aegis-dev.conf
forbid_cluster() {
  as_root sh -c "mkdir -p '${cluster_drop_in%/*}' && echo 'create_main_cluster = off' >'$cluster_drop_in'"
}
allow_cluster() {
  as_root rm -f "$cluster_drop_in"
}

apt_install() {
  # The lists of packages are fetched only when they are missing or too old to install from.
  if ! apt-get -s -q install "$@" >/dev/null 2>&1; then
    apt_get update || return
  fi
  apt_get install "$@" || { apt_get update && apt_get install "$@"; }
}

# need PURPOSE...: afterwards everything listed for them is installed.
need() {
  local wanted missing status=0
  mapfile -t wanted < <(packages_for "$@")
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "This is no Debian or Ubuntu; make sure that there is: ${wanted[*]}"
    return
  fi
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  ((${#missing[@]} > 0)) || return 0
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    fail "Packages are missing, and only root may install them." "As root: apt-get install --no-install-recommends ${missing[*]}"
  fi
  say "Installing ${missing[*]}"
  if ((EUID != 0)); then
    sudo -v || fail "Without sudo the packages cannot be installed." "As root: apt-get install --no-install-recommends ${missing[*]}"
  fi
  trap allow_cluster EXIT
  forbid_cluster
  quietly build/install.log apt_install "${missing[@]}" || status=$?
  allow_cluster
  trap - EXIT
  ((status == 0)) || fail "The packages could not be installed; apt's last words are above (all of them: build/install.log)." \
    "Check that this machine reaches its package mirror ('apt-get update'), then run the command again."
}
