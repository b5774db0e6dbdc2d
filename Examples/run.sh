#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the examples in release and runs them: run.sh [NAME...], all without a name.
# Each ends with an error where a statement of its own does not hold.
set -euo pipefail
cd "$(dirname "$0")"
swift=${SWIFT:-swift}
# The benchmarks are built there too, so that the library is compiled once for both.
options=(-c release --scratch-path ../.build-dependents)
"$swift" build "${options[@]}"
bin=$("$swift" build "${options[@]}" --show-bin-path)
[ $# -gt 0 ] || set -- $(cd Sources && ls | grep -v '^Statements$')
for name in "$@"; do
  printf '\n== %s\n' "$name"
  "$bin/$name"
done
