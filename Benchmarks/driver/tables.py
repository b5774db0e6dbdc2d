# SPDX-License-Identifier: Apache-2.0
"""What `Benchmarks/tables/run.py` measured, kept in tables/results.jsonl and tables/times.jsonl."""

import json
import statistics

from .build import FOLDER
from .text import table

RESULTS = FOLDER / "tables" / "results.jsonl"
TIMES = FOLDER / "tables" / "times.jsonl"
PEERS = {
    "logistic": "LogisticRegression",
    "logistic-cv": "LogisticRegressionCV",
    "mlp": "MLPClassifier",
    "hist-gradient-boosting": "HistGradientBoosting",
    "catboost": "CatBoost",
    "realmlp": "RealMLP-TD",
    "realmlp-s": "RealMLP-TD-S",
}


def text():
    """Accuracy and log loss of the tables and seeds that all models have, means over the seeds."""
    if not RESULTS.exists():
        return "Not measured yet."
    lines = [json.loads(line) for line in RESULTS.read_text().splitlines()]
    known = {(line["table"], line["model"], line["seed"]): line for line in lines if "error" not in line}
    models = [model for model in PEERS if any(model == m for _, m, _ in known)]
    cases = sorted(
        (t, s) for t, m, s in known if m == "softmax" and all((t, p, s) in known for p in models)
    )
    names = sorted({t for t, _ in cases})

    def pair(name, model, prefix=""):
        rows = [known[t, model, s] for t, s in cases if t == name]
        return tuple(statistics.fmean(row[prefix + key] for row in rows) for key in ("accuracy", "log_loss"))

    columns = [[pair(n, "softmax") for n in names], [pair(n, "softmax", "cv_") for n in names]]
    columns += [[pair(n, model) for n in names] for model in models]
    for column in columns:
        column.append(tuple(statistics.fmean(values) for values in zip(*column)))
    heads = ["table", "ours", "ours, by its own folds", *(PEERS[model] for model in models)]
    body = [
        [name, *(f"{100 * accuracy:.1f} {loss:.3f}" for accuracy, loss in row)]
        for name, row in zip([*names, "mean"], zip(*columns))
    ]
    return table(heads, body)


def times():
    """Accuracy, log loss and seconds of one split of each table, ours and CatBoost in turn."""
    if not TIMES.exists():
        return "Not measured yet."
    lines = [json.loads(line) for line in TIMES.read_text().splitlines()]
    known = {(line["table"], line["model"]): line for line in lines}
    names = sorted({t for t, _ in known if (t, "softmax") in known and (t, "catboost") in known})
    keys = ("accuracy", "log_loss", "seconds")

    def cells(rows, summarize):
        accuracy, loss, seconds = ([row[key] for row in rows] for key in keys)
        return [
            f"{100 * statistics.fmean(accuracy):.1f}",
            f"{statistics.fmean(loss):.3f}",
            f"{summarize(seconds):.1f}",
        ]

    body = [[n, *(c for m in ("softmax", "catboost") for c in cells([known[n, m]], sum))] for n in names]
    total = [c for m in ("softmax", "catboost") for c in cells([known[n, m] for n in names], sum)]
    body.append(["mean, sum of seconds", *total])
    heads = [f"{who}, {what}" for who in ("ours", "CatBoost") for what in ("accuracy", "log loss", "seconds")]
    return table(["table", *heads], body)
