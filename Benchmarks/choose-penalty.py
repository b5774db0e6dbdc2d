#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `softmax train --l2 auto` with scikit-learn's LogisticRegressionCV: seconds, and the chosen penalty.

  choose-penalty.py SOFTMAX [digits] [letters] [fashion] [--pairs 5]

SOFTMAX is the command, built in release. Each option of scikit-learn runs once, then the fastest and ours in
turn. The data are those of peers/penalty_data.py. BENCH_PYTHON names a Python with scikit-learn and pyreadr;
SOFTMAX_DATA the folder of Fashion-MNIST, MLBENCH that of LetterRecognition.rda.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, "peers"))
PYTHON = os.environ.get("BENCH_PYTHON", sys.executable)
OPTIONS = [
    {"solver": solver, "type": kind, "jobs": jobs}
    for solver in ("lbfgs", "newton-cg", "newton-cholesky")
    for kind in ("float32", "float64")
    for jobs in (1, 2)
]
# Too slow to try: a factorization of 7,850 parameters in each iteration.
TOO_SLOW = {("fashion", "newton-cholesky")}


def ours(command, name, folder):
    words = json.loads(run_python("data", name, folder))
    done = subprocess.run(
        [command, "train", *words, "--model", "linear", "--l2", "auto", "--json", "--quiet"]
        + ["--output", os.path.join(folder, "model.safetensors")],
        capture_output=True, text=True, check=True,
    )
    result = json.loads(done.stdout.splitlines()[-1])
    return {
        "seconds": result["seconds"],
        "c": result["penalty"]["c"],
        "losses": [point["log_loss"] for point in result["penalty"]["path"]],
        "gap": result["objective_gap"],
    }


def run_python(kind, name, folder):
    program = (
        f"import json, sys; sys.path.insert(0, {os.path.join(FOLDER, 'peers')!r})\n"
        "from penalty_data import WORDS, load\n"
        f"print(json.dumps([load({name!r}, {folder!r})[2], *WORDS.get({name!r}, [])]))"
    )
    return subprocess.run([PYTHON, "-c", program], capture_output=True, text=True, check=True).stdout


def peer(name, folder, options, iterations, limit=None):
    words = [f"{key}={value}" for key, value in options.items()]
    try:
        done = subprocess.run(
            [PYTHON, os.path.join(FOLDER, "peers", "sklearn_penalty.py"), f"name={name}"]
            + [f"folder={folder}", f"iterations={iterations}", *words],
            input="run\n", capture_output=True, text=True, check=True, timeout=limit,
        )
    except subprocess.TimeoutExpired:
        return None
    return json.loads(done.stdout.splitlines()[-1])


def say(text):
    print(text, flush=True)


def compare(command, name, folder, pairs, iterations):
    first = ours(command, name, folder)
    say(f"\n{name}: ours {first['seconds']:.2f} s, C {first['c']:.4g}, gap {first['gap']:.1e}")
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
    ratios, times = [], []
    for _ in range(pairs):
        own = ours(command, name, folder)["seconds"]
        other = peer(name, folder, fastest, iterations)["seconds"]
        times.append((own, other))
        ratios.append(other / own)
    own, other = (statistics.median(side) for side in zip(*times))
    say(
        f"  {pairs} pairs: ours {own:.3f} s, scikit-learn ({' '.join(map(str, fastest.values()))}) {other:.2f} s: "
        f"{statistics.median(ratios):.1f} times sooner ({min(ratios):.1f} to {max(ratios):.1f})"
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("softmax")
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--iterations", type=int, default=100, help="scikit-learn's max_iter (100)")
    options = parser.parse_args()
    os.environ.setdefault("SOFTMAX_DATA", "/usr/share/datasets/fashion-mnist")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.sets or ["digits", "letters", "fashion"]:
            compare(options.softmax, name, folder, options.pairs, options.iterations)


main()
