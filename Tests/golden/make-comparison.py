#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/ModelTests/Golden/comparison.json: what statsmodels, scipy and scikit-learn say of pairs of classifiers.

usage: make-comparison.py FILE      (made with statsmodels 0.15.0, scipy 1.17.1, scikit-learn 1.9.1, numpy 2.4.6)

`outcomes`: counts of both right, only the first, only the second, both wrong; McNemar's exact p value of statsmodels,
which is that of scipy's binomial test; Tango's interval of the difference. No peer in Python computes that one, so it is
written down here from its definition, without Tango's formula: the differences for which the distance of the observed
difference is 1.96 standard errors, with the shares that make the counts most likely under that difference, found by
maximizing the likelihood.

`models`: pairs of classifiers on the same rows, with probabilities that are rounded to float; scikit-learn's metrics, and
scipy's paired bootstrap of the difference of their log losses with many more resamples.
"""
import json
import sys
import warnings

import numpy as np
from scipy import optimize, stats
from sklearn import datasets, metrics
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler
from statsmodels.stats.contingency_tables import mcnemar

warnings.simplefilter("ignore")
Z = stats.norm.ppf(0.975)


def likeliest(first, second, rest, difference):
    """The share of rows on which only the first is right that makes the counts most likely, given the difference."""
    low, high = max(0.0, -difference), (1 - difference) / 2

    def slope(q):
        # The derivative of first ln q + second ln(q + d) + rest ln(1 - 2q - d).
        value = -2 * rest / max(1 - 2 * q - difference, 1e-300)
        value += first / max(q, 1e-300) if first else 0
        value += second / max(q + difference, 1e-300) if second else 0
        return value

    if slope(low) <= 0:
        return low
    if slope(high) >= 0:
        return high
    return optimize.brentq(slope, low, high, xtol=1e-16, rtol=1e-15)


def tango(both, first, second, neither):
    n = both + first + second + neither
    observed = (second - first) / n

    def excess(difference):
        q = likeliest(first, second, both + neither, difference)
        variance = max(0.0, 2 * q + difference - difference * difference) / n
        return abs(observed - difference) - Z * np.sqrt(variance)

    def end(far):
        if observed == far:
            return far
        # Without rows that tell the two apart the standard error at the observed difference is 0.
        near = observed + np.sign(far - observed) * 1e-9
        return optimize.brentq(excess, far, near, xtol=1e-16, rtol=1e-15)

    return [end(-1.0), end(1.0)]


def outcome(*counts):
    both, first, second, neither = counts
    p = mcnemar([[both, first], [second, neither]], exact=True).pvalue
    if first + second:
        assert np.isclose(p, stats.binomtest(first, first + second).pvalue, rtol=1e-9)
    else:
        p = 1
    return {"counts": counts, "pValue": float(min(1, p)), "interval": tango(*counts)}


def judged(labels, p, w):
    return {
        "accuracy": metrics.accuracy_score(labels, p.argmax(1), sample_weight=w),
        "log_loss": metrics.log_loss(labels, p / p.sum(1, keepdims=True), sample_weight=w)
        if np.all(p[np.arange(len(labels)), labels] > 0) else None,
        "brier_score": float(np.average(np.sum((p - np.eye(p.shape[1])[labels]) ** 2, 1), weights=w)),
        "macro_f1": metrics.f1_score(labels, p.argmax(1), average="macro", sample_weight=w),
    }


def models(name, data, first, second, weighted=False):
    features, labels = data(return_X_y=True)
    scaled = StandardScaler().fit_transform(features)
    x, judges, y, truth = train_test_split(
        scaled, labels, test_size=0.4, random_state=3, stratify=labels)
    random = np.random.default_rng(5)
    w = random.integers(0, 4, len(truth)).astype(float) if weighted else None
    both = []
    for model in (first, second):
        p = model.fit(x, y).predict_proba(judges).astype(np.float32)
        both.append(p)
    losses = [-np.log(p.astype(float) / p.astype(float).sum(1, keepdims=True))[
        np.arange(len(truth)), truth] for p in both]
    bounds = None
    if all(np.isfinite(loss).all() for loss in losses):
        weights = np.ones(len(truth)) if w is None else w

        def difference(a, b, v, axis):
            return ((b - a) * v).sum(axis) / v.sum(axis)

        result = stats.bootstrap(
            (losses[0], losses[1], weights), difference, paired=True, vectorized=True,
            n_resamples=40_000, method="percentile", rng=random, batch=1000)
        bounds = [float(value) for value in result.confidence_interval]
    return {
        "name": name, "labels": truth.tolist(), "weights": None if w is None else w.tolist(),
        "probabilities": [p.ravel().tolist() for p in both],
        "values": [judged(truth, p.astype(float), w) for p in both], "logLossDifference": bounds,
    }


def main():
    random = np.random.default_rng(1)
    counts = [
        (340, 10, 4, 6), (20, 0, 0, 3), (0, 0, 0, 5), (1, 0, 0, 0), (0, 7, 0, 0), (0, 0, 9, 0),
        (36, 12, 2, 0), (53, 16, 9, 8), (43, 0, 1, 0), (5, 3, 3, 1), (900_000, 20_000, 21_000, 59_000),
        (0, 500_000, 499_000, 1), (10, 1, 40, 3), (100, 0, 60, 40),
    ]
    counts += [tuple(int(c) for c in random.multinomial(n, random.dirichlet([3, 1, 1, 1])))
               for n in (12, 50, 114, 360, 2000, 10_000)]
    result = {
        "outcomes": [outcome(*c) for c in counts],
        "models": [
            models("iris", datasets.load_iris, LogisticRegression(C=0.1), GaussianNB()),
            models("wine", datasets.load_wine, LogisticRegression(C=0.01), GaussianNB(), True),
            models("forest", datasets.load_iris, LogisticRegression(),
                   RandomForestClassifier(8, random_state=1)),
        ],
    }
    with open(sys.argv[1], "w") as file:
        json.dump(result, file)
        file.write("\n")


main()
