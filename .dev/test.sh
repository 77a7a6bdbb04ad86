# shellcheck shell=bash
# The tests: as they are, under the sanitizers, and with coverage. ctest's summary is the last that is said.

# run_tests PRESET [ctest arguments...]
run_tests() {
  local preset=$1
  shift
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j2 "$@"
}

command_test() {
  need build run test
  build dev
  say "Testing"
  run_tests dev "$@"
}

command_asan() {
  need build run test
  build asan
  say "Testing under AddressSanitizer and UndefinedBehaviorSanitizer"
  export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=0:detect_stack_use_after_return=1:strict_string_checks=1}
  export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
  run_tests asan "$@"
}

# coverage [--check] [ctest arguments...]: with --check, fewer than 90 % of the lines is a failure.
command_coverage() {
  local limit=() status=0
  if [[ ${1-} == --check ]]; then
    limit=(--fail-under-line 90)
    shift
  fi
  need build run test coverage
  build coverage
  find build/coverage -name '*.gcda' -delete
  say "Testing with coverage counters"
  run_tests coverage "$@" || fail "A test failed, so the coverage says nothing."
  mkdir -p build/coverage/html
  gcovr -r . -j "$(jobs)" --filter 'server/' --filter 'shared/' --exclude-throw-branches --exclude-unreachable-branches \
    --html-details build/coverage/html/index.html --html-title Aegis --txt build/coverage/coverage.txt --print-summary "${limit[@]}" build/coverage || status=$?
  say "Line by line: build/coverage/html/index.html"
  return "$status"
}

# bench [--check] [part...]: with --check, a target that is missed is a failure.
command_bench() {
  need build run bench
  build bench bench
  say "Measuring; this takes three minutes, and whatever else the machine does shows in the figures"
  build/bench/tests/bench/aegis_bench build/bench/server/aegisd "$@"
}
