#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs tests that are built already: run-tests.sh OPTION..., with the options of `swift test`.
#
# `swift test` succeeds if its filter matches no test. Here that is an error.
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${SWIFT:-swift}" test --skip-build "$@" 2>&1 | tee "$log"
if ! grep -q 'Test run with [1-9]' "$log"; then
  printf 'no test ran: swift test %s\n' "$*" >&2
  exit 1
fi
