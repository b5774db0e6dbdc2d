#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a model file with safetensors and classifies Fashion-MNIST's test images with NumPy.

usage: read-model.py MODEL IMAGES.gz PREDICTIONS.jsonl

PREDICTIONS are the lines of `softmax predict MODEL fashion-mnist:test --json`. Prints how many
classes agree. Exit code 1 unless all do but for ties, which are rows whose two best scores differ by
less than the rounding of the sums.
"""
import gzip
import json
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

model, images, predictions = sys.argv[1:]
tensors = load_file(model)
with safe_open(model, "numpy") as file:
    metadata = file.metadata()
architecture = json.loads(metadata["architecture"])
names = json.loads(metadata["class_names"])
(step,) = json.loads(metadata["pipeline"])
assert step["step"] == "byte_scale"
scale = np.float32(step["settings"]["scale"])

with gzip.open(images) as file:
    x = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784).astype(np.float64) * scale
functions = {"relu": lambda v: np.maximum(v, 0), "tanh": np.tanh, "sigmoid": lambda v: 1 / (1 + np.exp(-v))}
for index, layer in enumerate(architecture["layers"]):
    if layer["type"] == "dense":
        weight = tensors[f"layers.{index}.weight"].astype(np.float64)
        assert weight.shape == (layer["units"], x.shape[1])
        x = x @ weight.T + tensors[f"layers.{index}.bias"]
    name = layer.get("activation") or layer["type"]
    x = functions.get(name, lambda v: v)(x)

expected = x.argmax(1)
with open(predictions) as file:
    rows = [json.loads(line) for line in file]
assert [row["row"] for row in rows] == list(range(len(expected)))
actual = np.array([row["index"] for row in rows])
assert [row["label"] for row in rows] == [names[i] for i in actual]
best = np.sort(x, 1)
tied = best[:, -1] - best[:, -2] < 1e-5
wrong = (actual != expected) & ~tied
probabilities = np.exp(x - x.max(1, keepdims=True))
probabilities /= probabilities.sum(1, keepdims=True)
error = np.abs(np.array([row["probabilities"] for row in rows]) - probabilities).max()
print(f"{(actual == expected).sum()} of {len(expected)} classes agree, {tied.sum()} ties, "
      f"largest difference of a probability {error:.1e}")
sys.exit(1 if wrong.any() or error > 1e-5 else 0)
