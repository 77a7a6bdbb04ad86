#!/usr/bin/env bash
# native-argon2.sh DIRECTORY: compiles libargon2's own source for this very processor, into a shared library in that directory (of
# the build), for aegis_bench to compare with. The source comes from npm's package `argon2`, which carries it. Where npm is not
# there or does not reach its registry, it says so and makes nothing: aegis_bench then leaves out that row, aloud.
set -uo pipefail
directory=$1
library=$directory/libargon2-native.so
[ "$library" -nt "$0" ] && exit 0

skip() {
  echo "No libargon2 for this processor, so the benchmark will not compare with it: $1." >&2
  exit 0
}

command -v npm >/dev/null || skip "npm is not installed"
mkdir -p "$directory" && cd "$directory" || exit
npm pack --silent argon2@0.45.1 >pack.log 2>&1 || skip "npm does not get the package (see $directory/pack.log)"
tar -xzf argon2-0.45.1.tgz || skip "the package cannot be unpacked"
sources=package/argon2
# Bound to its own functions: aegis_bench has the packaged library's, of the same names, loaded before.
"${CC:-cc}" -O3 -march=native -fPIC -shared -Wl,-Bsymbolic -I"$sources/include" -I"$sources/src" -o "$library.new" \
  "$sources"/src/{argon2,core,opt,encoding,thread}.c "$sources/src/blake2/blake2b.c" -pthread >compile.log 2>&1 ||
  skip "it does not compile (see $directory/compile.log)"
mv "$library.new" "$library"
