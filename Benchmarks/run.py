#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs ours and the peers in turn and writes docs/benchmarks.md.

  run.py                        everything, and the document
  run.py --only a,b --pairs 5   some rows, a table on standard output
  run.py --package ../other     the same for another checkout of the library
"""

import argparse
import json
import os
import sys
import time

from driver import build, machine, operations, training
from driver.session import Session
from driver.worker import WorkerFailed

PLACES = [os.environ.get("SOFTMAX_DATA", ""), "/usr/share/datasets/fashion-mnist"]


def fashion_mnist():
    """The folder with the four gzipped files."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    places = PLACES + [os.path.join(p, "fashion-mnist") for p in (PLACES[0], f"{cache}/softmax")]
    for place in places:
        if os.path.exists(os.path.join(place, "train-images-idx3-ubyte.gz")):
            return place
    raise SystemExit("Fashion-MNIST is not here: softmax data fetch fashion-mnist")


def say(text):
    print(text, file=sys.stderr, flush=True)


def rows(only):
    """The measurements asked for: (key, function of a session)."""
    for (workload, peer, threads) in training.BARS:
        if not only or {workload, f"{workload}:{peer}"} & only:
            key = training.key(workload, peer, threads)
            yield key, lambda s, w=workload, p=peer, t=threads: training.run(s, w, p, t)
    for operation in operations.everything():
        if not only or {operation.group, f"{operation.group}:{operation.name}"} & only:
            yield operation.key, lambda s, o=operation: operations.run(s, o)


def line(key, result):
    """One row as text, for who waits."""
    bar = result.get("bar")
    text = f"{key:22} ours {result['ours']['median'] * 1e3:9.3f} ms"
    if "ratio" in result:
        ratio = result["ratio"]
        text += (
            f"  peer {result['peer']['median'] * 1e3:9.3f} ms  ratio {ratio['median']:6.2f}"
            f" [{ratio['q1']:.2f}, {ratio['q3']:.2f}]"
        )
    if bar:
        text += f"  bar {bar:g} {'reached' if ratio['median'] >= bar else 'MISSED'}"
    if "share" in result:
        text += (
            f"  {result['rate']['median'] / 1e9:.0f} GFLOP/s"
            f" {100 * result['share']['median']:.0f} % of {result['gauge']['median'] / 1e9:.0f}"
        )
    text += f"  others {100 * result['others']:.0f} %"
    if "agreement" in result:
        agreement = result["agreement"]
        text += "  agrees" if agreement["holds"] else f"  DIFFERS {agreement}"
        if "ours" not in agreement:
            return text
        text += (
            f"  accuracy {agreement['ours']['accuracy']:.4f} / {agreement['peer']['accuracy']:.4f}"
            f" loss {agreement['ours']['loss']:.4f} / {agreement['peer']['loss']:.4f}"
        )
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="", help="rows, such as a,b:jax")
    parser.add_argument("--pairs", type=int, default=15, help="pairs of turns (15)")
    parser.add_argument("--package", default=str(build.FOLDER.parent), help="a checkout of the library")
    parser.add_argument("--no-agreement", action="store_true", help="leave the five seeds out")
    parser.add_argument("--json", help="a file for the results of this run")
    options = parser.parse_args()
    only = set(filter(None, options.only.split(",")))

    say(f"{machine.description()}\nbuilding ({build.revision(options.package)})")
    options.package = os.path.abspath(options.package)
    ours, python = build.build(options.package), build.peers_python()
    results, failed = {}, False
    with Session(
        ours, build.offers(options.package), python, fashion_mnist(), options.pairs,
        not options.no_agreement,
    ) as session:
        for key, measure in rows(only):
            begin = time.monotonic()
            try:
                results[key] = measure(session)
                if results[key] is None:
                    say(f"{key:22} this checkout does not offer it")
                    del results[key]
                    continue
            except WorkerFailed as failure:
                failed = True
                say(f"{key:22} FAILED: {failure}")
                continue
            print(line(key, results[key]) + f"  ({time.monotonic() - begin:.0f} s)", flush=True)
            failed |= not results[key].get("agreement", {"holds": True})["holds"]
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
