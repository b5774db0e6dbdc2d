#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs ours and the peers in turn and writes docs/benchmarks.md.

  run.py                         everything, and the document
  run.py --only a,b:jax,sweep    some rows, and the document with the others as they were
  run.py --quick                 fewer pairs, no document
  run.py --package ../other      another checkout of the library, no document
  run.py --render                the document from the results of before
  run.py --list                  what there is to choose from

Rows: a, b, c (training), d (loss and gradient), e (rows), f (inference), load, course, parts, sweep,
loop (a loop of one's own beside fit), layers (other layers and callbacks beside (b)).
BENCH_PYTHON names a Python that has the peers; without it one is set up in Benchmarks/.venv.
"""

import argparse
import json
import os
import signal
import sys
import time

from driver import build, machine, report
from driver.measurements import everything
from driver.session import Session
from driver.text import line, rounded
from driver.worker import WorkerFailed

RESULTS = build.FOLDER / "results.json"
DOCUMENT = build.FOLDER.parent / "docs" / "benchmarks.md"


def fashion_mnist():
    """The folder with the four gzipped files."""
    given = os.environ.get("SOFTMAX_DATA", "")
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    places = [given, f"{given}/fashion-mnist", f"{cache}/softmax/fashion-mnist"]
    for place in [*places, "/usr/share/datasets/fashion-mnist"]:
        if place and os.path.exists(os.path.join(place, "train-images-idx3-ubyte.gz")):
            return place
    raise SystemExit("Fashion-MNIST is not here: softmax data fetch fashion-mnist")


def say(text):
    print(text, file=sys.stderr, flush=True)


def arguments():
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--only", default="", help="rows, such as a,b:jax")
    parser.add_argument("--pairs", type=int, help="pairs of turns: 15, or 5 with --quick")
    parser.add_argument("--quick", action="store_true", help="fewer pairs, no document")
    parser.add_argument("--no-agreement", action="store_true", help="leave the five seeds out")
    parser.add_argument(
        "--patience", type=float, default=240, help="seconds to wait for others on the machine (240)"
    )
    parser.add_argument("--package", default=str(build.FOLDER.parent), help="a checkout of the library")
    parser.add_argument("--json", help="a file for the results of this run")
    parser.add_argument("--render", action="store_true", help="write the document and measure nothing")
    parser.add_argument("--build", action="store_true", help="build ours and measure nothing")
    parser.add_argument("--list", action="store_true", help="list the rows")
    options = parser.parse_args()
    options.package = os.path.abspath(options.package)
    options.only = set(filter(None, options.only.split(",")))
    known = {m.group for m in everything()} | {f"{m.group}:{m.name}" for m in everything()}
    if options.only - known:
        parser.error(f"no such rows: {', '.join(sorted(options.only - known))}; see --list")
    return options


def measure(options):
    """The results of this run by key, and whether anything broke."""
    revision = build.revision(options.package)
    say(f"{machine.description()}\nbuilding softmax-bench with the library at {revision}")
    ours, python = build.build(options.package), build.peers_python()
    run = {
        "machine": machine.description(),
        "date": time.strftime("%Y-%m-%d"),
        "revision": revision,
        "versions": build.versions(python),
    }
    pairs = options.pairs or (5 if options.quick else 15)
    results, failed = {}, False
    session = Session(
        ours,
        python,
        fashion_mnist(),
        pairs=pairs,
        rounds=2 if options.quick else 5,
        agreement=not options.no_agreement,
        patience=options.patience,
    )
    with session:
        for measurement in everything():
            if not measurement.is_chosen(options.only):
                continue
            begin = time.monotonic()
            session.begin()
            try:
                result = measurement.run(session)
            except WorkerFailed as failure:
                failed = True
                say(f"{measurement.key} FAILED: {failure}")
                continue
            took = time.monotonic() - begin
            results[measurement.key] = result | {"run": run | {"took": took}}
            failed |= not result.get("agreement", {"holds": True})["holds"]
            say(f"{line(measurement.key, result)}  [{took:.0f} s]")
    return results, failed


def main():
    # Ended from outside, the workers end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    if options.build:
        build.build(options.package)
    if options.list:
        for measurement in everything():
            print(f"{measurement.group}:{measurement.name}")
    if options.build or options.list:
        return 0
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if options.render:
        report.write(kept, DOCUMENT)
        return 0
    results, failed = measure(options)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)
    whole = options.package == str(build.FOLDER.parent)
    if whole and not options.quick and not options.pairs and not options.no_agreement:
        # Rows that were not asked for stay as they were; each says its date and commit.
        kept = {m.key: (kept | results)[m.key] for m in everything() if m.key in kept | results}
        lines = [f"{json.dumps(k)}: {json.dumps(rounded(v))}" for k, v in kept.items()]
        RESULTS.write_text("{\n" + ",\n".join(lines) + "\n}\n")
        report.write(kept, DOCUMENT)
        say(f"written: {os.path.relpath(DOCUMENT)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
