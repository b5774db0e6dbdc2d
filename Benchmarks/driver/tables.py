# SPDX-License-Identifier: Apache-2.0
"""What `Benchmarks/tables/run.py` and `texts.py` measured, kept in tables/results.jsonl, times.jsonl and texts.jsonl."""

import json
import math
import statistics

from .build import FOLDER
from .text import table

RESULTS = FOLDER / "tables" / "results.jsonl"
TIMES = FOLDER / "tables" / "times.jsonl"
TEXTS = FOLDER / "tables" / "texts.jsonl"
PEERS = {
    "logistic": "LogisticRegression",
    "logistic-cv": "LogisticRegressionCV",
    "mlp": "MLPClassifier",
    "hist-gradient-boosting": "HistGradientBoosting",
    "catboost": "CatBoost",
    "realmlp": "RealMLP-TD",
    "realmlp-s": "RealMLP-TD-S",
}


def own_figures(lines):
    """How what `train` says of itself agrees with the test rows, over the results of ours; a dictionary."""
    lines = [line for line in lines if line.get("cv_accuracy") is not None]
    accuracy = statistics.fmean(line["cv_accuracy"] - line["accuracy"] for line in lines)
    # Of the means: a single split whose log loss is nearly 0 would outweigh all others in a mean of ratios.
    loss = math.fsum(line["cv_log_loss"] for line in lines) / math.fsum(line["log_loss"] for line in lines) - 1
    with_intervals = [line for line in lines if line.get("cv_accuracy_low") is not None]

    def holds(line):
        # The interval of the difference of two shares from those of each: Newcombe, "Interval estimation for the
        # difference between independent proportions", Statistics in Medicine 17, 1998, method 10.
        difference = line["cv_accuracy"] - line["accuracy"]
        if difference > 0:
            parts = line["cv_accuracy"] - line["cv_accuracy_low"], line["accuracy_high"] - line["accuracy"]
        else:
            parts = line["cv_accuracy_high"] - line["cv_accuracy"], line["accuracy"] - line["accuracy_low"]
        return abs(difference) <= math.hypot(*parts)

    return {
        "count": len(with_intervals),
        "covered": statistics.fmean(map(holds, with_intervals)) if with_intervals else math.nan,
        "accuracy": accuracy,
        "log_loss": loss,
    }


def own_text():
    if not RESULTS.exists():
        return ""
    lines = [json.loads(line) for line in RESULTS.read_text().splitlines()]
    found = own_figures(line for line in lines if line["model"] == "softmax" and "error" not in line)
    return (
        f"What ours says of itself, less the test rows' figure, is {100 * found['accuracy']:+.2f} points of accuracy and "
        f"{100 * found['log_loss']:+.1f} % of the mean log loss. In {100 * found['covered']:.1f} % of the "
        f"{found['count']} cases the two accuracies differ by no more than their 95 % intervals allow (Newcombe, 1998, method 10)."
    )


def texts():
    """Accuracy, log loss and seconds on tables of texts, ours and scikit-learn in turn."""
    if not TEXTS.exists():
        return "Not measured yet."
    lines = [json.loads(line) for line in TEXTS.read_text().splitlines()]
    known = {(line["texts"], line["model"]): line for line in lines}
    names = list(dict.fromkeys(line["texts"] for line in lines))
    models = ("softmax", "scikit-learn")

    def cells(line):
        return [f"{100 * line['accuracy']:.2f}", f"{line['log_loss']:.3f}", f"{line['seconds']:.1f}"]

    body = [[n, f"{known[n, models[0]]['rows']:,}", *(c for m in models for c in cells(known[n, m]))] for n in names]
    sums = [f"{sum(known[n, m]['seconds'] for n in names):.1f}" for m in models]
    body.append(["all", "", "", "", sums[0], "", "", sums[1]])
    heads = [f"{who}, {what}" for who in ("ours", "scikit-learn") for what in ("accuracy", "log loss", "seconds")]
    return table(["texts", " rows to learn from", *heads], body)


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
