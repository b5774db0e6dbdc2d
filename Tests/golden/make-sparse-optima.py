# SPDX-License-Identifier: Apache-2.0
"""Writes the optima of softmax regression with an L1 penalty to Tests/ModelTests/Golden/sparse-optima.json, with
their data.

The objective is the mean loss + l1 ||W||_1 + l2 / 2 ||W||^2, with l1 = r / (C n) and l2 = (1 - r) / (C n), where r
is l1_ratio; for two classes W is the difference of their weights. Most are solved by saga. "mirrored" is solved by
coordinate descent, that of LIBLINEAR and of celer, which know no bias without a penalty: each row is there with the
opposite sign and class too, so the best bias is 0. Needs scikit-learn and celer:
python Tests/golden/make-sparse-optima.py
"""
import json
import pathlib
import warnings

import celer
import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.linear_model import LogisticRegression


def optimum(name, features, labels, c, ratio=1.0):
    # What the library sees: floats.
    x = np.asarray(features, dtype=np.float32).astype(np.float64)
    y = np.asarray(labels)
    classes = int(y.max()) + 1
    model = LogisticRegression(
        C=c, l1_ratio=ratio, solver="saga", tol=1e-12, max_iter=300_000, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x, y)
    w, b = model.coef_, model.intercept_
    z = x @ w.T + b
    if classes == 2:
        z = np.hstack([np.zeros_like(z), z])
    top = z.max(axis=1, keepdims=True)
    sums = np.exp(z - top).sum(axis=1, keepdims=True)
    losses = (top + np.log(sums))[:, 0] - z[np.arange(len(y)), y]
    l1, l2 = ratio / (c * len(y)), (1 - ratio) / (c * len(y))
    rest = np.exp(z - top) / sums - np.eye(classes)[y]
    slopes = rest[:, -len(b):].T @ x / len(y) + l2 * w
    residual = np.where(w == 0, np.maximum(0, abs(slopes) - l1), abs(slopes + l1 * np.sign(w))).max()
    print(f"{name}: {np.count_nonzero(w)} of {w.size} weights, residual {residual:.1e}, "
          f"{model.n_iter_[0]} epochs")
    return {
        "name": name, "l1": l1, "l2": l2, "classes": classes, "labels": y.tolist(),
        "features": [[float(np.float32(v)) for v in row] for row in x],
        "objective": float(losses.mean() + l1 * abs(w).sum() + l2 / 2 * (w ** 2).sum()),
        "weight": w.tolist(), "bias": (b - b.mean() if classes > 2 else b).tolist(),
    }


def mirrored(name, features, labels, c):
    x = np.asarray(features, dtype=np.float32).astype(np.float64)
    x, y = np.vstack([x, -x]), np.concatenate([labels, 1 - labels])
    l1, found = 1 / (c * len(y)), []
    for model in (
        LogisticRegression(
            C=c, l1_ratio=1, solver="liblinear", fit_intercept=False, tol=1e-12, max_iter=1_000_000),
        celer.LogisticRegression(C=c, tol=1e-12, max_iter=1000),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            w = model.fit(x, y).coef_
        losses = np.logaddexp(0, -(x @ w[0]) * (2 * y - 1))
        found.append((float(losses.mean() + l1 * abs(w).sum()), w))
        print(f"{name}: {np.count_nonzero(w)} of {w.size} weights, objective {found[-1][0]}")
    objective, w = min(found, key=lambda f: f[0])
    return {
        "name": name, "l1": l1, "l2": 0.0, "classes": 2, "labels": y.tolist(),
        "features": [[float(str(np.float32(v))) for v in row] for row in x],
        "objective": objective, "weight": w.tolist(), "bias": [0.0],
    }


def standardized(features):
    return np.round((features - features.mean(axis=0)) / features.std(axis=0), 4)


iris, wine, digits, cancer = load_iris(), load_wine(), load_digits(), load_breast_cancer()
golden = {
    "version": sklearn.__version__,
    "optima": [
        optimum("iris", iris.data, iris.target, 1.0),
        optimum("iris, elastic net", iris.data, iris.target, 1.0, 0.5),
        optimum("wine", standardized(wine.data), wine.target, 0.5),
        optimum("breast cancer", standardized(cancer.data)[:200], cancer.target[:200], 0.5),
        optimum("breast cancer, elastic net", standardized(cancer.data)[:200], cancer.target[:200], 1.0, 0.3),
        mirrored("mirrored", standardized(cancer.data)[:100], cancer.target[:100], 0.5),
        # 64 columns, some of them constant.
        optimum("digits", digits.data[:200] / 16, digits.target[:200], 1.0),
        optimum("digits, elastic net", digits.data[:200] / 16, digits.target[:200], 1.0, 0.7),
    ],
}
path = pathlib.Path(__file__).parents[1] / "ModelTests" / "Golden" / "sparse-optima.json"
path.write_text(json.dumps(golden) + "\n")
