#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what the system lacks.
#
#   bootstrap.sh build     the headers of zlib, libpng and libjpeg
#   bootstrap.sh demo      and Fashion-MNIST
#   bootstrap.sh test      and Python's safetensors and NumPy, what NEON's tests and the fuzzer need
#   bootstrap.sh bench     zlib's header, Fashion-MNIST, and what a virtual environment of Python takes
#   bootstrap.sh python    prints the path of the Python that `test` set up; fails if there is none
#
# Looks for what is needed itself, not for a package's name; asks apt only for what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.build/python

say() { printf '%s\n' "$*" >&2; }

missing=()
need() { missing+=("$@"); }

has_header() { printf '#include <%s>\n' "$1" | clang -E -x c - >/dev/null 2>&1; }

has_cxx() { printf '#include <string>\n' | clang -E -x c++ - >/dev/null 2>&1; }

has_fashion() {
  # Tests and examples do not read SOFTMAX_DATA, and some tests need the gzipped files of the package.
  if [ "$1" = test ]; then
    [ -e /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz ]
    return
  fi
  local cache="${XDG_CACHE_HOME:-$HOME/.cache}/softmax"
  local place
  for place in "${SOFTMAX_DATA:-/nowhere}" "${SOFTMAX_DATA:-/nowhere}/fashion-mnist" \
    "$cache/fashion-mnist" "$HOME/Library/Caches/softmax/fashion-mnist" \
    /usr/share/datasets/fashion-mnist; do
    if [ -e "$place/train-images-idx3-ubyte.gz" ] || [ -e "$place/train-images-idx3-ubyte" ]; then
      return 0
    fi
  done
  return 1
}

install_missing() {
  [ ${#missing[@]} -eq 0 ] && return 0
  if ! command -v apt-get >/dev/null; then
    say "missing: ${missing[*]} (Debian's names); install them with this system's package manager"
    return 1
  fi
  local as=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "missing: ${missing[*]}; as root: apt-get install ${missing[*]}"
      return 1
    fi
    as=(sudo)
  fi
  say "installing ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { "${as[@]}" apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive "${as[@]}" apt-get install -y -qq --no-install-recommends \
      "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    say "apt-get could not install ${missing[*]}"
    return 1
  fi
  rm -f "$log"
}

case "${1:-build}" in
python)
  if [ ! -x "$venv/bin/python" ]; then
    say "there is no $venv: Tools/bootstrap.sh test sets it up"
    exit 1
  fi
  printf '%s\n' "$PWD/$venv/bin/python"
  exit 0
  ;;
build | demo | test | bench) ;;
*)
  say "usage: bootstrap.sh build|demo|test|bench|python"
  exit 64
  ;;
esac

if ! command -v swift >/dev/null; then
  say "no Swift toolchain found: install Swift 6.2 or later from https://www.swift.org/install"
  exit 1
fi
if ! has_header zlib.h; then need zlib1g-dev; fi
if [ "$1" != bench ]; then
  if ! has_header png.h; then need libpng-dev; fi
  if ! has_header jpeglib.h; then need libjpeg-dev; fi
fi
if [ "$1" != build ] && ! has_fashion "$1"; then
  # Elsewhere the command fetches it from the data set's own mirrors.
  if command -v apt-get >/dev/null; then need dataset-fashion-mnist; fi
fi
if [ "$1" = test ] || { [ "$1" = bench ] && [ -z "${BENCH_PYTHON:-}" ]; }; then
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then need python3-venv; fi
fi
if [ "$1" = test ]; then
  # libFuzzer is written in C++.
  if [ "$(uname)" = Linux ] && ! has_cxx; then need g++; fi
  Tests/neon/run.sh --check >/dev/null 2>&1 || for name in $(Tests/neon/run.sh --packages); do
    need "$name"
  done
fi
install_missing

if [ "$1" = test ] && ! "$venv/bin/python" -c 'import numpy, safetensors' 2>/dev/null; then
  say "installing NumPy and safetensors into $venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check numpy safetensors >&2
fi
