#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/ModelTests/Golden/multi-label.json: what scikit-learn says of samples of any number of classes.

usage: make-multi-label.py FILE      (made with scikit-learn 1.9.1, numpy 2)

Logits are multiples of 1/4, so some tie; scikit-learn ranks the logits themselves. null is an area of a class that all
samples belong to or none does.
"""
import json
import sys
import warnings

import numpy as np
from sklearn import metrics as sk

warnings.simplefilter("ignore")
random = np.random.default_rng(15)


def case(rows, classes, share, kind, scale):
    truth = (random.uniform(size=(rows, classes)) < share).astype(int)
    logits = np.round((random.normal(size=(rows, classes)) * 2 + 2 * truth - 1) * 4) / 4 * scale
    weights = np.ones(rows)
    if kind == "zeros":
        weights = random.integers(0, 3, rows) / 2 + (np.arange(rows) == 0)
    if kind == "fractions":
        weights = np.float32(random.uniform(0.1, 3, rows)).astype(float)
    predicted = (logits > 0).astype(int)
    w = dict(sample_weight=weights)
    losses = np.logaddexp(0, np.where(truth == 1, -logits, logits))
    areas, precisions = [], []
    for k in range(classes):
        own = truth[weights > 0, k]
        both = own.any() and not own.all()
        areas.append(sk.roc_auc_score(truth[:, k], logits[:, k], **w) if both else None)
        precisions.append(
            sk.average_precision_score(truth[:, k], logits[:, k], **w) if both else None)
    averages = {}
    for average in ("micro", "macro", "weighted", "samples"):
        averages[average] = [float(value) for value in sk.precision_recall_fscore_support(
            truth, predicted, average=average, zero_division=0, **w)[:3]]
    return {
        "classes": classes, "truth": truth.ravel().tolist(), "logits": logits.ravel().tolist(),
        "weights": weights.tolist(),
        "logLoss": float(np.average(losses.mean(axis=1), weights=weights)),
        "accuracy": 1 - float(sk.hamming_loss(truth, predicted, **w)),
        "exact": float(sk.accuracy_score(truth, predicted, **w)),
        "averages": averages,
        "jaccard": float(sk.jaccard_score(truth, predicted, average="samples", zero_division=0, **w)),
        "rankingPrecision": float(sk.label_ranking_average_precision_score(truth, logits, **w)),
        "rankingLoss": float(sk.label_ranking_loss(truth, logits, **w)),
        "coverage": float(sk.coverage_error(truth, logits, **w)),
        "areas": areas, "precisions": precisions,
    }


cases = []
for index in range(64):
    cases.append(case(
        1 if index % 16 == 15 else 4 + index % 9, 2 + index % 4, [0.4, 0.1, 0.9][index % 3],
        [None, "zeros", "fractions", None][index % 4], 400 if index % 8 == 5 else 1))
with open(sys.argv[1], "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases) + "\n]\n")
print(len(cases), "cases")
