# SPDX-License-Identifier: Apache-2.0
"""The line protocol of a worker, and the data: what every peer needs."""

import gzip
import json
import os
import struct
import sys
import time

import numpy as np

# Answers go to what was standard output; libraries that print there are sent to standard error.
_answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def settings(words=None):
    """key=value arguments as a dictionary of texts."""
    return dict(word.split("=", 1) for word in (sys.argv[1:] if words is None else words))


def send(answer):
    """Writes one line of JSON to what was standard output."""
    _answers.write(json.dumps(answer) + "\n")
    _answers.flush()


class Commands:
    """Commands of standard input, for a peer whose own loop asks for the next one."""

    def __init__(self, name, version):
        self.ready = {"ready": 1, "name": name, "version": version}

    def begin(self):
        """Says that data are loaded and everything is compiled."""
        send(self.ready)

    def next(self):
        """The next command's name and settings; None at the end of the input."""
        line = sys.stdin.readline()
        if not line:
            return None
        name, *words = line.split()
        return name, settings(words)

    def answer(self, **values):
        send(values)


def serve(name, version, **functions):
    """Answers each command by the function of its name: keyword texts to a dictionary."""
    commands = Commands(name, version)
    commands.begin()
    while (command := commands.next()) is not None:
        commands.answer(**functions[command[0]](**command[1]))


def median_seconds(call, budget):
    """The median seconds of a call, repeated for about `budget` seconds, at least three times."""
    times, stop = [], time.perf_counter() + budget
    while time.perf_counter() < stop or len(times) < 3:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


# MARK: Data


def idx(folder, name):
    """One gzipped IDX file as a uint8 array of the shape that its header names."""
    with gzip.open(os.path.join(folder, name + ".gz"), "rb") as file:
        (magic,) = struct.unpack(">I", file.read(4))
        shape = struct.unpack(">" + "I" * (magic & 0xFF), file.read(4 * (magic & 0xFF)))
        return np.frombuffer(file.read(), np.uint8).reshape(shape)


def fashion_mnist(folder):
    """(training images, labels), (test images, labels), all uint8; images are 28 x 28."""
    return (
        (idx(folder, "train-images-idx3-ubyte"), idx(folder, "train-labels-idx1-ubyte")),
        (idx(folder, "t10k-images-idx3-ubyte"), idx(folder, "t10k-labels-idx1-ubyte")),
    )


def pixels(images):
    """Images as rows of float32 in 0...1."""
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


class Course:
    """What `agree` of our side left: initial weights and the order of each epoch's samples."""

    def __init__(self, folder, seed, hidden, count=60_000, features=784, classes=10):
        flat = np.fromfile(f"{folder}/weights-{seed}.f32", "<f4")
        sizes = [features, hidden, classes] if hidden else [features, classes]
        self.weights = []  # each [outputs, inputs]
        for inputs, outputs in zip(sizes, sizes[1:]):
            self.weights.append(flat[: inputs * outputs].reshape(outputs, inputs).copy())
            flat = flat[inputs * outputs :]
        self.orders = np.fromfile(f"{folder}/orders-{seed}.u32", "<u4").reshape(-1, count)
        self.orders = self.orders.astype(np.int64)
