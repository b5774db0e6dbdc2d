#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/ModelTests/Golden/losses.json: what the peers' losses are on small inputs.

usage: make-loss-golden.py FILE      (made with torch 2.13.0, keras 3, scikit-learn 1.9, in float64)

Inputs are rounded to floats, so that the library starts from the same. Where a peer divides by
something else than this library (docs/losses.md), its value is brought to ours here, in `rescaled`.
"""
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy
import sklearn
import torch
from sklearn.metrics import log_loss
from torch.nn import functional as F

torch.manual_seed(4)
keras.config.set_floatx("float64")


def rounded(numbers):
    """Numbers with as many digits as tests can tell apart."""
    return [[float(f"{x:.9g}") for x in row] for row in numbers.tolist()]


def floats(*shape):
    return torch.randn(*shape).mul(2).float().double()


cases = []


def add(name, loss, z, kind, targets, value, options=None, sample_weights=None, rescaled=1.0):
    """One case: value(z) is the peer's, and its gradient comes from torch where it is torch's."""
    z = z.clone().requires_grad_(True)
    found = value(z) * rescaled
    case = {"name": name, "loss": loss, "logits": z.tolist(), "kind": kind,
            "options": options or {}, "value": float(found.detach() if isinstance(found, torch.Tensor) else found)}
    case["labels" if kind == "labels" else "targets"] = targets.tolist()
    if sample_weights is not None:
        case["sample_weights"] = sample_weights.tolist()
    if isinstance(found, torch.Tensor) and found.requires_grad:
        case["gradient"] = rounded(torch.autograd.grad(found, z)[0])
    cases.append(case)


rows = 6
for classes in (2, 3, 10, 33):
    z, labels = floats(rows, classes), torch.randint(classes, (rows,))
    soft = torch.softmax(floats(rows, classes), 1).float().double()
    weights = (torch.rand(classes) * 3 + 0.1).float().double()
    samples = (torch.rand(rows) * 2).float().double()
    samples[3] = 0
    for weighted in (False, True):
        for smoothing in (0.0, 0.1):
            options = {"label_smoothing": smoothing}
            if weighted:
                options["class_weights"] = weights.tolist()
            w = weights if weighted else None
            for ignored in (None, 1):
                chosen = dict(options, **({} if ignored is None else {"ignored_class": ignored}))
                add(f"cross-entropy of labels, {classes} classes, {chosen}", "cross-entropy", z, "labels",
                    labels, lambda z: F.cross_entropy(
                        z, labels, weight=w, label_smoothing=smoothing,
                        ignore_index=-100 if ignored is None else ignored), chosen)
            # PyTorch divides by the rows; ours is the sum of w_j t_j, as for one-hot rows and labels.
            mass = (soft * weights).sum() if weighted else soft.sum()
            add(f"cross-entropy of soft targets, {classes} classes, {options}", "cross-entropy", z,
                "distributions", soft, lambda z: F.cross_entropy(
                    z, soft, weight=w, label_smoothing=smoothing), options, rescaled=rows / mass)
    # scikit-learn's weighted mean.
    add(f"cross-entropy with sample weights, {classes} classes", "cross-entropy", z, "labels", labels,
        lambda z: log_loss(labels.numpy(), torch.softmax(z, 1).detach().numpy(),
                           sample_weight=samples.numpy(), labels=range(classes)),
        sample_weights=samples)
    # Keras ignores a class likewise.
    add(f"cross-entropy of Keras with an ignored class, {classes} classes", "cross-entropy", z, "labels",
        labels, lambda z: keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, ignore_class=1)(labels, z), {"ignored_class": 1})

    one_hot = F.one_hot(labels, classes).double()
    several = torch.randint(2, (rows, classes)).double()
    for kind, targets, given in (("labels", one_hot, labels), ("distributions", soft, soft),
                                 ("indicators", several, several)):
        add(f"binary cross-entropy of {kind}, {classes} outputs", "binary-cross-entropy", z, kind, given,
            lambda z: F.binary_cross_entropy_with_logits(z, targets))
        add(f"smoothed binary cross-entropy of {kind}, {classes} outputs", "binary-cross-entropy", z,
            kind, given, lambda z: keras.losses.BinaryCrossentropy(
                from_logits=True, label_smoothing=0.2)(targets, z), {"label_smoothing": 0.2})
        if kind == "indicators":
            continue
        # The half of the squared loss is ours.
        add(f"squared loss of {kind}, {classes} outputs", "squared", z, kind, given,
            lambda z: F.mse_loss(z, targets), rescaled=0.5)
        add(f"absolute loss of {kind}, {classes} outputs", "absolute", z, kind, given,
            lambda z: F.l1_loss(z, targets))
        add(f"Huber's loss of {kind}, {classes} outputs", "huber", z, kind, given,
            lambda z: F.huber_loss(z, targets, delta=0.7), {"delta": 0.7})
    for margin in (1.0, 0.5):
        add(f"hinge, {classes} classes, margin {margin}", "multi-class-hinge", z, "labels", labels,
            lambda z: F.multi_margin_loss(z, labels, margin=margin), {"margin": margin})
    # PyTorch divides by the rows; ours is the sum of the labels' weights.
    add(f"weighted hinge, {classes} classes", "multi-class-hinge", z, "labels", labels,
        lambda z: F.multi_margin_loss(z, labels, weight=weights),
        {"margin": 1.0, "class_weights": weights.tolist()}, rescaled=rows / weights[labels].sum())

z, labels = floats(rows, 1), torch.randint(2, (rows,))
z[0], z[1] = 60.0, -60.0
add("binary cross-entropy of one output", "binary-cross-entropy", z, "labels", labels,
    lambda z: F.binary_cross_entropy_with_logits(z[:, 0], labels.double()))

# Gaps that are exactly the margin: what is lacking is 0, and so is its slope.
z = torch.tensor([[2.0, 1.0, 0.5], [0.0, 1.0, 1.5], [1.0, 1.0, 0.0], [-1.0, -2.0, 0.0]]).double()
labels = torch.tensor([0, 2, 1, 0])
for margin in (1.0, 0.5):
    add(f"hinge at its margin, margin {margin}", "multi-class-hinge", z, "labels", labels,
        lambda z: F.multi_margin_loss(z, labels, margin=margin), {"margin": margin})

with open(sys.argv[1], "w") as f:
    json.dump({"torch": torch.__version__, "keras": keras.__version__, "scikit_learn": sklearn.__version__,
               "cases": cases}, f)
    f.write("\n")
