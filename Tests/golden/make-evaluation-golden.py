#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/ModelTests/Golden/scikit-learn.json: what scikit-learn says of predictions.

usage: make-evaluation-golden.py FILE      (made with scikit-learn 1.9.1, numpy 2)

Logits are rounded to float, so that the library starts from the same; probabilities are their softmax
in double. Whole rows are repeated with other labels, so that scores tie.
"""
import json
import re
import sys
import warnings

import numpy as np
from sklearn.metrics import (
    classification_report,
    confusion_matrix,
    f1_score,
    log_loss,
    precision_recall_fscore_support,
    roc_auc_score,
    top_k_accuracy_score,
)

warnings.simplefilter("ignore")
random = np.random.default_rng(7)


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def listed(array):
    return np.asarray(array).tolist()


def areas(labels, probabilities, classes):
    result = []
    for k in range(classes):
        positive = labels == k
        both = positive.any() and not positive.all()
        result.append(roc_auc_score(positive, probabilities[:, k]) if both else None)
    return result


def case(name, names, labels, logits):
    classes = len(names)
    labels = np.asarray(labels)
    logits = np.asarray(logits, dtype=np.float32).astype(np.float64)
    probabilities = softmax(logits)
    for column in probabilities.T:
        # Scores that differ must differ in float too, or their order is a matter of rounding.
        gaps = np.diff(np.unique(column))
        assert (gaps > 2e-7).all(), (name, gaps.min())
    predictions = logits.argmax(axis=1)
    everything = list(range(classes))
    occurring = sorted(set(labels) | set(predictions))
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predictions, labels=everything, zero_division=0)
    averages = {}
    for average in ["macro", "weighted"]:
        averages[average] = listed(
            precision_recall_fscore_support(labels, predictions, average=average, zero_division=0)[:3])
    assert averages["macro"][2] == f1_score(labels, predictions, average="macro")
    auc = areas(labels, probabilities, classes)
    macro = None
    if all(area is not None for area in auc):
        macro = (
            roc_auc_score(labels, probabilities[:, 1]) if classes == 2
            else roc_auc_score(labels, probabilities, multi_class="ovr", average="macro"))
    reports = {
        str(digits): whole(classification_report(
            labels, predictions, labels=occurring, target_names=[names[k] for k in occurring],
            digits=digits, zero_division=0))
        for digits in [2, 4]
    }
    top = [float(np.mean(labels == predictions))]
    if classes > 2:
        top += [
            float(top_k_accuracy_score(labels, probabilities, k=k, labels=everything))
            for k in range(2, classes)
        ]
    return {
        "name": name,
        "classNames": names,
        "labels": listed(labels),
        "logits": listed(logits),
        "predictions": listed(predictions),
        "confusion": listed(confusion_matrix(labels, predictions, labels=everything)),
        "normalized": {
            mode: listed(confusion_matrix(labels, predictions, labels=everything, normalize=mode))
            for mode in ["true", "pred", "all"]
        },
        "precision": listed(precision),
        "recall": listed(recall),
        "f1": listed(f1),
        "support": listed(support),
        "averages": averages,
        "reports": reports,
        "areas": auc,
        "macroArea": macro,
        "topK": top,
        "logLoss": float(log_loss(labels, probabilities, labels=everything)),
    }


def whole(report):
    # Where no prediction is right, scikit-learn 1.9.1 prints the support as "3.0".
    return re.sub(r"  (\d+)\.0$", r"    \1", report, flags=re.MULTILINE)


def drawn(rows, classes, strength, repeated=0):
    labels = random.integers(0, classes, rows)
    logits = random.normal(size=(rows, classes))
    logits[np.arange(rows), labels] += strength
    for row in range(repeated):
        logits[-1 - row] = logits[row]
    return labels, logits


def one_hot(predictions, classes):
    logits = np.zeros((len(predictions), classes))
    logits[np.arange(len(predictions)), predictions] = 3
    logits += np.arange(classes) / 8
    return logits


fashion = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
]
cases = [
    case("the documentation's", ["class 0", "class 1", "class 2"], [0, 1, 2, 2, 2],
         one_hot([0, 0, 2, 2, 1], 3)),
    case("ten classes with ties", fashion, *drawn(400, 10, 1.5, repeated=120)),
    case("two classes", ["benign", "malware"], *drawn(97, 2, 1.0, repeated=20)),
    case("a class never predicted", ["été", "a class with a rather long name", "c"],
         [0, 0, 1, 1, 2, 2, 2], one_hot([0, 2, 2, 0, 2, 2, 0], 3)),
    case("a class that does not occur", ["a", "b", "c", "d"], [0, 0, 1, 3, 3, 0],
         one_hot([0, 1, 1, 3, 0, 0], 4)),
    case("a class predicted that has no samples", ["a", "b", "c"], [0, 0, 1, 1],
         one_hot([0, 2, 1, 1], 3)),
    case("nothing right", ["a", "b"], [0, 0, 1], one_hot([1, 1, 0], 2)),
    case("one sample", ["a", "b", "c"], [1], one_hot([1], 3)),
]
with open(sys.argv[1], "w") as file:
    json.dump(cases, file, ensure_ascii=False, separators=(",", ":"))
    file.write("\n")
