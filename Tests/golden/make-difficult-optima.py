# SPDX-License-Identifier: Apache-2.0
"""Writes optima on data that are hard for solvers to Tests/ModelTests/Golden/difficult-optima.json, with the data.

The objective is the mean loss + l2 / 2 ||W||^2, with l2 = 1 / (C n); for two classes W is the difference of their
weights. `objective` is the least that scikit-learn's lbfgs, newton-cg and newton-cholesky reach with a tolerance
of 1e-10. Where columns differ by 10^6 their weights are too coarse, so `weight` and `bias` are those of Newton's
method on columns of comparable scales, whose objective is as low. Needs scikit-learn:
python Tests/golden/make-difficult-optima.py
"""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.linear_model import LogisticRegression

SOLVERS = ["lbfgs", "newton-cg", "newton-cholesky"]


def softmax_losses(z, y):
    top = z.max(axis=1, keepdims=True)
    exponentials = np.exp(z - top)
    sums = exponentials.sum(axis=1, keepdims=True)
    losses = (top + np.log(sums))[:, 0] - z[np.arange(len(y)), y]
    return losses, exponentials / sums


def objective(x, y, l2, w, b):
    """The objective of weights and biases of all classes, or of the difference of two."""
    z = x @ w.T + b
    losses, _ = softmax_losses(np.hstack([np.zeros_like(z), z]) if len(b) == 1 else z, y)
    return losses.mean() + l2 / 2 * (w ** 2).sum()


def by_peers(x, y, c, l2):
    found = {}
    for solver in SOLVERS:
        model = LogisticRegression(C=c, solver=solver, tol=1e-10, max_iter=20_000)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(x, y)
        found[solver] = float(objective(x, y, l2, model.coef_, model.intercept_))
    return found


def by_newton(x, y, l2):
    """Weights and biases, from Newton's method on columns of mean 0 and comparable scales."""
    (n, d), classes = x.shape, int(y.max()) + 1
    # With the penalty in the scale, a column that is constant or tiny is no exception.
    means, scales = x.mean(axis=0), np.sqrt(x.var(axis=0) + l2)
    columns = np.hstack([(x - means) / scales, np.ones((n, 1))])
    penalty = np.append((2 if classes == 2 else 1) * l2 / scales ** 2, 0)
    truth = np.eye(classes)[y]

    def value(v):
        losses, p = softmax_losses(columns @ v.T, y)
        return losses.mean() + (penalty * v ** 2).sum() / 2, p

    v = np.zeros((classes, d + 1))
    for _ in range(200):
        now, p = value(v)
        gradient = (p - truth).T @ columns / n + penalty * v
        curvature = np.einsum("ij,jk->ijk", p, np.eye(classes)) - p[:, :, None] * p[:, None, :]
        hessian = np.einsum("ijk,ia,ib->jakb", curvature, columns, columns, optimize=True) / n
        hessian = hessian.reshape(v.size, v.size)
        # Nothing changes if all biases grow alike.
        bias = np.tile(np.append(np.zeros(d), 1), classes)
        hessian += np.diag(np.tile(penalty, classes)) + np.outer(bias, bias)
        step = np.linalg.lstsq(hessian, gradient.ravel(), rcond=1e-16)[0].reshape(v.shape)
        length = 1.0
        while length > 1e-6 and value(v - length * step)[0] > now:
            length /= 2
        v = v - length * step
        if abs(step).max() < 1e-13 * abs(v).max():
            break
    w = v[:, :d] / scales
    b = v[:, d] - w @ means
    return (w[1:] - w[:1], b[1:] - b[:1]) if classes == 2 else (w - w.mean(axis=0), b - b.mean())


def optimum(name, features, labels, c=1.0):
    # What the library sees: floats.
    x = np.asarray(features, dtype=np.float32).astype(np.float64)
    y = np.asarray(labels)
    l2 = 1 / (c * len(y))
    peers = by_peers(x, y, c, l2)
    w, b = by_newton(x, y, l2)
    best = min(peers.values())
    own = objective(x, y, l2, w, b)
    assert own <= best * (1 + 1e-12) + 1e-14, f"{name}: {own} {peers}"
    print(f"{name}: {x.shape}, {own:.12g}, above it: "
          + ", ".join(f"{solver} {value / own - 1:.1e}" for solver, value in peers.items()))
    return {
        "name": name, "l2": l2, "classes": int(y.max()) + 1, "labels": y.tolist(),
        # The shortest digits that are this float.
        "features": [[float(str(np.float32(v))) for v in row] for row in x],
        "objective": best, "weight": w.tolist(), "bias": b.tolist(),
    }


def scaled(features, exponent):
    """Every second column, from the first, times 10^exponent."""
    factors = np.ones(features.shape[1])
    factors[::2] = 10.0 ** exponent
    return features * factors


def clusters(rows, columns, classes, spread, counts=None, seed=5):
    """Points around a centre for each class."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(classes, columns))
    labels = np.repeat(np.arange(classes), counts) if counts else np.arange(rows) % classes
    points = centres[labels] + spread * generator.normal(size=(len(labels), columns))
    return np.round(points, 3), labels


def everything():
    iris, wine, digits, cancer = load_iris(), load_wine(), load_digits(), load_breast_cancer()
    two = iris.target > 0
    collinear = np.hstack([iris.data, iris.data[:, :2], iris.data.sum(axis=1, keepdims=True)])
    constant = np.hstack([iris.data, np.ones((150, 1)), np.full((150, 1), 1000), np.zeros((150, 1))])
    year = np.hstack([iris.data[:, :2], 2000 + 10 * iris.data[:, 2:3]])
    overlapping, classes = clusters(150, 4, 3, 0.8)
    yield "columns times 10^6", scaled(overlapping, 6), classes
    yield "columns times 10^-6", scaled(iris.data, -6), iris.target
    yield "wine, weak penalty", wine.data, wine.target, 1e4
    yield "breast cancer", cancer.data[:150], cancer.target[:150]
    yield "breast cancer, columns times 10^-6", scaled(cancer.data[:150], -6), cancer.target[:150]
    yield "digits, columns times 10^-6", scaled(digits.data[:120] / 16, -6), digits.target[:120]
    yield "collinear columns", collinear, iris.target, 100.0
    yield "constant columns", constant, iris.target
    yield "a mean far from 0", year, iris.target
    yield "two classes", iris.data[two], iris.target[two] - 1, 100.0
    yield "one class rare", *clusters(0, 5, 3, 0.8, counts=[120, 77, 3])
    yield "100 classes", *clusters(300, 6, 100, 0.3)
    yield "two separable classes", iris.data[:100], iris.target[:100], 1e4
    yield "separable classes", *clusters(90, 4, 3, 0.1), 1e4
    yield "more columns than rows", *clusters(20, 60, 4, 1.5)


if __name__ == "__main__":
    golden = {"version": sklearn.__version__, "optima": [optimum(*data) for data in everything()]}
    path = pathlib.Path(__file__).parents[1] / "ModelTests" / "Golden" / "difficult-optima.json"
    path.write_text(json.dumps(golden) + "\n")
