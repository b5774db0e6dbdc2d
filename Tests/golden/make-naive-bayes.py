# SPDX-License-Identifier: Apache-2.0
"""Writes the probabilities of scikit-learn's MultinomialNB to Tests/ModelTests/Golden/naive-bayes.json.

Needs scikit-learn: python Tests/golden/make-naive-bayes.py
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.naive_bayes import MultinomialNB

generator = np.random.default_rng(5)
features = np.where(generator.random((40, 30)) < 0.2, generator.random((40, 30)), 0).round(3)
labels = generator.integers(0, 3, 40)
weights = generator.integers(0, 4, 40)
smoothings = [0.01, 0.3, 1]


def log_probabilities(smoothing, sample_weight=None):
    model = MultinomialNB(alpha=smoothing).fit(features, labels, sample_weight=sample_weight)
    return model.predict_log_proba(features[:10]).tolist()


path = pathlib.Path(__file__).parents[1] / "ModelTests/Golden/naive-bayes.json"
path.write_text(json.dumps({
    "version": sklearn.__version__, "features": features.tolist(), "labels": labels.tolist(),
    "weights": weights.tolist(), "smoothings": smoothings,
    "logProbabilities": [log_probabilities(smoothing) for smoothing in smoothings],
    "weighted": log_probabilities(0.3, weights),
}) + "\n")
