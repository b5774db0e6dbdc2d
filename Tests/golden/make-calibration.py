# SPDX-License-Identifier: Apache-2.0
"""Writes calibrations of logits to Tests/ModelTests/Golden/calibration.json.

The temperature is scikit-learn's CalibratedClassifierCV(method="temperature"), from 1.8 on. Vector scaling and Dirichlet
calibration of log-probabilities are minimized by scipy, with the penalties of CalibrationMethod.

Needs scikit-learn: python Tests/golden/make-calibration.py
"""
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from scipy.special import log_softmax, logsumexp, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator


class Logits(ClassifierMixin, BaseEstimator):
    """A classifier whose features are its logits."""

    def fit(self, features, labels):
        self.classes_ = np.unique(labels)
        return self

    def decision_function(self, features):
        # Of two classes scikit-learn takes one number x, and makes the logits -x and x of it.
        return np.asarray(features) if features.shape[1] > 2 else (features[:, 1] - features[:, 0]) / 2

    def predict(self, features):
        return self.classes_[np.argmax(features, axis=1)]


def draw(seed, rows, classes, scale):
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(rows, classes)) * 2 + generator.normal(size=classes)
    labels = np.array([generator.choice(classes, p=p) for p in softmax(logits, axis=1)])
    return (logits * scale).astype(np.float32), labels, generator.integers(0, 4, rows)


def temperature(logits, labels, weights=None):
    logits = logits.astype(np.float64)
    model = CalibratedClassifierCV(FrozenEstimator(Logits().fit(logits, labels)), method="temperature", ensemble=False)
    model.fit(logits, labels, sample_weight=weights)
    beta = model.calibrated_classifiers_[0].calibrators[0].beta_
    return {"scale": float(beta), "probabilities": model.predict_proba(logits[:20]).tolist()}


def mapped(logits, labels, weights, penalty):
    """The diagonal map if there is no penalty, else the matrix."""
    x = log_softmax(logits.astype(np.float64), axis=1)
    (rows, classes), weights = x.shape, weights / weights.sum()
    targets = np.eye(classes)[labels]

    def parts(parameters):
        parameters = parameters.reshape(-1, classes)
        scales = np.diag(parameters[0]) if penalty is None else parameters[:-1]
        return scales, parameters[-1]

    def value(parameters):
        scales, intercepts = parts(parameters)
        z = x @ scales.T + intercepts
        slopes = weights[:, None] * (softmax(z, axis=1) - targets)
        loss = weights @ (logsumexp(z, axis=1) - z[np.arange(rows), labels])
        of_scales, of_intercepts = slopes.T @ x, slopes.sum(axis=0)
        off = scales - np.diag(np.diag(scales))
        distance = scales - np.eye(classes)
        loss += 5e-7 * ((distance ** 2).sum() + intercepts @ intercepts)
        of_scales = of_scales + 1e-6 * distance
        of_intercepts = of_intercepts + 1e-6 * intercepts
        if penalty is not None:
            pairs = classes * (classes - 1)
            loss += penalty * ((off ** 2).sum() / pairs + intercepts @ intercepts / classes)
            of_scales = of_scales + 2 * penalty / pairs * off
            of_intercepts = of_intercepts + 2 * penalty / classes * intercepts
        first = np.diag(of_scales)[None] if penalty is None else of_scales
        return loss, np.vstack([first, of_intercepts]).ravel()

    identity = np.ones((1, classes)) if penalty is None else np.eye(classes)
    start = np.vstack([identity, np.zeros(classes)]).ravel()
    result = minimize(value, start, jac=True, method="BFGS", options={"gtol": 1e-12, "maxiter": 20_000})
    scales, intercepts = parts(result.x)
    return {"objective": result.fun, "probabilities": softmax(x[:20] @ scales.T + intercepts, axis=1).tolist()}


cases = []
for seed, rows, classes, scale in [(1, 300, 4, 3), (2, 200, 3, 0.4), (3, 240, 2, 2)]:
    logits, labels, weights = draw(seed, rows, classes, scale)
    ones = np.ones(rows)
    cases.append({
        "logits": logits.tolist(), "labels": labels.tolist(), "weights": weights.tolist(),
        "temperature": temperature(logits, labels), "weighted": temperature(logits, labels, weights),
        "vector": mapped(logits, labels, ones, None),
        "dirichlet": mapped(logits, labels, ones, 0.1), "weightedDirichlet": mapped(logits, labels, weights, 1),
    })

path = pathlib.Path(__file__).parents[1] / "ModelTests/Golden/calibration.json"
path.write_text(json.dumps({"versions": [sklearn.__version__, scipy.__version__], "cases": cases}) + "\n")
