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
# A finding is printed by the sanitizer; Swift's own handler reads a stack that belongs to it.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-}
# The threads of libdispatch are never joined.
export TSAN_OPTIONS=halt_on_error=1:report_thread_leaks=0:${TSAN_OPTIONS:-}

options=()
sanitized() {
  export SOFTMAX_SANITIZER=$1
  options=(--scratch-path ".build-${1:0:1}san" "--sanitize=$1")
  if [ "$1" = address ]; then
    # The fuzzer shares the build: coverage costs the tests little, another build costs minutes.
    if [ -e "$(library)" ]; then
      options+=(
        -Xswiftc -sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table
        -Xlinker "$(library)")
    fi
    options+=(-Xcc -O1 -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined)
  fi
  # The toolchain's own linker; the default one of Linux loses the sections of the counters.
  if [ "$(uname)" = Linux ]; then options+=(-Xswiftc -use-ld=lld); fi
}

# libFuzzer, which toolchains for Linux have.
library() {
  printf '%s/lib/linux/libclang_rt.fuzzer_no_main-%s.a\n' \
    "$(clang -print-resource-dir)" "$(uname -m)"
}

case "${1:-}" in
address)
  sanitized address
  "$swift" build --build-tests "${options[@]}"
  # Of the kernels those tests that call C in every way; of files none of many megabytes, which take minutes.
  "$swift" test --skip-build "${options[@]}" --filter '^(CoreTests|DataTests)\.|KernelSweepTests' \
    --skip 'emptyLinesWithoutEnd|aLineWithoutEnd'
  ;;
thread)
  sanitized thread
  "$swift" build --build-tests "${options[@]}"
  "$swift" test --skip-build "${options[@]}"
  ;;
fuzzer)
  sanitized address
  if [ ! -e "$(library)" ]; then
    echo "this toolchain has no libFuzzer" >&2
    exit 77
  fi
  "$swift" build --product fuzz "${options[@]}" >&2
  printf '%s/fuzz\n' "$("$swift" build --show-bin-path "${options[@]}")"
  ;;
*)
  echo "usage: sanitize.sh address|thread|fuzzer" >&2
  exit 64
  ;;
esac
