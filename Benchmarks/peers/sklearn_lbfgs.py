# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's LogisticRegression by L-BFGS, plain or with scikit-learn-intelex: seconds of an
iteration, float32.

The time of a fit of 5 iterations is taken from that of 25, and the rest divided by the iterations
between them, so that checking and preparing the data do not count.

usage: sklearn_lbfgs.py data=FOLDER threads=2 kind=plain|intelex|loss
  loss: a single call of scikit-learn's own loss and gradient instead of an iteration
"""

import time
import warnings

from protocol import fashion_mnist, pixels, serve, settings

chosen = settings()
if chosen["kind"] == "intelex":
    from sklearnex import patch_sklearn

    patch_sklearn(verbose=False)

import numpy as np
import sklearn
from sklearn._loss.loss import HalfMultinomialLoss
from sklearn.linear_model import LogisticRegression
from sklearn.linear_model._linear_loss import LinearModelLoss
from threadpoolctl import threadpool_limits

threads = int(chosen["threads"])
threadpool_limits(threads)
warnings.filterwarnings("ignore")  # not converged: of course not
(images, labels), _ = fashion_mnist(chosen["data"])
x = pixels(images)
targets = labels.astype(np.float32)


def loss_and_gradient(coefficients, x, targets):
    loss = LinearModelLoss(base_loss=HalfMultinomialLoss(n_classes=10), fit_intercept=True)
    return loss.loss_gradient(coefficients, x, targets, n_threads=threads)


def fit(iterations):
    model = LogisticRegression(C=1.0, max_iter=iterations, tol=1e-12)
    start = time.perf_counter()
    model.fit(x, labels)
    return time.perf_counter() - start, int(np.max(model.n_iter_))


def run():
    if chosen["kind"] == "loss":
        start = time.perf_counter()
        loss_and_gradient(zeros, x, targets)
        return {"seconds": time.perf_counter() - start}
    (short, few), (long, many) = fit(5), fit(25)
    return {"seconds": (long - short) / (many - few), "calls": many + few}


def agree(folder, loss):
    """How far our loss and gradient are from scikit-learn's in double."""
    w = np.fromfile(f"{folder}/weights-0.f32", "<f4").reshape(10, 784)
    own = np.fromfile(f"{folder}/gradient.f32", "<f4")
    coefficients = np.asfortranarray(np.hstack([w, np.zeros((10, 1), np.float32)]), np.float64)
    value, gradient = loss_and_gradient(
        coefficients, x.astype(np.float64), targets.astype(np.float64)
    )
    gradient = np.asarray(gradient).reshape(10, 785, order="F")
    gradient = np.concatenate([gradient[:, :784].ravel(), gradient[:, 784]])
    return {
        "loss": float(value),
        "lossDifference": abs(float(loss) / float(value) - 1),
        "resultDifference": float(np.abs(own - gradient).max() / np.abs(gradient).max()),
    }


zeros = np.zeros((10, 785), np.float32, order="F")
run()
name = {"plain": "scikit-learn", "intelex": "scikit-learn-intelex", "loss": "scikit-learn"}
serve(name[chosen["kind"]], sklearn.__version__, run=run, agree=agree)
