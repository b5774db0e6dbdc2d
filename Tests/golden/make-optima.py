# SPDX-License-Identifier: Apache-2.0
"""Writes the optima of softmax regression to Tests/ModelTests/Golden/optima.json, with their data.

The objective is the mean loss + l2 / 2 ||W||^2, with l2 = 1 / (C n). Needs scikit-learn:
python Tests/golden/make-optima.py
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.linear_model import LogisticRegression


def optimum(name, features, labels, c):
    # What the library sees: floats.
    x = np.asarray(features, dtype=np.float32).astype(np.float64)
    y = np.asarray(labels)
    model = LogisticRegression(C=c, solver="newton-cholesky", tol=1e-12, max_iter=10_000).fit(x, y)
    logits = model.decision_function(x)
    top = logits.max(axis=1, keepdims=True)
    losses = top[:, 0] + np.log(np.exp(logits - top).sum(axis=1)) - logits[np.arange(len(y)), y]
    l2 = 1 / (c * len(y))
    return {
        "name": name, "l2": l2, "classes": int(y.max()) + 1, "labels": y.tolist(),
        "features": [[float(np.float32(v)) for v in row] for row in x],
        "objective": float(losses.mean() + l2 / 2 * (model.coef_ ** 2).sum()),
        "weight": model.coef_.tolist(), "bias": (model.intercept_ - model.intercept_.mean()).tolist(),
    }


iris, wine, digits = load_iris(), load_wine(), load_digits()
golden = {
    "version": sklearn.__version__,
    "optima": [
        optimum("iris", iris.data, iris.target, 1.0),
        optimum("iris, weak penalty", iris.data, iris.target, 100.0),
        # Columns from 0.1 to 1,680, as they are.
        optimum("wine", wine.data, wine.target, 1.0),
        # 64 columns, some of them constant, and more parameters than a block of the factor.
        optimum("digits", digits.data[:200] / 16, digits.target[:200], 1.0),
    ],
}
path = pathlib.Path(__file__).parents[1] / "ModelTests" / "Golden" / "optima.json"
path.write_text(json.dumps(golden) + "\n")
