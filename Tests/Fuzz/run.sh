#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Fuzzes the readers of files (Reader.swift) under AddressSanitizer, each from its folder of `corpus`: an
# input that ends the process, takes 10 seconds or 1 GiB, is a fault. It is kept, and printed with the
# command that shows the fault again.
#
#   run.sh [SECONDS [READER...]]     each reader for 20 seconds unless said, two at a time
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-20}
# The kept input tells where a trap happened; looking up the names of its stack can take minutes.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:symbolize=0:quarantine_size_mb=64
fuzz=$(Tools/sanitize.sh fuzzer) || {
  # Apple's toolchains have no libFuzzer.
  [ $? -eq 77 ] && [ "$(uname)" != Linux ] && exit 0
  exit 1
}
names=$("$fuzz")
readers=("${@:2}")
[ ${#readers[@]} -gt 0 ] || mapfile -t readers <<<"$names"
for reader in "${readers[@]}"; do
  if [ -z "$reader" ] || ! grep -qxF -- "$reader" <<<"$names"; then
    printf 'no reader is called "%s"; the readers are:\n%s\n' "$reader" "$names" >&2
    exit 64
  fi
done

# The inputs that are kept, in a folder for each reader.
found=.build-asan/fuzz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fuzz_one() {
  mkdir "$work/$1"
  rm -rf "${found:?}/$1"
  mkdir -p "$found/$1"
  timeout -k 5 $((seconds + 60)) "$fuzz" "$1" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=512 -max_len=8192 \
    -print_final_stats=1 -artifact_prefix="$found/$1/" "$work/$1" "Tests/Fuzz/corpus/$1" \
    </dev/null >"$work/$1.log" 2>&1
}

status=0
finish() {
  local reader=${running[0]%%:*} process=${running[0]##*:} code=0 count
  running=("${running[@]:1}")
  wait "$process" || code=$?
  count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$reader.log")
  if [ "$code" -eq 0 ] && [ "${count:-0}" -gt 0 ]; then
    printf 'fuzz: %-18s %8s inputs, %5s edges reached\n' "$reader" "$count" \
      "$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$work/$reader.log" | tail -n 1)"
    return
  fi
  status=1
  printf 'fuzz: %s failed with %s after %s inputs:\n' "$reader" "$code" "${count:-0}" >&2
  grep -vE '^#|^INFO' "$work/$reader.log" | head -n 40 >&2 || true
  local input
  for input in "$found/$reader"/*; do
    [ -e "$input" ] || continue
    printf 'again: %s %s %s\nin base64: %s\n' "$fuzz" "$reader" "$input" \
      "$(base64 <"$input" | tr -d '\n')" >&2
  done
}

running=()
for reader in "${readers[@]}"; do
  fuzz_one "$reader" &
  running+=("$reader:$!")
  [ ${#running[@]} -lt 2 ] || finish
done
while [ ${#running[@]} -gt 0 ]; do finish; done
exit "$status"
