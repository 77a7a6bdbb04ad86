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

# Looks at one translation unit, and remembers that it was clean.
lint_unit() {
  local hash=$1 file=$2 output argument arguments=()
  # The analyzer gives up on a function seven times as early as it would: that halves its time, and found no less here.
  for argument in -I"$PWD/build/lint/moc" -Xclang -analyzer-config -Xclang max-nodes=30000; do arguments+=("--extra-arg=$argument"); done
  if ! output=$(clang-tidy --quiet -p build/lint "${arguments[@]}" "$file" 2>/dev/null); then
    printf '%s\n' "$output"
    return 1
  fi
  if [[ $file != tests/* ]] && grep -qE '\bQ_OBJECT\b|\bconnect\(' "$file" "${file%.cpp}.h" 2>/dev/null; then
    if ! output=$(clazy-standalone -p build/lint -checks=level0 -header-filter="$PWD/(shared|server|gui)/" "$file" 2>&1) || grep -q '\[-Wclazy' <<<"$output"; then
      printf '%s\n' "$output"
      return 1
    fi
  fi
  : >"build/lint/clean/$hash"
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
  export -f lint_unit
  xargs -P "$(jobs)" -L 1 bash -c 'lint_unit "$@"' lint_unit <"$list"
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
