# shellcheck shell=bash
# Configures and builds one preset under build/<preset>.

# As many jobs as there are processors, and no more than the memory bears (a compiler takes up to 1.5 GB).
jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(($(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo) / 1500000))
  ((memory >= 1)) || memory=1
  echo "${JOBS:-$((cores < memory ? cores : memory))}"
}

configure() {
  local preset=$1 cache=build/$1/CMakeCache.txt
  shift
  # A build folder that came along from another place cannot be used.
  if [[ -f $cache ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$cache"; then
    rm -rf "build/$preset"
  fi
  if [[ -f build/$preset/build.ninja && build/$preset/build.ninja -nt CMakePresets.json ]]; then
    return # what else has changed, ninja sees by itself
  fi
  say "Configuring build/$preset"
  quietly "build/$preset/configure.log" cmake --preset "$preset" "$@" ||
    fail "CMake could not configure build/$preset; its last words are above." "If a library is missing there: add its package to .dev/packages and run the command again." \
      "Otherwise './dev clean' makes a fresh start."
}

# Without a terminal: every tenth of the way, and whatever the compiler says.
compact() {
  local line shown=-1 tenth
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\  ]]; then
      tenth=$((BASH_REMATCH[1] * 10 / BASH_REMATCH[2]))
      if ((tenth > shown)); then
        printf '  %d of %d\n' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
        shown=$tenth
      fi
    else
      printf '%s\n' "$line"
    fi
  done
}

# build PRESET [TARGET...]
build() {
  local preset=$1 status
  shift
  configure "$preset"
  say "Building build/$preset"
  if [[ -t 1 ]]; then
    ninja -C "build/$preset" -j "$(jobs)" "$@"
    status=$?
  else
    ninja -C "build/$preset" -j "$(jobs)" "$@" 2>&1 | compact
    status=${PIPESTATUS[0]}
  fi
  ((status == 0)) || fail "The build failed; the first error above is the one to mend." \
    "If the compiler was killed, the machine has too little memory: JOBS=1 ./dev ..." \
    "If nothing in the tree was changed, './dev clean' makes a fresh start."
}
