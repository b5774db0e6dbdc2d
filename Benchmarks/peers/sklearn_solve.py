# SPDX-License-Identifier: Apache-2.0
"""LogisticRegression of scikit-learn, or of scikit-learn-intelex: the seconds of its fit until its objective is
first at a target.

The parameters of each evaluation (of saga each epoch) are kept and judged in double afterwards. What is done for
that in between is not counted.

usage: sklearn_solve.py data=NAME folder=FOLDER solver=lbfgs|newton-cg|newton-cholesky|saga|intelex
       type=float32|float64 [c=1 | l1=... l2=...] [target=...] [limit=SECONDS] [evaluations=N]
       sklearn_solve.py data=NAME folder=FOLDER solver=liblinear type=float64 [c=1] [tolerance=...]
The data are those of data_sets.py; the objective is the mean log loss + l1 ||W||_1 + l2 / 2 ||W||^2, for two
classes with the difference of their weights. LIBLINEAR takes each class against the rest, and penalizes the biases; its
target is 1e-6 above its own optimum, by the loosest of its tolerances that comes there, or by the one that is given.
"""

import time
import warnings

import numpy as np
import scipy.optimize
import scipy.sparse
from threadpoolctl import threadpool_limits

from data_sets import load
from protocol import serve, settings

chosen = settings()
solver = chosen["solver"]
l1, l2 = float(chosen.get("l1", 0)), float(chosen.get("l2", 0))
target = float(chosen.get("target", "-inf"))
limit = float(chosen.get("limit", "inf"))
greatest_count = int(chosen.get("evaluations", 10**9))
if solver == "intelex":
    from sklearnex import patch_sklearn

    patch_sklearn(verbose=False)

import sklearn
from sklearn.linear_model import LogisticRegression, _logistic
from sklearn.linear_model._linear_loss import LinearModelLoss
from sklearn.multiclass import OneVsRestClassifier

threadpool_limits(2)
warnings.filterwarnings("ignore")  # not converged: that is told by the objective
x, labels, _ = load(chosen["data"], chosen["folder"])
x = x.astype(chosen["type"]) if scipy.sparse.issparse(x) else np.ascontiguousarray(x, chosen["type"])
classes, y = np.unique(labels, return_inverse=True)
if l1 + l2 == 0:
    l2 = 1 / (float(chosen.get("c", 1)) * len(y))


class Ended(Exception):
    """The target or a limit is reached."""


def objective(parameters):
    """The objective of parameters as the solver keeps them, in double."""
    parameters = np.asarray(parameters, np.float64)
    outputs = 1 if len(classes) == 2 else len(classes)
    if solver == "saga":
        w, b = parameters[:-1].T, parameters[-1]
    elif solver == "intelex":
        parameters = parameters.reshape(outputs, -1)
        w, b = parameters[:, 1:], parameters[:, 0]
    else:
        parameters = parameters.reshape(outputs, -1, order="F")
        w, b = parameters[:, :-1], parameters[:, -1]
    loss = 0.0
    for first in range(0, len(y), 8192):
        rows = slice(first, first + 8192)
        z = x[rows].astype(np.float64) @ w.T + b
        if outputs == 1:
            z = np.hstack([np.zeros_like(z), z])
        z -= z.max(axis=1, keepdims=True)
        loss += (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), y[rows]]).sum()
    return float(loss / len(y) + l1 * np.abs(w).sum() + l2 / 2 * (w * w).sum())


class Record:
    """The parameters and the seconds of each evaluation, since the objective was last above the target."""

    # Evaluations from one look at the objective to the next.
    stride = {"lbfgs": 20, "intelex": 20, "saga": 5}.get(solver, 1)

    def __init__(self):
        self.points, self.count, self.paused = [], 0, 0.0
        self.first = None
        self.start = time.perf_counter()

    def note(self, parameters):
        now = time.perf_counter()
        self.seconds = now - self.start - self.paused
        if self.first is None:
            self.first = self.seconds
        self.count += 1
        self.points.append((self.seconds, np.array(parameters)))
        over = self.seconds > limit or self.count >= greatest_count
        if self.count % self.stride == 0 or over:
            if over or objective(parameters) <= target:
                raise Ended
            self.points = self.points[-1:]
        self.paused += time.perf_counter() - now

    def result(self):
        low, high = 0, len(self.points) - 1
        least = objective(self.points[high][1])
        reached = least <= target
        while reached and low < high:
            middle = (low + high) // 2
            value = objective(self.points[middle][1])
            if value <= target:
                high, least = middle, value
            else:
                low = middle + 1
        between = (self.seconds - self.first) / max(1, self.count - 1)
        return {
            "seconds": self.points[high][0], "reached": reached, "objective": least,
            "evaluations": self.count, "secondsPerEvaluation": between,
        }


def watch(record):
    """Lets the solvers note the parameters at which they compute a gradient."""
    minimize = scipy.optimize.minimize
    product, hessian = LinearModelLoss.gradient_hessian_product, LinearModelLoss.gradient_hessian
    sag = _logistic.sag_solver

    def noted(function):
        def call(*arguments, **named):
            # Named, or first, or after the loss if the function is its method. They were there before this call.
            first = 1 if arguments and isinstance(arguments[0], LinearModelLoss) else 0
            record.note(named["coef"] if "coef" in named else arguments[first])
            return function(*arguments, **named)

        return call

    def epochs(*arguments, **named):
        arguments = list(arguments)
        # So that the epochs do not repeat one order of the rows.
        arguments[9] = np.random.RandomState(0)
        epochs, arguments[6] = arguments[6], 1
        for _ in range(epochs):
            found = sag(*arguments, **named)
            arguments[12] = found[2]
            record.note(found[2]["coef"])
        return found

    scipy.optimize.minimize = lambda function, *a, **n: minimize(noted(function), *a, **n)
    LinearModelLoss.gradient_hessian_product = noted(product)
    LinearModelLoss.gradient_hessian = noted(hessian)
    _logistic.sag_solver = epochs

    def restore():
        scipy.optimize.minimize, _logistic.sag_solver = minimize, sag
        LinearModelLoss.gradient_hessian_product = product
        LinearModelLoss.gradient_hessian = hessian

    return restore


def run():
    model = LogisticRegression(
        C=1 / ((l1 + l2) * len(y)), l1_ratio=l1 / (l1 + l2), tol=1e-12, max_iter=100_000,
        solver="lbfgs" if solver == "intelex" else solver,
    )
    record = Record()
    restore = watch(record)
    try:
        model.fit(x, labels)
    except Ended:
        pass
    finally:
        restore()
    return record.result() | {"rows": len(y), "classes": len(classes), "columns": x.shape[1]}


def one_vs_rest(tolerance):
    """Seconds and objective, the sum over the classes, of LIBLINEAR with a tolerance."""
    model = LogisticRegression(C=1 / (l2 * len(y)), solver="liblinear", tol=tolerance, max_iter=10_000)
    model = OneVsRestClassifier(model, n_jobs=2)
    start = time.perf_counter()
    model.fit(x, labels)
    seconds = time.perf_counter() - start
    w = np.vstack([part.coef_ for part in model.estimators_])
    b = np.concatenate([part.intercept_ for part in model.estimators_])
    signs = np.where(y[:, None] == np.arange(len(classes)), 1, -1)
    losses = np.logaddexp(0, -signs * (x @ w.T + b)).mean(axis=0).sum()
    return seconds, float(losses + l2 / 2 * ((w * w).sum() + b @ b))


def run_one_vs_rest():
    tolerances = [float(chosen["tolerance"])] if "tolerance" in chosen else [0.1, 1e-2, 1e-3, 1e-4, 1e-6]
    found = [(tolerance, *one_vs_rest(tolerance)) for tolerance in tolerances]
    optimum = min(value for _, _, value in found)
    tolerance, seconds, value = next(f for f in found if f[2] <= optimum * (1 + 1e-6))
    return {
        "seconds": seconds, "reached": True, "objective": value, "optimum": optimum,
        "again": {"tolerance": tolerance},
    }


serve("scikit-learn", sklearn.__version__, run=run_one_vs_rest if solver == "liblinear" else run)
