#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the README's first screen shows: train on Fashion-MNIST, evaluate, look at predictions.
# usage: demo.sh SOFTMAX
set -euo pipefail
cd "$(dirname "$0")/.."
softmax=$1
model=fashion-mnist.safetensors

run() {
  printf '\n$ softmax %s\n' "$*"
  "$softmax" "$@"
}

run train fashion-mnist --epochs 10 --output "$model" --force
run evaluate "$model" fashion-mnist
run predict "$model" fashion-mnist:test:0 fashion-mnist:test:1 fashion-mnist:test:2 --preview --top 3
printf '\nWritten: %s (%s bytes), readable by anything that reads safetensors.\n' \
  "$PWD/$model" "$(wc -c <"$model" | tr -d ' ')"
printf 'More: %s --help\n' "$softmax"
