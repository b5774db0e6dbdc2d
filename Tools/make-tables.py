# SPDX-License-Identifier: Apache-2.0
"""Writes the built-in tables `iris` and `breast-cancer` from scikit-learn's copies.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install scikit-learn==1.9.1
    /tmp/venv/bin/python Tools/make-tables.py

Each is a gzipped table of comma-separated values: a header, then a line for each
sample, the name of its class last. Numbers have as few digits as give the same
double again. The bytes are the same on every run with the same zlib: the gzip
header holds no time and no name.
"""

import gzip
import pathlib

from sklearn.datasets import load_breast_cancer, load_iris

FOLDER = pathlib.Path(__file__).parent.parent / "Sources/SoftmaxData/Resources"


def write(name, table, target):
    lines = [",".join([*table.feature_names, target])]
    for numbers, label in zip(table.data, table.target):
        cells = [repr(float(number)).removesuffix(".0") for number in numbers]
        lines.append(",".join([*cells, str(table.target_names[label])]))
    text = "\n".join(lines) + "\n"
    data = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    (FOLDER / name / f"{name}.csv.gz").write_bytes(data)


iris = load_iris()
assert iris.data.shape == (150, 4)
write("iris", iris, "species")

cancer = load_breast_cancer()
assert cancer.data.shape == (569, 30)
write("breast-cancer", cancer, "diagnosis")
