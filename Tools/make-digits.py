# SPDX-License-Identifier: Apache-2.0
"""Writes the two files of the built-in data set `digits` from scikit-learn's copy.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install scikit-learn==1.9.1
    /tmp/venv/bin/python Tools/make-digits.py

The bytes are the same on every run with the same zlib: the gzip header holds no
time and no name.
"""

import gzip
import pathlib
import struct

from sklearn.datasets import load_digits

FOLDER = pathlib.Path(__file__).parent.parent / "Sources/SoftmaxData/Resources/digits"


def write(name, shape, values):
    header = struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)
    data = header + bytes(int(value) for value in values)
    (FOLDER / name).write_bytes(gzip.compress(data, compresslevel=9, mtime=0))


digits = load_digits()
assert digits.images.shape == (1797, 8, 8) and digits.images.max() == 16
write("digits-images-idx3-ubyte.gz", digits.images.shape, digits.images.ravel())
write("digits-labels-idx1-ubyte.gz", digits.target.shape, digits.target)
