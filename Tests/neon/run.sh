#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The kernel sweep outside of Swift.
#
#   run.sh             NEON against the scalar kernels under an emulator, and the digests of the
#                      scalar kernels' results there against those of this machine
#   run.sh --check     whether the emulation can run here; nothing else
#   run.sh --packages  the Debian packages that the emulation needs; the script installs nothing
#
# The last line is "N passed, M failed". Exit code 77: something that it needs is not installed.

set -euo pipefail

packages="qemu-user libc6-dev-arm64-cross libgcc-12-dev-arm64-cross"

if [[ "${1:-}" == --packages ]]; then
  echo "$packages"
  exit
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cc=${CC:-clang}
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

# compile OUTPUT FLAGS...
compile() {
  "$cc" -std=gnu17 -Wall -Wextra -Werror -fuse-ld=lld "${@:2}" \
    -I"$root/Sources/CSoftmaxKernels/include" -I"$root/Tests/KernelSweep/include" \
    "$root"/Sources/CSoftmaxKernels/*.c "$root"/Tests/KernelSweep/*.c \
    "$root/Tests/neon/main.c" -o "$1" -lm
}

if ! command -v "$cc" > /dev/null; then
  echo "$cc is missing; it is part of the Swift toolchain." >&2
  exit 77
fi

# A machine that has NEON runs the sweep in the Swift tests.
if [[ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]]; then
  echo "no emulation needed here; KernelTests sweep this machine's instruction sets"
  exit
fi

emulator=$(command -v qemu-aarch64 || command -v qemu-aarch64-static || true)
if [[ -z "$emulator" || ! -d /usr/aarch64-linux-gnu/lib ]]; then
  echo "To test NEON, install the packages: $packages" >&2
  exit 77
fi
if [[ "${1:-}" == --check ]]; then exit; fi

compile "$build/native" -O2
compile "$build/neon" -O2 --target=aarch64-linux-gnu -static

status=0
"$emulator" "$build/neon" | tee "$build/sweep.txt" || status=1
read -r passed _ failed _ < <(tail -n 1 "$build/sweep.txt" | tr -d ,)
if [[ ! "$passed" =~ ^[0-9]+$ || "$passed" -eq 0 ]]; then
  echo "0 passed, 1 failed"
  exit 1
fi

"$build/native" --digests > "$build/native.txt" || status=1
"$emulator" "$build/neon" --digests > "$build/neon.txt" || status=1
while read -r name here there; do
  if [[ "$here" == "$there" ]]; then
    echo "ok: $name, digest $here on both architectures"
    passed=$((passed + 1))
  else
    echo "not ok: $name, digest $there on aarch64, $here on this machine"
    failed=$((failed + 1)) status=1
  fi
done < <(join <(sort "$build/native.txt") <(sort "$build/neon.txt"))

echo "$passed passed, $failed failed"
exit "$status"
