#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `softmax train --model linear` with scikit-learn and scikit-learn-intelex: the seconds until the
objective is first within 1e-6 of the optimum, and the seconds of an evaluation of loss and gradient.

  solve.py SOFTMAX fashion --target 0.3498931
  solve.py SOFTMAX probe --c 10
  solve.py SOFTMAX embeddings.npz --c 100
  solve.py SOFTMAX rows.svm                       sparse rows
  solve.py SOFTMAX rows.svm --one-vs-rest         beside LIBLINEAR, each within 1e-6 of its own optimum
  solve.py SOFTMAX fashion-10000 --l1 0.0007      a tenth of the weights is not 0
  solve.py SOFTMAX FOLDER --c 0.316 --evaluations 2 --peers lbfgs:float32 --only-peers
                                                  what an iteration takes, on data too large for more

SOFTMAX is the command, built in release. The data are those of peers/data_sets.py; peers/make_data.py makes larger
ones. Each peer runs once, hardly longer than the fastest so far; then the fastest and ours in turn. Ours
takes as many iterations as it needs to the target, and its certificate afterwards is not left out. BENCH_PYTHON names
a Python with scikit-learn and scikit-learn-intelex; SOFTMAX_DATA the folder of Fashion-MNIST. With --record what is
said is kept in solves.json, from which `run.py --render` writes docs/benchmarks.md.
"""

import argparse
import os
import statistics
import sys
import tempfile

from driver.once import Notes, run_ours, run_peer, sooner

TYPES = ("float64", "float32")
DENSE = [f"{s}:{t}" for s in ("intelex", "newton-cg", "lbfgs", "newton-cholesky") for t in TYPES]
SPARSE = ["newton-cg:float64", "lbfgs:float64", "saga:float64"]
L1 = ["saga:float32", "saga:float64"]
LIBLINEAR = ["liblinear:float64"]


class Comparison:
    def __init__(self, options, folder, say):
        self.options, self.folder, self.say = options, folder, say
        self.words = run_peer("data_sets.py", options.data, folder)
        self.target = options.target

    def ours(self, iterations=1000):
        """The result of the command after at most so many iterations."""
        options = self.options
        command = [options.softmax, "train", *self.words, "--model", "linear", "--json", "--quiet", "--force"]
        command += ["--output", os.path.join(self.folder, "model.safetensors")]
        command += ["--iterations", str(iterations)]
        if options.one_vs_rest:
            command += ["--loss", "one-vs-rest"]
        if options.l1 or options.l2:
            command += ["--l1", repr(options.l1), "--l2", repr(options.l2)]
        else:
            command += ["--c", repr(options.c)]
        return run_ours(command)

    def peer(self, name, **named):
        """The result of a peer such as lbfgs:float32; `limit` is the most seconds of its fit."""
        solver, kind = name.split(":")
        options = self.options
        # LIBLINEAR penalizes the biases, so its optimum is another one.
        if self.target is not None and "evaluations" not in named and solver != "liblinear":
            named["target"] = repr(self.target)
        words = [f"{key}={value}" for key, value in named.items()]
        return run_peer(
            "sklearn_solve.py", *words, data=options.data, folder=self.folder, solver=solver,
            type=kind, c=options.c, l1=options.l1, l2=options.l2,
        )

    def least_iterations(self, most):
        """The least number of iterations after which ours is at the target."""
        low, high = 1, most
        while low < high:
            middle = (low + high) // 2
            if self.ours(middle)["objective"] <= self.target:
                high = middle
            else:
                low = middle + 1
        return low

    def whole(self):
        """Solves to the certificate and chooses the target; the number of iterations to it."""
        result = self.ours()
        self.say(
            f"ours: objective {result['objective']:.9g}, gap at most {result['objective_gap']:.1e}, "
            f"{result['iterations']} iterations, {result['seconds']:.3f} s, "
            f"{1e3 * result['seconds_per_evaluation']:.2f} ms an evaluation"
        )
        if self.target is None:
            self.target = result["objective"] * (1 + 1e-6)
        count = self.least_iterations(result["iterations"])
        self.say(f"target {self.target:.9g}: ours after {count} iterations")
        return count

    def fastest(self, names):
        """The peer that is the first at the target, with what it takes again; nil if none comes there."""
        found, best = None, None
        named = {"evaluations": self.options.evaluations} if self.options.evaluations else {}
        for name in names:
            # Who takes longer than the fastest so far need not arrive.
            limit = min(self.options.limit, 1.2 * best + 5 if best else self.options.limit)
            result = self.peer(name, limit=limit, **named)
            text = f"{result['seconds']:.2f} s, objective {result['objective']:.9g}"
            if "evaluations" in result:
                each = 1e3 * result["secondsPerEvaluation"]
                text += f", {result['evaluations']} evaluations of {each:.1f} ms"
            self.say(f"  {name}: {'' if result['reached'] else 'NOT THERE, '}{text}")
            if result["reached"] and (best is None or result["seconds"] < best):
                found, best = (name, result.get("again", {})), result["seconds"]
        return found

    def alone(self, count):
        """Ours alone, where no peer comes to the target in time."""
        times = [self.ours(count)["seconds"] for _ in range(self.options.pairs)]
        own = statistics.median(times)
        self.say(f"  ours {own:.4g} s: more than {self.options.limit / max(times):.1f} times sooner")

    def in_turn(self, name, named, count, key, title):
        """Ours and a peer in turn, by their seconds of a key."""
        pairs = []
        for _ in range(self.options.pairs):
            own = self.ours(count)["seconds" if key == "seconds" else "seconds_per_evaluation"]
            pairs.append((own, self.peer(name, **named)[key]))
        self.say(sooner(pairs, title, name))


def peers(options, words):
    if options.peers:
        return options.peers.split(",")
    if options.one_vs_rest:
        return LIBLINEAR
    if options.l1:
        return L1
    return SPARSE if words[0].endswith((".svm", ".svmlight")) else DENSE


def main():
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("softmax")
    parser.add_argument("data")
    parser.add_argument("--c", type=float, default=1.0, help="scikit-learn's C (1)")
    parser.add_argument("--l1", type=float, default=0.0, help="the penalties in place of C")
    parser.add_argument("--l2", type=float, default=0.0)
    parser.add_argument("--one-vs-rest", action="store_true")
    parser.add_argument("--target", type=float, help="an objective (1e-6 above the optimum)")
    parser.add_argument("--peers", default="", help="such as lbfgs:float32,newton-cg:float64")
    parser.add_argument("--only-peers", action="store_true", help="do not run ours")
    parser.add_argument("--evaluations", type=int, help="the most evaluations of a peer")
    parser.add_argument("--limit", type=float, help="the most seconds of a peer (600)")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one pair, at most 20 s for a peer")
    parser.add_argument("--record", action="store_true", help="keep what is said for the document")
    options = parser.parse_args()
    os.environ.setdefault("SOFTMAX_DATA", "/usr/share/datasets/fashion-mnist")
    if options.quick:
        options.pairs = 1
    options.limit = options.limit or (20 if options.quick else 600)
    notes = Notes()
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(options, folder, notes.say)
        count = None if options.only_peers else comparison.whole()
        names = peers(options, comparison.words)
        fastest = comparison.fastest(names)
        if count and fastest:
            comparison.in_turn(*fastest, count, "seconds", "to the target")
        elif count:
            comparison.alone(count)
        for name in names if count else []:
            # One of L-BFGS, which is its iteration but for a few in the line search.
            if name in ("lbfgs:float32", "intelex:float32"):
                named = {"evaluations": 25}
                comparison.in_turn(name, named, count, "secondsPerEvaluation", "an evaluation")
    if options.record:
        words = [os.path.basename(options.data), *sys.argv[3:]]
        notes.keep(" ".join(["solve.py SOFTMAX", *(w for w in words if w != "--record")]))


main()
