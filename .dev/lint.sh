# shellcheck shell=bash
# What a machine can say about the code: its format, clang-tidy, clazy where Qt's objects are used, and shellcheck. A file
# is looked at again only when it, a header of ours that it sees, its flags or the rules have changed.

# A bare machine has no git to ask.
sources() {
  local room
  for room in shared server gui tests; do
    [[ ! -d $room ]] || find "$room" -name '*.h' -o -name '*.cpp'
  done | LC_ALL=C sort
}
scripts() { find dev .ci/run tests -path dev -o -path .ci/run -o -name '*.sh'; }

# Prints `hash file` for each translation unit: over its text and that of every header of ours that it sees, its compile
# command, and the rules.
fingerprints() {
  local rules file closure
  rules=$(cat .clang-tidy tests/.clang-tidy .dev/lint.sh /dev/null | sha256sum)$(clang-tidy --version | sha256sum)
  declare -A includes=() sums=() commands=()
  while read -r sum file; do sums[$file]=$sum; done < <(sources | xargs sha256sum)
  while IFS=: read -r file closure; do includes[$file]+=" $closure"; done < <(sources | xargs grep -HoP '^#include "\K(shared|server|gui|tests)/[^"]+')
  while IFS=$'\t' read -r file closure; do commands[$file]=$closure; done < <(compile_commands)
  local -a queue
  for file in "${!commands[@]}"; do
    declare -A seen=([$file]=1)
    queue=("$file")
    while ((${#queue[@]} > 0)); do
      local next=${queue[0]}
      queue=("${queue[@]:1}")
      for closure in ${includes[$next]-}; do
        [[ -n ${seen[$closure]-} ]] || queue+=("$closure")
        seen[$closure]=1
      done
    done
    printf '%s %s\n' "$({
      printf '%s\n' "$rules" "${commands[$file]}"
      for closure in "${!seen[@]}"; do printf '%s %s\n' "${sums[$closure]-}" "$closure"; done | sort
    } | sha256sum | cut -d' ' -f1)" "$file"
    unset seen
  done | LC_ALL=C sort -k2
}

# Prints `file<tab>command` for each translation unit of ours in the compilation database.
compile_commands() {
  awk -v root="$PWD/" '
    /^ *"command": / { command = $0 }
    /^ *"file": / {
      file = $0; sub(/^ *"file": "/, "", file); sub(/",?$/, "", file)
      if (index(file, root) == 1 && index(file, root "build/") != 1) { sub(/^.*\/\//, "", file); print substr(file, length(root) + 1) "\t" command }
    }' build/lint/compile_commands.json
}

# Looks at translation units that are compiled alike (arguments: `hash file` of each), and remembers which were clean. Most
# of the time goes into the headers, which a unit of several files sees once. Where that unit finds something, which may be
# a name that two of its files have, its halves are looked at; what a file alone has found is said.
lint_units() {
  if (($# == 2)); then
    lint_unit "$@"
  elif (($# > 2)) && ! lint_together "$@"; then
    local half=$((($# / 2 + 1) / 2)) failed=''
    lint_units "${@:1:half*2}" || failed=yes
    lint_units "${@:half*2+1}" || failed=yes
    [[ -z $failed ]]
  fi
}

# What clang-tidy is told beside its rules: the analyzer gives up on a function seven times as early as it would, which
# halves its time, and found no less here.
run_clang_tidy() { # compilation-database-directory file argument...
  local argument arguments=()
  for argument in -I"$PWD/build/lint/moc" -Xclang -analyzer-config -Xclang max-nodes=30000; do arguments+=("--extra-arg=$argument"); done
  clang-tidy --quiet -p "$1" "${arguments[@]}" "${@:3}" "$2" 2>/dev/null
}

# True when nothing is found in one unit that includes all of them.
lint_together() {
  local hash=$1 file=$2 unit=$PWD/build/lint/unit/$1/unit.cpp command number=0
  mkdir -p "${unit%/*}"
  command=$(compile_commands | sed -n "s|^$file"$'\t'"||p")
  printf '[{ "directory": "%s",\n%s\n"file": "%s" }]\n' "$PWD/build/lint" "${command//"$PWD/$file"/"$unit"}" "$unit" >"${unit%/*}/compile_commands.json"
  for file in "${@}"; do
    [[ $file != *.cpp ]] || printf '#define main main%d\n#include "%s"\n#undef main\n' $((++number)) "$PWD/$file"
  done >"$unit"
  run_clang_tidy "${unit%/*}" "$unit" --header-filter='(shared|server|gui|tests)/[a-zA-Z/]+\.(h|cpp)$' >/dev/null || return 1
  while (($# > 0)); do
    hash=$1 file=$2
    ! uses_qt_objects "$file" || lint_qt_objects "$file" >/dev/null || return 1
    : >"build/lint/clean/$hash"
    shift 2
  done
}

lint_unit() { # hash file
  run_clang_tidy build/lint "$2" || return 1
  ! uses_qt_objects "$2" || lint_qt_objects "$2" || return 1
  : >"build/lint/clean/$1"
}

uses_qt_objects() { [[ $1 != tests/* ]] && grep -qE '\bQ_OBJECT\b|\bconnect\(' "$1" "${1%.cpp}.h" 2>/dev/null; }

lint_qt_objects() {
  local output
  if ! output=$(clazy-standalone -p build/lint -checks=level0 -header-filter="$PWD/(shared|server|gui)/" "$1" 2>&1) || grep -q '\[-Wclazy' <<<"$output"; then
    printf '%s\n' "$output"
    return 1
  fi
}

# Puts up to eight files that are compiled alike in a line (standard input: `hash file`).
batches() {
  local hash file command
  declare -A flags=()
  while IFS=$'\t' read -r file command; do flags[$file]=$(sha256sum <<<"${command%% -o *}" | cut -d' ' -f1); done < <(compile_commands)
  while read -r hash file; do printf '%s %s %s\n' "${flags[$file]}" "$hash" "$file"; done | LC_ALL=C sort -k1,1 -k3 |
    awk '$1 != last || n == 8 { if (NR > 1) print ""; n = 0; last = $1 } { printf "%s%s %s", n++ ? " " : "", $2, $3 } END { if (NR) print "" }'
}

tidy() {
  local total list=build/lint/todo
  mkdir -p build/lint/clean
  fingerprints | while read -r hash file; do
    [[ -f build/lint/clean/$hash ]] || printf '%s %s\n' "$hash" "$file"
  done >"$list"
  total=$(wc -l <"$list")
  ((total > 0)) || return 0
  say "clang-tidy and clazy: $total files"
  # What the sources include but only the build makes: precompiled headers, and moc's output, of which an empty file will do.
  mapfile -t made < <(ninja -C build/lint -t targets all | sed -nE 's/^(.*cmake_pch\.hxx\.pch): .*/\1/p')
  build lint "${made[@]}"
  mkdir -p build/lint/moc
  sources | xargs sed -nE 's/^#include "(.*\.moc)"$/build\/lint\/moc\/\1/p' | xargs -r touch
  export -f compile_commands lint_units lint_together lint_unit lint_qt_objects run_clang_tidy uses_qt_objects
  batches <"$list" | xargs -P "$(jobs)" -L 1 bash -c 'lint_units "$@"' lint_units
}

command_lint() {
  local failed=()
  need build lint
  say "clang-format"
  sources | xargs clang-format --dry-run -Werror || failed+=("clang-format ('./dev format' mends it)")
  say "shellcheck"
  scripts | xargs shellcheck -x -a || failed+=(shellcheck)
  configure lint
  tidy || failed+=("clang-tidy or clazy")
  ((${#failed[@]} == 0)) || fail "Findings: $(printf '%s; ' "${failed[@]}" | sed 's/; $//')." "An exception stands in the code with its reason: // NOLINT(check): reason"
  say "Nothing was found."
}

command_format() {
  need lint
  sources | xargs clang-format -i
}
