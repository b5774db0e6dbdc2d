#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""All metrics that `softmax evaluate` shows, from stored logits: scikit-learn's beside ours, in turn, on the same rows.

usage: metrics.py BENCH [--rows 1000000] [--classes 10] [--pairs 5] [--alone]

BENCH is .build/release/softmax-bench. scikit-learn computes what it has, nothing twice: the confusion matrix, precision,
recall and F1 of each class, the ROC areas, log loss and its skill, the top-3 accuracy. Ours computes the calibration
error and average precisions as well. `--alone` leaves scikit-learn out.
"""
import argparse
import json
import statistics
import subprocess
import tempfile
import time

import numpy as np

NAMES = (
    "accuracy", "log_loss", "log_loss_skill", "macro_f1", "weighted_f1", "roc_auc_macro",
    "top_3_accuracy", "expected_calibration_error")


def sklearn_metrics(labels, logits):
    from scipy.special import softmax
    from sklearn import metrics as sk

    classes = logits.shape[1]
    p = softmax(logits.astype(np.float64), axis=1)
    predictions = logits.argmax(axis=1)
    everything = np.arange(classes)
    _, _, f1, support = sk.precision_recall_fscore_support(
        labels, predictions, labels=everything, zero_division=0)
    sk.confusion_matrix(labels, predictions, labels=everything)
    areas = sk.roc_auc_score(labels, p, multi_class="ovr", average=None, labels=everything)
    return {
        "accuracy": sk.accuracy_score(labels, predictions),
        "log_loss": sk.log_loss(labels, p, labels=everything),
        "log_loss_skill": sk.d2_log_loss_score(labels, p, labels=everything),
        "macro_f1": f1.mean(),
        "weighted_f1": np.average(f1, weights=support),
        "roc_auc_macro": areas.mean(),
        "top_3_accuracy": sk.top_k_accuracy_score(labels, p, k=3, labels=everything),
    }


parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("bench")
parser.add_argument("--rows", type=int, default=1_000_000)
parser.add_argument("--classes", type=int, default=10)
parser.add_argument("--pairs", type=int, default=5)
parser.add_argument("--alone", action="store_true")
chosen = parser.parse_args()
worker = subprocess.Popen(
    [chosen.bench, "metrics", f"rows={chosen.rows}", f"classes={chosen.classes}",
     "names=" + ",".join(NAMES)],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def asked(command=None):
    if command:
        print(command, file=worker.stdin, flush=True)
    return json.loads(worker.stdout.readline())


asked()
if chosen.alone:
    times = [asked("run")["seconds"] for _ in range(chosen.pairs)]
    with open(f"/proc/{worker.pid}/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(f"ours {statistics.median(times):.2f} s, at most {peak / 2**20:.2f} GiB")
else:
    with tempfile.TemporaryDirectory() as folder:
        asked(f"agree folder={folder}")
        labels = np.fromfile(folder + "/labels.u32", "<u4").astype(np.int64)
        logits = np.fromfile(folder + "/logits.f32", "<f4").reshape(chosen.rows, chosen.classes)
    pairs = []
    for _ in range(chosen.pairs):
        start = time.perf_counter()
        theirs = sklearn_metrics(labels, logits)
        middle = time.perf_counter()
        ours = asked("run")
        pairs.append((ours["seconds"], middle - start))
    for name, value in theirs.items():
        print(f"{name}: {ours[name]:.15g}, scikit-learn {value:.15g}, {abs(ours[name] - value):.1e}")
    ratios = sorted(theirs / ours for ours, theirs in pairs)
    print(
        f"{chosen.rows:,} rows, {chosen.classes} classes: ours {statistics.median(p[0] for p in pairs):.3f} s, "
        f"scikit-learn {statistics.median(p[1] for p in pairs):.3f} s: {statistics.median(ratios):.1f} times sooner "
        f"({ratios[0]:.1f} to {ratios[-1]:.1f}, {chosen.pairs} pairs)")
worker.stdin.close()
worker.wait()
