# SPDX-License-Identifier: Apache-2.0
"""The data sets of solve.py and choose-penalty.py: as files for the command, and as arrays for the peers.

  digits         the 1,437 training rows of the digits, pixels / 16
  letters        letter recognition, 20,000 rows of 16 columns: Debian's r-cran-mlbench, or its
                 LetterRecognition.rda unpacked into the folder of MLBENCH; needs the package pyreadr
  fashion        the training rows of Fashion-MNIST, pixels / 255
  fashion-10000  the first 10,000 of them
  probe          20,000 rows of length 1 with 768 columns, 100 classes, from a seed
  PATH           arrays in a file .npz (x_train, y_train), a folder with features.npy and labels.npy, or a file
                 of svmlight

usage: data_sets.py NAME FOLDER
  writes what the command reads into FOLDER, and prints the words that name it on the command line
"""

import gzip
import io
import os
import struct
import sys

import numpy as np

from protocol import fashion_mnist, pixels, send

ROWS = 10_000
MLBENCH = "/usr/lib/R/site-library/mlbench/data"


def _digits(folder):
    from sklearn.datasets import load_digits

    data = load_digits()
    return data.data[:1437] / 16, data.target[:1437], ["digits"]


def _letters(folder):
    import pyreadr

    path = os.path.join(os.environ.get("MLBENCH", MLBENCH), "LetterRecognition.rda")
    table = next(iter(pyreadr.read_r(path).values()))
    file = os.path.join(folder, "letters.csv")
    table.to_csv(file, index=False)
    features = table.drop(columns="lettr").to_numpy(np.float64)
    return features, table["lettr"].to_numpy(str), [file, "--target", "lettr"]


def _fashion(folder):
    (images, labels), _ = fashion_mnist(os.environ["SOFTMAX_DATA"])
    return pixels(images), labels, ["fashion-mnist"]


def _idx(path, array):
    with gzip.open(path, "wb") as file:
        file.write(struct.pack(">HBB", 0, 8, array.ndim))
        file.write(struct.pack(">" + "I" * array.ndim, *array.shape))
        file.write(array.tobytes())


def _first_fashion(folder):
    (images, labels), _ = fashion_mnist(os.environ["SOFTMAX_DATA"])
    images, labels = images[:ROWS], labels[:ROWS]
    home = os.path.join(folder, "fashion")
    os.makedirs(home, exist_ok=True)
    for part in ("train", "t10k"):
        _idx(f"{home}/{part}-images-idx3-ubyte.gz", images if part == "train" else images[:10])
        _idx(f"{home}/{part}-labels-idx1-ubyte.gz", labels if part == "train" else labels[:10])
    return images.reshape(ROWS, -1) / 255, labels, [home]


def _probe(folder):
    rows, columns, classes = 20_000, 768, 100
    generator = np.random.default_rng(0)
    centres = generator.normal(size=(classes, columns)).astype(np.float32)
    labels = generator.integers(0, classes, rows)
    features = centres[labels] + generator.normal(size=(rows, columns)).astype(np.float32) * 4
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    file = os.path.join(folder, "probe.npz")
    if not os.path.exists(file):
        np.savez(file, x_train=features, y_train=labels)
    return features, labels, [file]


def _words(path):
    """What names a file or a folder on the command line."""
    if not os.path.isdir(path):
        return [path]
    return ["--features", os.path.join(path, "features.npy"), "--labels", os.path.join(path, "labels.npy")]


def _file(path):
    if path.endswith(".npz"):
        arrays = np.load(path)
        return arrays["x_train"], arrays["y_train"]
    if os.path.isdir(path):
        _, features, _, labels = _words(path)
        return np.load(features, mmap_mode="r"), np.load(labels)
    from sklearn.datasets import load_svmlight_file

    # scikit-learn reads numbers as labels alone, not names.
    with open(path, "rb") as file:
        rows = [line.split(maxsplit=1) for line in file if line.strip()]
    codes = {name: b"%d " % code for code, name in enumerate(sorted({row[0] for row in rows}))}
    text = b"\n".join(b"".join([codes[row[0]], *row[1:]]).strip() for row in rows)
    features, labels = load_svmlight_file(io.BytesIO(text))
    features.sort_indices()
    # saga takes no indices of 64 bits.
    features.indices = features.indices.astype(np.int32)
    features.indptr = features.indptr.astype(np.int32)
    return features, labels


SETS = {
    "digits": _digits,
    "letters": _letters,
    "fashion": _fashion,
    "fashion-10000": _first_fashion,
    "probe": _probe,
}


def load(name, folder):
    """Features, labels, and the words that name the data on the command line."""
    return SETS[name](folder) if name in SETS else (*_file(name), _words(name))


if __name__ == "__main__":
    name, folder = sys.argv[1:]
    send(load(name, folder)[2] if name in SETS else _words(name))
