#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `softmax train TABLE --target COLUMN`, without another option, with the peers' defaults on public tables.

  run.py SOFTMAX [--tables a,b] [--models logistic,catboost] [--seeds 0,1,2] [--results FILE] [--limit SECONDS]

SOFTMAX is the command, built in release. data.py says where the tables come from; BENCH_PYTHON names the Python of
the peers, which needs what data.py and peer.py import. Each result is kept in the file of --results as a line of
JSON, so an interrupted run goes on; with results there, the summary is printed: accuracy, log loss and seconds,
means over the seeds, and ours by its own folds. A peer's seconds are those of fitting and predicting, ours those of
the whole process.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))

from data import TABLES, write  # noqa: E402
from driver.tables import own_figures  # noqa: E402

MODELS = "logistic,logistic-cv,mlp,hist-gradient-boosting,catboost,realmlp,realmlp-s"
OURS = "softmax"


def ours(command, folder, target, limit):
    model = os.path.join(folder, "model.safetensors")
    start = time.perf_counter()
    done = subprocess.run(
        [command, "train", f"{folder}/train.csv", "--target", target, "--test", f"{folder}/test.csv"]
        + ["--json", "--quiet", "--force", "--output", model],
        capture_output=True, text=True, timeout=limit,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[-300:])
    seconds = time.perf_counter() - start
    result = json.loads(done.stdout.splitlines()[-1])
    names = ["accuracy", "accuracy_low", "accuracy_high", "log_loss"]
    names += ["cv_accuracy", "cv_accuracy_low", "cv_accuracy_high", "cv_log_loss"]
    return {name: result.get(name) for name in names} | {"seconds": seconds}


def peer(model, folder, target, seed, limit):
    script = Path(__file__).parent / "peer.py"
    python = os.environ.get("BENCH_PYTHON", sys.executable)
    done = subprocess.run(
        [python, str(script), model, folder, target, str(seed)],
        capture_output=True, text=True, timeout=limit,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[-300:])
    return json.loads(done.stdout.splitlines()[-1])


def measure(options, known):
    for seed in options.seeds:
        for table in options.tables:
            wanted = [m for m in [OURS, *options.models] if (table, m, seed) not in known]
            if not wanted:
                continue
            with tempfile.TemporaryDirectory() as folder:
                target = write(table, seed, folder)
                for model in wanted:
                    try:
                        if model == OURS:
                            result = ours(options.command, folder, target, options.limit)
                        else:
                            result = peer(model, folder, target, seed, options.limit)
                    except (RuntimeError, subprocess.TimeoutExpired) as error:
                        result = {"error": str(error)[-300:]}
                    line = {"table": table, "model": model, "seed": seed} | result
                    known[table, model, seed] = line
                    print(json.dumps(line), flush=True)
                    with open(options.results, "a") as file:
                        file.write(json.dumps(line) + "\n")


def means(known, table, model, name):
    values = [
        line[name] for (t, m, _), line in known.items()
        if t == table and m == model and line.get(name) is not None
    ]
    return statistics.fmean(values) if values else math.nan


def summary(known, models):
    tables = sorted({table for table, _, _ in known})
    print(f"{'table':12}" + "".join(f"{model[:16]:>17}" for model in models))
    for table in tables:
        cells = [
            f"{100 * means(known, table, model, 'accuracy'):6.2f} "
            f"{means(known, table, model, 'log_loss'):.4f}"
            for model in models
        ]
        print(f"{table:12}" + "".join(f"{cell:>17}" for cell in cells))
    common = [
        table for table in tables
        if not any(math.isnan(means(known, table, model, "log_loss")) for model in models)
    ]
    print(f"\nmeans over the {len(common)} tables that all have:")
    for model in models:
        accuracy, loss, seconds = (
            statistics.fmean(means(known, table, model, name) for table in common)
            for name in ("accuracy", "log_loss", "seconds")
        ) if common else (math.nan,) * 3
        print(f"{model:24} {100 * accuracy:6.2f} % {loss:.4f} {seconds:8.2f} s a table")
    lines = [line for (_, model, _), line in known.items() if model == OURS]
    if lines:
        found = own_figures(lines)
        print(f"its own figures less the test rows': accuracy {100 * found['accuracy']:+.2f} points, "
              f"log loss {100 * found['log_loss']:+.1f} %; within the intervals {100 * found['covered']:.1f} % "
              f"of {found['count']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command")
    parser.add_argument("--tables", default=",".join(TABLES), type=lambda text: text.split(","))
    parser.add_argument("--models", default=MODELS, type=lambda text: [m for m in text.split(",") if m])
    parser.add_argument("--seeds", default="0,1,2", type=lambda text: [int(s) for s in text.split(",")])
    parser.add_argument("--results", default="tables.jsonl")
    parser.add_argument("--limit", type=float, default=1800)
    options = parser.parse_args()
    known = {}
    if os.path.exists(options.results):
        for text in Path(options.results).read_text().splitlines():
            line = json.loads(text)
            if "error" not in line:
                known[line["table"], line["model"], line["seed"]] = line
    measure(options, known)
    summary(known, [OURS, *options.models])


if __name__ == "__main__":
    main()
