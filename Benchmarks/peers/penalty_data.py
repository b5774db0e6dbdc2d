# SPDX-License-Identifier: Apache-2.0
"""The data sets of choose-penalty.py: as files for the command, and as arrays for scikit-learn.

  digits   the 1,437 training rows of the digits, pixels / 16
  letters  letter recognition, 20,000 rows of 16 columns: Debian's r-cran-mlbench, or its LetterRecognition.rda
           unpacked into the folder of MLBENCH; needs the package pyreadr
  fashion  the first 10,000 training rows of Fashion-MNIST, pixels / 255
"""

import gzip
import os
import struct

import numpy as np

from protocol import fashion_mnist

ROWS = 10_000
MLBENCH = "/usr/lib/R/site-library/mlbench/data"


def _digits(folder):
    from sklearn.datasets import load_digits

    data = load_digits()
    return data.data[:1437] / 16, data.target[:1437], "digits"


def _letters(folder):
    import pyreadr

    path = os.path.join(os.environ.get("MLBENCH", MLBENCH), "LetterRecognition.rda")
    table = next(iter(pyreadr.read_r(path).values()))
    file = os.path.join(folder, "letters.csv")
    table.to_csv(file, index=False)
    features = table.drop(columns="lettr").to_numpy(np.float64)
    return features, table["lettr"].to_numpy(str), file


def _idx(path, array):
    with gzip.open(path, "wb") as file:
        file.write(struct.pack(">HBB", 0, 8, array.ndim))
        file.write(struct.pack(">" + "I" * array.ndim, *array.shape))
        file.write(array.tobytes())


def _fashion(folder):
    (images, labels), _ = fashion_mnist(os.environ["SOFTMAX_DATA"])
    images, labels = images[:ROWS], labels[:ROWS]
    home = os.path.join(folder, "fashion")
    os.makedirs(home, exist_ok=True)
    for part in ("train", "t10k"):
        _idx(f"{home}/{part}-images-idx3-ubyte.gz", images if part == "train" else images[:10])
        _idx(f"{home}/{part}-labels-idx1-ubyte.gz", labels if part == "train" else labels[:10])
    return images.reshape(ROWS, -1) / 255, labels, home


SETS = {"digits": _digits, "letters": _letters, "fashion": _fashion}
# What the command needs to know about a file beside its name.
WORDS = {"letters": ["--target", "lettr"]}


def load(name, folder):
    """Features, labels, and what to call the data on the command line."""
    return SETS[name](folder)
