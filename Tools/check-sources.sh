#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Rules of the house that no compiler checks. Prints each breach; exit code 1 where there is one.
set -euo pipefail
cd "$(dirname "$0")/.."
status=0
breach() {
  printf '%s\n%s\n' "$1" "$2" >&2
  status=1
}

# In a library nothing aborts on input and nothing prints. (Forced unwraps and forced tries are the
# format lint's.)
library=(Sources/SoftmaxCore Sources/SoftmaxModels Sources/SoftmaxData Sources/SoftmaxReports Sources/SoftmaxKit)
found=$(grep -rnE '\bfatalError\(|\btry!|(^|[^.a-zA-Z"`])(debugP|p)rint\(' "${library[@]}" \
  --include='*.swift' | grep -vE '^[^:]+:[0-9]+: *//' || true)
[ -z "$found" ] || breach "a library target aborts or prints:" "$found"

found=$(grep -rlE '^ *(@_exported )?((public|package|internal) )?import Foundation' \
  Sources/SoftmaxCore Sources/SoftmaxModels || true)
[ -z "$found" ] || breach "Foundation in a target that does without:" "$found"

found=$(grep -rl 'import CSoftmaxKernels' Sources --include='*.swift' | grep -v '^Sources/SoftmaxCore/' || true)
[ -z "$found" ] || breach "the kernels imported outside of SoftmaxCore:" "$found"

# Everything that is written by hand; a build folder or a virtual environment is not.
ours=(Sources Tests Tools Package.swift)
ours+=(Benchmarks/{Package.swift,Sources,driver,peers,run.py,solve.py,choose-penalty.py} Examples/{Package.swift,Sources,run.sh})

found=$(grep -n 'unsafeFlags' Package.swift {Benchmarks,Examples}/Package.swift || true)
[ -z "$found" ] || breach "unsafeFlags, with which a package cannot be depended on:" "$found"

found=$(find "${ours[@]}" -type f \
  \( -name '*.swift' -o -name '*.c' -o -name '*.h' -o -name '*.sh' -o -name '*.py' \) \
  -exec awk 'END { if (NR > 800) print FILENAME ": " NR " lines" }' {} \;)
[ -z "$found" ] || breach "files over 800 lines:" "$found"

found=$(find "${ours[@]}" -type f \
  \( -name '*.swift' -o -name '*.c' -o -name '*.h' -o -name '*.sh' -o -name '*.py' \) \
  -exec grep -L 'SPDX-License-Identifier: Apache-2.0' {} +) || true
[ -z "$found" ] || breach "files without a licence line:" "$found"

# A test that returns early, or drops an error, passes without having tested. What a machine lacks is said
# by `.enabled(if:)`, what must be there by `#require`. (Cleaning up may fail.)
found=$(find Tests -name '*Tests.swift' -exec awk '
  /\{ return \}/ || /^ *(_ = )?try\? / && !/removeItem/ && before !~ /-> .*\? \{$/ {
    print FILENAME ":" FNR ": " $0
  }
  /\{$/ { opens = $0 ~ /^ *(if|guard|\}? *else) / || $0 ~ / else \{$/ }
  opens && /^ *return$/ && before !~ /Issue.record/ { print FILENAME ":" FNR ": " $0 }
  /^ *\}/ { opens = 0 }
  { before = $0 }' {} +)
[ -z "$found" ] || breach "tests that pass by returning early or by dropping an error:" "$found"

[ "$status" -eq 0 ] && echo "sources: the rules hold"
exit "$status"
