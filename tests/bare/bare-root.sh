#!/usr/bin/env bash
# Proves, in a bare Debian made with debootstrap, that `./dev test` and `./dev run` are complete by themselves: the tests
# pass, the server becomes ready, the printed curl line signs up an organization, Ctrl-C ends everything, and Debian's own
# database cluster was not started.
#
#   tests/bare/bare-root.sh [--suite bookworm] [--user] [--build-only] [--only test|run] [--keep]
#
# --suite NAME   another release; --build-only  compiles only (a check of a newer Qt)
# --only WHAT    `test` or `run`: that one alone, in a root that has never seen the other
# --user         as an ordinary user with sudo instead of root
# --keep         leaves the root where it is, for a look
# It takes what is committed (HEAD), needs root, git and debootstrap, and uses the mirror that this machine uses. Mounts and
# processes live in namespaces of their own and end with the script.
set -euo pipefail

suite=bookworm as=root build_only='' only='' keep=''
while (($# > 0)); do
  case $1 in
  --suite) suite=$2 && shift ;;
  --user) as=builder ;;
  --build-only) build_only=yes ;;
  --only) only=$2 && shift ;;
  --keep) keep=yes ;;
  --inside) root=$2 && shift ;;
  *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
  esac
  shift
done

say() { printf '== %s\n' "$*"; }
fail() { printf '== FAILED: %s\n' "$*" >&2 && exit 1; }

# Runs something in the bare root with nothing of this machine's environment, and nothing on its standard input.
inside() {
  local home=/root
  [[ $as == root ]] || home=/home/$as
  chroot --userspec="$as" --groups='' "$root" /usr/bin/env -i CI="${CI-}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=$home PORT="$port" bash -c "cd $tree && $1" </dev/null
}

# The processes that live in the bare root, this script's own apart.
survivors() {
  local process
  for process in /proc/[0-9]*; do
    [[ $(readlink "$process/root") != "$root" ]] || tr '\0' ' ' <"$process/cmdline"
  done
}

# The address of this machine's Debian mirror (argument: debian or debian-security), as apt knows it.
mirror() {
  # shellcheck disable=SC2016 # $(...) is apt's own notation
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E "/$1/?$" | head -n 1
}

make_root() {
  local archive security
  archive=$(mirror debian)
  security=$(mirror debian-security || true)
  [[ -n $archive ]] || fail "apt of this machine names no Debian mirror"
  say "debootstrap $suite"
  debootstrap --variant=minbase "$suite" "$root" "$archive" >"$root.debootstrap.log" 2>&1 || { tail "$root.debootstrap.log" >&2 && fail "debootstrap"; }
  {
    echo "deb $archive $suite main"
    echo "deb $archive $suite-updates main"
    [[ -z $security ]] || echo "deb $security $suite-security main"
  } >"$root/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-|Retries)' >"$root/etc/apt/apt.conf.d/90host" || true
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
}

copy_tree() {
  local top
  top=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
  mkdir -p "$root$tree"
  git -C "$top" archive HEAD | tar -x -C "$root$tree"
  if [[ -d $top/../shared/vectors ]]; then
    mkdir -p "$root${tree%/*}/shared"
    cp -r "$top/../shared/vectors" "$root${tree%/*}/shared/"
  fi
  if [[ $as != root ]]; then
    chroot "$root" sh -c "apt-get -q update && apt-get -qy install --no-install-recommends sudo && useradd -m -s /bin/bash $as &&
      echo '$as ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/$as" >"$root.sudo.log" 2>&1 || fail "sudo in the bare root"
    chroot "$root" chown -R "$as:" "${tree%/*}"
  fi
}

prove_test() {
  local since=$SECONDS
  inside './dev test' 2>&1 | tee "$root.test.log" || fail "./dev test"
  tail -n 8 "$root.test.log" | grep -q '100% tests passed, 0 tests failed' || fail "./dev test did not end with the summary of passed tests"
  say "./dev test: passed after $((SECONDS - since)) s"
}

# prove_run STATUS-OF-SIGN-UP SECONDS-ALLOWED: on the data directory that a newcomer gets
prove_run() {
  inside "DATA_DIR='' tests/bare/prove-run.sh $1 $2" || fail './dev run'
  [[ -z $(survivors) ]] || fail "left running: $(survivors)"
}

if [[ -z ${root-} ]]; then
  ((EUID == 0)) || fail "only root may make a bare root"
  for tool in debootstrap git unshare pgrep; do command -v "$tool" >/dev/null || fail "$tool is needed here"; done
  root=$(mktemp -d "${TMPDIR:-/var/tmp}/aegis-bare-$suite.XXXXXX")
  chmod 755 "$root" # others than root must be able to enter /
  arguments=(--suite "$suite" --inside "$root")
  [[ $as == root ]] || arguments+=(--user)
  [[ -z $build_only ]] || arguments+=(--build-only)
  [[ -z $only ]] || arguments+=(--only "$only")
  status=0
  unshare --mount --pid --fork --kill-child --propagation private -- "$0" "${arguments[@]}" || status=$?
  if [[ -n $keep ]]; then
    say "the root stays in $root, the logs beside it"
  else
    rm -rf --one-file-system "$root"
    ((status != 0)) || rm -f "$root".*.log
  fi
  exit "$status"
fi

tree=/srv/aegis
port=$((20000 + RANDOM % 20000))
mount -t proc proc /proc
make_root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
copy_tree
if [[ -n $build_only ]]; then
  since=$SECONDS
  inside './dev test -N' || fail "the build on $suite"
  say "$(chroot "$root" dpkg-query -W qt6-base-dev | tr '\t' ' '): built after $((SECONDS - since)) s"
  exit
fi
[[ $only == run ]] || prove_test
if [[ $only != test ]]; then
  prove_run 201 1800
  prove_run 409 60
fi
[[ -z $(ls "$root/etc/postgresql" 2>/dev/null) ]] || fail "Debian made a database cluster of its own"
[[ ! -e $root/etc/postgresql-common/createcluster.d/aegis-dev.conf ]] || fail "the installation left its drop-in behind"
say "all proved on $suite as $as"
