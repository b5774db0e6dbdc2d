#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `softmax train --l2 auto` with scikit-learn's LogisticRegressionCV: seconds, and the chosen penalty.

  choose-penalty.py SOFTMAX [digits] [letters] [fashion-10000] [--pairs 5]

SOFTMAX is the command, built in release. Each option of scikit-learn runs once, then the fastest and ours in
turn. The data are those of peers/data_sets.py. BENCH_PYTHON names a Python with scikit-learn and pyreadr;
SOFTMAX_DATA the folder of Fashion-MNIST, MLBENCH that of LetterRecognition.rda.
"""

import argparse
import os
import tempfile

from driver.once import Notes, run_ours, run_peer, sooner

OPTIONS = [
    {"solver": solver, "type": kind, "jobs": jobs}
    for solver in ("lbfgs", "newton-cg", "newton-cholesky")
    for kind in ("float32", "float64")
    for jobs in (1, 2)
]
# Too slow to try: a factorization of 7,850 parameters in each iteration.
TOO_SLOW = {("fashion-10000", "newton-cholesky")}


def ours(command, name, folder):
    words = run_peer("data_sets.py", name, folder)
    result = run_ours(
        [command, "train", *words, "--model", "linear", "--l2", "auto", "--json", "--quiet", "--force"]
        + ["--output", os.path.join(folder, "model.safetensors")]
    )
    return {
        "seconds": result["seconds"],
        "c": result["penalty"]["c"],
        "losses": [point["log_loss"] for point in result["penalty"]["path"]],
        "gap": result["objective_gap"],
    }


def peer(name, folder, options, iterations, limit=None):
    return run_peer(
        "sklearn_penalty.py", name=name, folder=folder, iterations=iterations, limit=limit, **options
    )


def compare(command, name, folder, pairs, iterations, say):
    first = ours(command, name, folder)
    say(f"{name}: ours {first['seconds']:.2f} s, C {first['c']:.4g}, gap {first['gap']:.1e}")
    say("  log losses " + " ".join(f"{loss:.4f}" for loss in first["losses"]))
    fastest, best = None, None
    for options in OPTIONS:
        if (name, options["solver"]) in TOO_SLOW:
            continue
        result = peer(name, folder, options, iterations, best and 3 * best["seconds"] + 20)
        title = " ".join(map(str, options.values()))
        if result is None:
            say(f"  {title}: more than three times the fastest, ended")
            continue
        say(
            f"  {title}: {result['seconds']:.2f} s, C {result['c']:.4g}, at most {result['iterations']} "
            "iterations, log losses " + " ".join(f"{loss:.4f}" for loss in result["losses"])
        )
        if best is None or result["seconds"] < best["seconds"]:
            fastest, best = options, result
    times = []
    for _ in range(pairs):
        own = ours(command, name, folder)["seconds"]
        times.append((own, peer(name, folder, fastest, iterations)["seconds"]))
    say(sooner(times, "the choice", "scikit-learn " + " ".join(map(str, fastest.values()))))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("softmax")
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--iterations", type=int, default=100, help="scikit-learn's max_iter (100)")
    parser.add_argument("--record", action="store_true", help="keep what is said for the document")
    options = parser.parse_args()
    os.environ.setdefault("SOFTMAX_DATA", "/usr/share/datasets/fashion-mnist")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.sets or ["digits", "letters", "fashion-10000"]:
            notes = Notes()
            compare(options.softmax, name, folder, options.pairs, options.iterations, notes.say)
            if options.record:
                notes.keep(f"choose-penalty.py SOFTMAX {name}")


main()
