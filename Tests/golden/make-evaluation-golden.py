#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/ModelTests/Golden/scikit-learn.json: what scikit-learn says of predictions.

usage: make-evaluation-golden.py FILE      (made with scikit-learn 1.9.1, numpy 2, scipy)

Logits are rounded to float, so that the library starts from the same; probabilities are their softmax
in double. Whole rows are repeated with other labels, so that scores tie.

Probabilities in double saturate, and rows that differ would tie; so what depends on ranks is asked of the ranks
of the probabilities in 400 decimal digits. Of equal scores `top_k_accuracy_score` takes the class of the higher
index first, where `argmax`, and the library, take the lower one: it is asked with the classes numbered backwards.
"""
import json
import re
import sys
import warnings
from decimal import Decimal, getcontext

import numpy as np
from scipy.special import logsumexp
from sklearn.metrics import (
    classification_report,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
    roc_auc_score,
    top_k_accuracy_score,
)

warnings.simplefilter("ignore")
random = np.random.default_rng(7)


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


getcontext().prec = 400


def ranks(logits):
    """For each class the place of each row's probability among those of all rows, equals alike."""
    exact = []
    for row in logits:
        z = [Decimal(float(value)) for value in row]
        exponentials = [(value - max(z)).exp() for value in z]
        # The odds of the class, which do not saturate at 1 as p does.
        exact.append([
            e / sum(exponentials[:k] + exponentials[k + 1:]) for k, e in enumerate(exponentials)])
    columns = []
    for column in zip(*exact):
        # Odds that are equal in truth may differ in their last digits.
        texts = [f"{value:.200e}" for value in column]
        order = sorted(set(texts), key=Decimal)
        place = {text: index for index, text in enumerate(order)}
        columns.append([place[text] for text in texts])
    return np.array(columns).T


def listed(array):
    return np.asarray(array).tolist()


def areas(labels, scores, classes):
    result = []
    for k in range(classes):
        positive = labels == k
        both = positive.any() and not positive.all()
        result.append(roc_auc_score(positive, scores[:, k]) if both else None)
    return result


# `is_lost` says that probabilities in double have lost the order, or make ties unequal.
def case(name, names, labels, logits, is_lost=False):
    classes = len(names)
    labels = np.asarray(labels)
    logits = np.asarray(logits, dtype=np.float32).astype(np.float64)
    probabilities = softmax(logits)
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
    auc = areas(labels, ranks(logits), classes)
    macro = None
    if all(area is not None for area in auc):
        macro = float(np.mean(auc))
        if not is_lost:
            assert np.isclose(macro, (
                roc_auc_score(labels, probabilities[:, 1]) if classes == 2
                else roc_auc_score(labels, probabilities, multi_class="ovr", average="macro")))
    reports = {
        str(digits): whole(classification_report(
            labels, predictions, labels=occurring, target_names=[names[k] for k in occurring],
            digits=digits, zero_division=0))
        for digits in [2, 4]
    }
    top = [float(np.mean(labels == predictions))]
    if classes > 2:
        top += [
            float(top_k_accuracy_score(
                classes - 1 - labels, logits[:, ::-1], k=k, labels=everything))
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
        # scikit-learn's log_loss clips; this is the same without.
        "logLoss": float(np.mean(
            logsumexp(logits, axis=1) - logits[np.arange(len(labels)), labels])),
    }


def whole(report):
    # Where no prediction is right, scikit-learn 1.9.1 prints the support as "3.0".
    return re.sub(r"  (\d+)\.0$", r"    \1", report, flags=re.MULTILINE)


def tied(rows, classes):
    """Logits of few values, the lower indices more often great: which of equals comes first shows."""
    labels = random.integers(0, classes, rows)
    logits = random.integers(0, 3, (rows, classes)).astype(float)
    logits[:, 0] += random.integers(0, 2, rows)
    return labels, logits


def drawn(rows, classes, strength, repeated=0, scale=1):
    labels = random.integers(0, classes, rows)
    logits = random.normal(size=(rows, classes))
    logits[np.arange(rows), labels] += strength
    for row in range(repeated):
        logits[-1 - row] = logits[row]
    return labels, logits * scale


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
    case("probabilities of 0 and 1", ["L", "M", "S", "XL", "XS", "XXL"],
         *drawn(120, 6, 1.0, repeated=20, scale=4000), is_lost=True),
    case("probabilities near 1", ["no", "yes"], *drawn(80, 2, 1.0, scale=60), is_lost=True),
    case("ties that are not symmetric", ["a", "b", "c", "d", "e"], *tied(90, 5), is_lost=True),
]
with open(sys.argv[1], "w") as file:
    json.dump(cases, file, ensure_ascii=False, separators=(",", ":"))
    file.write("\n")
