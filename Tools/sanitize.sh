#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Tests under sanitizers, in builds of their own (.build-asan, .build-tsan) that leave out what is not run
# (SOFTMAX_SANITIZER in Package.swift).
#
#   sanitize.sh address   the sweep of kernels, the tests of core and data under AddressSanitizer, the C under
#                         UndefinedBehaviorSanitizer too
#   sanitize.sh thread    the tests of team, loader, trainer and predictor under ThreadSanitizer
#   sanitize.sh fuzzer    builds the fuzzer (Tests/Fuzz), prints where it is
#
# UndefinedBehaviorSanitizer checks C alone: on Linux swiftc refuses -sanitize=undefined, and what it looks
# for in C (overflow, conversions, indices) ends a Swift program in every build. LeakSanitizer is
# off: Swift's runtime keeps its metadata until the end.
set -euo pipefail
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# A finding is printed by the sanitizer; Swift's own handler reads a stack that belongs to it.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-}
# The threads of libdispatch are never joined.
export TSAN_OPTIONS=halt_on_error=1:report_thread_leaks=0:${TSAN_OPTIONS:-}

options=()
sanitized() {
  export SOFTMAX_SANITIZER=$1
  options=(--scratch-path ".build-${1:0:1}san" "--sanitize=$1" --traits Pictures -Xcc -O1)
  if [ "$1" = address ]; then
    # The fuzzer shares the build: coverage costs the tests little, another build costs minutes.
    if [ -e "$(library)" ]; then
      options+=(
        -Xswiftc -sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table
        -Xlinker "$(library)")
    fi
    options+=(-Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined)
  fi
  # The toolchain's own linker; the default one of Linux loses the sections of the counters.
  if [ "$(uname)" = Linux ]; then options+=(-Xswiftc -use-ld=lld); fi
}

# libFuzzer, which toolchains for Linux have.
library() {
  printf '%s/lib/linux/libclang_rt.fuzzer_no_main-%s.a\n' \
    "$(clang -print-resource-dir)" "$(uname -m)"
}

build() {
  "$swift" build "$@" "${options[@]}" 2>&1 | tee "$log" >&2
  # SwiftPM only warns if a source that Package.swift names does not exist.
  if grep -q 'Invalid Source' "$log"; then
    echo "Package.swift names a source that does not exist" >&2
    exit 1
  fi
}

case "${1:-}" in
address)
  sanitized address
  build --build-tests
  Tools/run-tests.sh "${options[@]}" --filter '^CoreTests\.'
  # The tests of files of many megabytes would take minutes.
  Tools/run-tests.sh "${options[@]}" --filter '^DataTests\.' \
    --skip 'emptyLinesWithoutEnd|aLineWithoutEnd'
  # The sweep calls every kernel in all its forms.
  Tools/run-tests.sh "${options[@]}" --filter 'KernelSweepTests'
  ;;
thread)
  sanitized thread
  build --build-tests
  # Tables of damaged cells and of many megabytes would take minutes, and other tables are read by workers too.
  for part in CoreTests DataTests ModelTests; do
    Tools/run-tests.sh "${options[@]}" --filter "^$part\." \
      --skip 'CSVDamageTests|aDamagedTable|aLongRecord|theLimitOfClasses'
  done
  ;;
fuzzer)
  sanitized address
  if [ ! -e "$(library)" ]; then
    echo "this toolchain has no libFuzzer" >&2
    exit 77
  fi
  build --product fuzz
  printf '%s/fuzz\n' "$("$swift" build --show-bin-path "${options[@]}")"
  ;;
*)
  echo "usage: sanitize.sh address|thread|fuzzer" >&2
  exit 64
  ;;
esac
