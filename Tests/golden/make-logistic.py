# SPDX-License-Identifier: Apache-2.0
"""Writes the optima of logistic regression to Tests/ModelTests/Golden/logistic.json, with their data.

The objective is the weighted mean loss + l2 / 2 ||w||^2, with l2 = 1 / (C n), where n is the sum of the weights.
Needs scikit-learn: python Tests/golden/make-logistic.py
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression


def optimum(name, features, labels, c, weights=None):
    # What the library sees: floats.
    x = np.asarray(features, dtype=np.float32).astype(np.float64)
    y = np.asarray(labels)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    model = LogisticRegression(C=c, solver="newton-cholesky", tol=1e-12, max_iter=10_000)
    model.fit(x, y, sample_weight=w)
    margins = model.decision_function(x) * (2 * y - 1)
    loss = (w * np.logaddexp(0, -margins)).sum() / w.sum()
    l2 = 1 / (c * w.sum())
    return {
        "name": name, "c": c, "labels": y.tolist(),
        "weights": None if weights is None else w.tolist(),
        "features": [[float(np.float32(v)) for v in row] for row in x],
        "objective": float(loss + l2 / 2 * (model.coef_ ** 2).sum()),
        "weight": model.coef_[0].tolist(), "bias": float(model.intercept_[0]),
    }


iris = load_iris()
x, y = iris.data[50:], iris.target[50:] - 1
golden = {
    "version": sklearn.__version__,
    "optima": [
        optimum("versicolor and virginica", x, y, 1.0),
        optimum("weak penalty", x, y, 100.0),
        optimum("weights", x, y, 1.0, weights=[1 + row % 3 for row in range(100)]),
    ],
}
path = pathlib.Path(__file__).parents[1] / "ModelTests" / "Golden" / "logistic.json"
path.write_text(json.dumps(golden) + "\n")
