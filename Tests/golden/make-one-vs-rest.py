# SPDX-License-Identifier: Apache-2.0
"""Writes the optima of one class against the rest to Tests/ModelTests/Golden/one-vs-rest.json.

The data are those of optima.json, with the same l2 = 1 / (C n). Needs scikit-learn:
python Tests/golden/make-one-vs-rest.py
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

folder = pathlib.Path(__file__).parents[1] / "ModelTests" / "Golden"


def optimum(data):
    x, y = np.array(data["features"]), np.array(data["labels"])
    c = 1 / (data["l2"] * len(y))
    # newton-cg does not reach the optimum where columns differ much in scale.
    base = LogisticRegression(C=c, solver="newton-cholesky", tol=1e-12, max_iter=10_000)
    model = OneVsRestClassifier(base).fit(x, y)
    weight = np.vstack([part.coef_ for part in model.estimators_])
    bias = np.concatenate([part.intercept_ for part in model.estimators_])
    signs = np.where(y[:, None] == model.classes_, 1, -1)
    losses = np.logaddexp(0, -signs * (x @ weight.T + bias)).mean(axis=0)
    objectives = losses + data["l2"] / 2 * (weight**2).sum(axis=1)
    return {
        "name": data["name"], "objectives": objectives.tolist(), "weight": weight.tolist(),
        "bias": bias.tolist(), "probabilities": model.predict_proba(x[::29]).tolist(),
    }


optima = json.loads((folder / "optima.json").read_text())["optima"]
golden = {"version": sklearn.__version__, "optima": [optimum(data) for data in optima]}
(folder / "one-vs-rest.json").write_text(json.dumps(golden) + "\n")
