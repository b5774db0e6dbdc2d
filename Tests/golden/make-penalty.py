# SPDX-License-Identifier: Apache-2.0
"""Writes what LogisticRegressionCV chooses on the built-in data sets to Tests/DataTests/Golden/penalties.json.

The log loss of a penalty is the mean over all held-out rows. Needs scikit-learn:
python Tests/golden/make-penalty.py
"""
import csv
import gzip
import json
import pathlib

import numpy as np
import sklearn
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import StratifiedKFold

TESTS = pathlib.Path(__file__).parents[1]
RESOURCES = TESTS.parent / "Sources" / "SoftmaxData" / "Resources"
SETTINGS = {"solver": "newton-cholesky", "tol": 1e-6, "max_iter": 10_000}


def table(name):
    """The rows of a built-in table, with the classes in its last column."""
    with gzip.open(RESOURCES / name / f"{name}.csv.gz", "rt") as file:
        rows = list(csv.reader(file))[1:]
    # What the library sees: floats.
    features = np.array([[float(v) for v in row[:-1]] for row in rows], np.float32)
    return features.astype(np.float64), np.array([row[-1] for row in rows])


def choice(name, x, y):
    cs = np.logspace(-4, 4, 10)
    folds = list(StratifiedKFold(5).split(x, y))
    model = LogisticRegressionCV(
        Cs=10, cv=5, scoring="neg_log_loss", l1_ratios=(0,), use_legacy_attributes=False, **SETTINGS
    ).fit(x, y)
    losses = -np.asarray(model.scores_).reshape(5, -1).T
    weights = np.array([len(held) for _, held in folds])
    means = losses @ weights / weights.sum()
    errors = np.sqrt(((losses - means[:, None]) ** 2) @ weights / weights.sum() / 4)
    best = int(np.argmin(means))
    strongest = int(np.argmax(means <= means[best] + errors[best]))
    return {
        "name": name, "c": float(np.ravel(model.C_)[0]), "strongest": float(cs[strongest]),
        "losses": means.tolist(), "errors": errors.tolist(),
        "held": [held.tolist() for _, held in folds] if len(y) < 200 else None,
    }


digits = load_digits()
golden = {
    "version": sklearn.__version__,
    "optima": [
        choice("iris", *table("iris")),
        choice("breast-cancer", *table("breast-cancer")),
        # The training part of the library's, pixels / 16.
        choice("digits", digits.data[:1437] / 16, digits.target[:1437]),
    ],
}
path = TESTS / "DataTests" / "Golden" / "penalties.json"
path.write_text(json.dumps(golden) + "\n")
