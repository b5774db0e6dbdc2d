# SPDX-License-Identifier: Apache-2.0
"""Writes made groups with the folds of StratifiedGroupKFold and TimeSeriesSplit to Tests/DataTests/Golden/folds.json.

Needs scikit-learn: python Tests/golden/make-group-folds.py
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.model_selection import StratifiedGroupKFold, TimeSeriesSplit

TESTS = pathlib.Path(__file__).parents[1]


def unevenness(folds, labels):
    """The mean over the classes of the standard deviation of their shares in the folds."""
    classes = np.unique(labels)
    shares = [[np.mean(fold_labels == c) * len(fold_labels) / np.sum(labels == c) for c in classes]
              for fold_labels in (labels[held] for held in folds)]
    return float(np.mean(np.std(shares, axis=0)))


def groups(name, sizes, shares, seed, folds=5):
    """Groups of some sizes, whose rows have the classes by shares that differ from group to group."""
    random = np.random.default_rng(seed)
    ids, labels = [], []
    for group, size in enumerate(sizes):
        own = random.dirichlet(shares)
        ids += [group] * size
        labels += random.choice(len(shares), size, p=own).tolist()
    order = random.permutation(len(ids))
    ids, labels = np.array(ids)[order], np.array(labels)[order]
    held = [h for _, h in StratifiedGroupKFold(folds).split(ids, labels, ids)]
    return {
        "name": name, "foldCount": folds, "groups": ids.tolist(), "labels": labels.tolist(),
        "unevenness": unevenness(held, labels),
    }


def times(count, folds):
    return {
        "count": count, "foldCount": folds,
        "judged": [held.tolist() for _, held in TimeSeriesSplit(folds).split(np.zeros(count))],
    }


random = np.random.default_rng(0)
golden = {
    "version": sklearn.__version__,
    "groups": [
        groups("patients", random.integers(1, 9, 60), [1, 1, 1], 1),
        groups("one large", [200] + [5] * 40, [2, 1], 2),
        groups("of one class each", [4] * 50, [0.05, 0.05, 0.05], 3),
        groups("rare class", random.integers(5, 30, 25), [9, 3, 0.2], 4),
        groups("as many as folds", [11, 3, 25, 8, 14], [1, 1], 5),
        groups("customers", random.geometric(0.2, 300), [5, 3, 1, 1], 6, 10),
        groups("two folds", random.integers(1, 40, 12), [1, 2], 7, 2),
    ],
    "times": [times(60, 5), times(23, 4), times(11, 2)],
}
path = TESTS / "DataTests" / "Golden" / "folds.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
