#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Documentation of every library target, made by DocC as a reader's browser would get it: a link that
# leads nowhere, or a parameter that is not documented, is an error.
#
# Reads the modules of the debug build, which `make test-docs` brings up to date first.
set -euo pipefail
cd "$(dirname "$0")/.."
SWIFT=${SWIFT:-swift}
build=$("$SWIFT" build --show-bin-path)
target=$("$SWIFT" -print-target-info | sed -n 's/^ *"triple": "\(.*\)",$/\1/p' | head -n 1)
docc=$(command -v docc || xcrun --find docc)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

status=0
convert() {
  "$docc" convert --warnings-as-errors --enable-experimental-external-link-support \
    --fallback-display-name "$1" --fallback-bundle-identifier "swift-softmax.$1" \
    --output-path "$work/$1.doccarchive" "${@:2}" >"$work/log" 2>&1 && return
  printf '%s:\n' "$1" >&2
  cat "$work/log" >&2
  status=1
}

archives=()
for module in SoftmaxCore SoftmaxModels SoftmaxData SoftmaxReports SoftmaxKit; do
  mkdir "$work/$module"
  "$SWIFT" symbolgraph-extract -module-name "$module" -I "$build/Modules" -target "$target" \
    -Xcc "-fmodule-map-file=$build/CSoftmaxKernels.build/module.modulemap" \
    -Xcc "-fmodule-map-file=$build/CPictures.build/module.modulemap" \
    -Xcc "-fmodule-map-file=Sources/CZlib/module.modulemap" \
    -minimum-access-level public -skip-synthesized-members -emit-extension-block-symbols \
    -output-dir "$work/$module"
  catalogue=$(find "Sources/$module" -name '*.docc')
  convert "$module" ${catalogue:+"$catalogue"} --additional-symbol-graph-dir "$work/$module" ${archives[@]+"${archives[@]}"}
  archives+=(--dependency "$work/$module.doccarchive")
done
[ "$status" -eq 0 ] && echo "documentation: no warning"
exit "$status"
