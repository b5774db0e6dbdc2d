#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/ModelTests/Golden/metrics.json: what scikit-learn and torchmetrics say of weighted predictions.

usage: make-metrics.py FILE      (made with scikit-learn 1.9.1, torchmetrics 1.9.0, torch 2.13, numpy 2, scipy)

Logits are rounded to float; probabilities are their softmax in double. Where these saturate, logits are not multiples of
1/8, so no two odds are closer than doubles can tell. What depends on ranks is asked of
the ranks of the odds in 400 decimal digits, since probabilities in double saturate. A peer without sample weights sees
each row as often as its weight says, if all weights are multiples of one half.

null is a value that is undefined: 0 / 0, or an area of a class without rows. Where a peer says otherwise by its own
convention, `peers` has what it says. What no peer computes (bins of equal mass, the terms of the Brier score) is
written down here from its definition.
"""
import json
import sys
import warnings
from decimal import Decimal, getcontext

import numpy as np
import torch
from scipy.special import logsumexp
from sklearn import metrics as sk
from torchmetrics.functional.classification import binary_calibration_error
# `multiclass_calibration_error` rounds to float before it calls this.
from torchmetrics.functional.classification.calibration_error import _ce_compute

warnings.simplefilter("ignore")
getcontext().prec = 400
random = np.random.default_rng(14)
BINS = 15


def ranks(logits):
    """For each class the place of each row's odds among those of all rows, equals alike."""
    odds = []
    for row in logits:
        z = [Decimal(float(value)) for value in row]
        powers = [(value - max(z)).exp() for value in z]
        odds.append([f"{p / sum(powers[:k] + powers[k + 1:]):.200e}" for k, p in enumerate(powers)])
    columns = []
    for column in zip(*odds):
        place = {text: index for index, text in enumerate(sorted(set(column), key=Decimal))}
        columns.append([place[text] for text in column])
    return np.array(columns, dtype=float).T


def number(value):
    return None if value is None or not np.isfinite(value) else float(value)


def listed(array):
    return [number(value) for value in np.asarray(array, dtype=float).ravel()]


def ece(p, event, w, bins):
    """The expected calibration error of events in given bins."""
    return sum(
        abs(np.sum((w * (event - p))[bins == b])) for b in range(BINS)) / np.sum(w)


def equal_width(p):
    return np.minimum(BINS - 1, (p * BINS).astype(int))


def equal_mass(order, w):
    """The bin of each row by the weight of the rows of greater rank, `order`."""
    above = np.array([np.sum(w[order > own]) for own in order])
    return np.minimum(BINS - 1, (BINS * above / np.sum(w)).astype(int))


def on_border(p):
    return bool(np.any(np.abs(p * BINS - np.round(p * BINS)) < 1e-9) & np.any(p > 1e-9))


def case(name, classes, labels, logits, w=None):
    labels = np.asarray(labels)
    written = np.asarray(logits, dtype=np.float64)
    logits = written.astype(np.float32).astype(np.float64)
    weights = np.ones(len(labels)) if w is None else np.asarray(w, dtype=np.float64)
    assert np.array_equal(weights, weights.astype(np.float32))
    everything = list(range(classes))
    p = np.exp(logits - logsumexp(logits, axis=1, keepdims=True))
    predictions = logits.argmax(axis=1)
    order = ranks(logits)
    one_hot = np.eye(classes)[labels]
    mass = np.array([weights[labels == k].sum() for k in everything])
    predicted = np.array([weights[predictions == k].sum() for k in everything])
    present = [k for k in everything if mass[k] > 0]
    heavy = weights > 0
    is_complete = len(present) == classes and classes > 1

    values, peers = {}, {}
    values["accuracy"] = sk.accuracy_score(labels, predictions, sample_weight=weights)
    values["balanced_accuracy"] = sk.balanced_accuracy_score(labels, predictions, sample_weight=weights)
    # scikit-learn's macro average has the classes of rows of weight 0, which the library leaves out.
    peers["macro_f1"] = sk.f1_score(labels, predictions, average="macro", sample_weight=weights)
    values["macro_f1"] = sk.f1_score(
        labels[heavy], predictions[heavy], average="macro", sample_weight=weights[heavy])
    values["weighted_f1"] = sk.f1_score(
        labels, predictions, average="weighted", sample_weight=weights)
    for k in (3, 5):
        # Of equal scores scikit-learn takes the class of the higher index, the library that of the lower one.
        values[f"top_{k}_accuracy"] = (
            sk.top_k_accuracy_score(
                classes - 1 - labels, logits[:, ::-1], k=k, labels=everything, sample_weight=weights)
            if classes > k + 1 else None)
    for scheme in ("", "_linear", "_quadratic"):
        values["cohen_kappa" + scheme] = sk.cohen_kappa_score(
            labels, predictions, labels=everything, weights=scheme[1:] or None,
            sample_weight=weights)
    peers["matthews_correlation"] = sk.matthews_corrcoef(labels, predictions, sample_weight=weights)
    several = np.count_nonzero(mass) > 1 and np.count_nonzero(predicted) > 1
    values["matthews_correlation"] = peers["matthews_correlation"] if several else None

    # Exactly, and as scikit-learn clips it.
    row_losses = logsumexp(logits, axis=1) - logits[np.arange(len(labels)), labels]
    rest = np.where(np.eye(classes)[labels] == 1, -np.inf, logits)
    if classes > 1:
        row_losses = np.logaddexp(0, logsumexp(rest, axis=1) - logits[np.arange(len(labels)), labels])
    values["log_loss"] = np.average(row_losses, weights=weights)
    peers["log_loss"] = sk.log_loss(labels, p, labels=everything, sample_weight=weights)
    frequencies = mass[present] / mass.sum()
    entropy = -np.sum(frequencies * np.log(frequencies))
    values["log_loss_skill"] = 1 - values["log_loss"] / entropy if len(present) > 1 else None
    peers["log_loss_skill"] = (
        sk.d2_log_loss_score(labels, p, labels=everything, sample_weight=weights)
        if len(present) > 1 and len(labels) > 1 else None)

    areas = [
        sk.roc_auc_score(labels == k, order[:, k], sample_weight=weights)
        if mass[k] > 0 and len(present) > 1 else None for k in everything]
    precisions = [
        sk.average_precision_score(labels == k, order[:, k], sample_weight=weights)
        if mass[k] > 0 and len(present) > 1 else None for k in everything]
    for title, each in (("roc_auc", areas), ("average_precision", precisions)):
        values[title + "_macro"] = np.mean(each) if is_complete else None
        values[title + "_weighted"] = (
            np.average([each[k] for k in present], weights=mass[present])
            if len(present) > 1 else None)
    halves = np.round(2 * weights).astype(int)
    repeated = np.repeat(np.arange(len(labels)), halves) if np.all(halves == 2 * weights) else None
    for average in ("macro", "weighted"):
        value = None
        if is_complete:
            # Hand and Till's mean, as scikit-learn computes it, with weights and of ranks.
            total, divisor = 0.0, 0.0
            for a in everything:
                for b in everything:
                    if a != b:
                        both = ((labels == a) | (labels == b)) & heavy
                        share = mass[a] + mass[b] if average == "weighted" else 1
                        total += share * sk.roc_auc_score(
                            labels[both] == a, order[both, a], sample_weight=weights[both])
                        divisor += share
            value = total / divisor
            if classes > 2 and repeated is not None and name.startswith("drawn"):
                asked = sk.roc_auc_score(
                    labels[repeated], p[repeated], multi_class="ovo", average=average,
                    labels=everything)
                assert np.isclose(value, asked, rtol=0, atol=1e-12), (name, value, asked)
        values["roc_auc_ovo_" + average] = value

    values["brier_score"] = (
        sk.brier_score_loss(labels, p, labels=everything, sample_weight=weights, scale_by_half=False)
        if classes > 2 else 2 * sk.brier_score_loss(
            labels == 1, p[:, 1], sample_weight=weights, labels=[False, True], scale_by_half=True))
    reliability = resolution = 0.0
    shares = mass / mass.sum()
    for k in everything:
        places = equal_width(p[:, k])
        for b in range(BINS):
            own = (places == b) & heavy
            if own.any():
                size = weights[own].sum()
                frequency = np.average(one_hot[own, k], weights=weights[own])
                reliability += size * (frequency - np.average(p[own, k], weights=weights[own])) ** 2
                resolution += size * (frequency - shares[k]) ** 2
    values["brier_reliability"] = reliability / weights.sum()
    values["brier_resolution"] = resolution / weights.sum()
    values["brier_uncertainty"] = np.sum(shares * (1 - shares))

    right = (predictions == labels).astype(float)
    confidence = p[np.arange(len(labels)), predictions]
    # The rank of the prediction's odds, among those of all rows.
    own_odds = ranks_of_predictions(logits, predictions)
    values["expected_calibration_error"] = ece(confidence, right, weights, equal_width(confidence))
    values["expected_calibration_error_equal_mass"] = ece(
        confidence, right, weights, equal_mass(own_odds, weights))
    values["classwise_calibration_error"] = np.mean([
        ece(p[:, k], one_hot[:, k], weights, equal_width(p[:, k])) for k in everything])
    values["classwise_calibration_error_equal_mass"] = np.mean([
        ece(p[:, k], one_hot[:, k], weights, equal_mass(order[:, k], weights)) for k in everything])
    if repeated is not None and classes > 1:
        t, q = torch.tensor(labels[repeated]), torch.tensor(p[repeated])
        peers["expected_calibration_error"] = float(_ce_compute(
            torch.tensor(confidence[repeated]), torch.tensor(right[repeated]), BINS, "l1"))
        peers["classwise_calibration_error"] = float(np.mean([
            float(binary_calibration_error(q[:, k], (t == k).int(), n_bins=BINS, norm="l1"))
            for k in everything]))
        # torchmetrics puts probabilities of 1 into a sixteenth bin.
        for title, seen in (
                ("expected_calibration_error", confidence), ("classwise_calibration_error", p)):
            if not np.any(seen == 1) and not on_border(seen):
                assert np.isclose(values[title], peers[title], rtol=0, atol=1e-12), (name, title)

    everyone = dict(labels=everything, sample_weight=weights, zero_division=0)
    precision, recall, f1, _ = sk.precision_recall_fscore_support(labels, predictions, **everyone)
    result = {
        "name": name,
        "labels": [int(label) for label in labels],
        "logits": listed(written),
        "values": {key: number(value) for key, value in values.items()},
        "peers": {key: number(value) for key, value in peers.items()},
        "perClass": [listed(precision), listed(recall), listed(f1)],
        "normalized": [
            listed(sk.confusion_matrix(
                labels, predictions, labels=everything, sample_weight=weights, normalize=mode))
            for mode in ("true", "pred", "all")],
        "topK": [
            number(sk.top_k_accuracy_score(
                classes - 1 - labels, logits[:, ::-1], k=k, labels=everything,
                sample_weight=weights)) for k in range(2, classes)],
        "areas": [number(area) for area in areas],
        "precisions": [number(value) for value in precisions],
    }
    if w is not None:
        result["weights"] = listed(weights)
    curve = next((k for k in present[::-1] if areas[k] is not None), None)
    if curve is not None:
        scores = order[:, curve]
        false, true, _ = sk.roc_curve(
            labels == curve, scores, sample_weight=weights, drop_intermediate=False)
        precision, recall, _ = sk.precision_recall_curve(
            labels == curve, scores, sample_weight=weights, drop_intermediate=False)
        result["curve"] = {
            "class": curve, "falsePositiveRates": listed(false), "recalls": listed(true),
            "precisions": listed(precision[::-1])}
        assert np.allclose(recall[::-1], true, rtol=0, atol=1e-15)
    return result


def ranks_of_predictions(logits, predictions):
    texts = []
    for row, k in zip(logits, predictions):
        powers = [(Decimal(float(z)) - Decimal(float(max(row)))).exp() for z in row]
        rest = sum(powers[:k] + powers[k + 1:])
        texts.append(f"{powers[k] / rest:.200e}" if rest else "inf")
    place = {text: index for index, text in enumerate(sorted(set(texts), key=Decimal))}
    return np.array([place[text] for text in texts], dtype=float)


def eighths(values):
    return np.round(np.asarray(values) * 8) / 8


def drawn(rows, classes, strength, scale=None):
    labels = random.integers(0, classes, rows)
    logits = random.normal(size=(rows, classes)) * 2
    logits[np.arange(rows), labels] += strength
    return labels, eighths(logits) if scale is None else np.round(logits * scale, 3)


def weights_of(kind, rows):
    if kind == "counts":
        return random.integers(1, 4, rows)
    if kind == "zeros":
        return random.integers(0, 3, rows) / 2 + (np.arange(rows) == 0)
    if kind == "fractions":
        return np.float32(random.uniform(0.1, 3, rows)).astype(float)
    return None


cases = []
for index in range(24):
    classes = 2 + index % 6
    kind = [None, "counts", "zeros", "fractions"][index % 4]
    rows = 12 + index
    cases.append(case(
        f"drawn {index}, {classes} classes, weights {kind}", classes,
        *drawn(rows, classes, [0.5, 2, 4][index % 3]), weights_of(kind, rows)))
for index in range(12):
    classes = 2 + index % 6
    labels = random.integers(0, classes, 16)
    kind = [None, "zeros", "fractions"][index % 3]
    cases.append(case(
        f"ties {index}", classes, labels, random.integers(0, 3, (16, classes)),
        weights_of(kind, 16)))
for index in range(12):
    classes = 2 + index % 6
    rows = 14 + index
    kind = [None, "counts", "zeros"][index % 3]
    cases.append(case(
        f"saturated {index}", classes, *drawn(rows, classes, 1, [20, 150, 1500][index % 3]),
        weights_of(kind, rows)))
for index in range(8):
    classes = 3 + index % 3
    labels, logits = drawn(14, classes, 2)
    labels[labels == index % classes] = (index + 1) % classes
    cases.append(case(f"absent class {index}", classes, labels, logits, weights_of(
        [None, "counts"][index % 2], 14)))
for index in range(6):
    classes = 2 + index % 3
    labels, logits = drawn(8, classes, 1)
    cases.append(case(f"one class {index}", classes, np.full(8, index % classes), logits))
for index in range(5):
    classes = 2 + index
    cases.append(case(
        f"single row {index}", classes, *drawn(1, classes, 1), [[2.5], None][index % 2]))
for index in range(4):
    # Rows of weight 0 make up a whole class, whose area is undefined.
    labels, logits = drawn(15, 3 + index % 2, 2)
    cases.append(case(
        f"class of weight 0 {index}", 3 + index % 2, labels, logits,
        np.where(labels == index % 3, 0.0, 1.5)))
for index in range(3):
    labels, logits = drawn(12, 4, 1, scale=1.0)
    cases.append(case(f"one class predicted {index}", 4, labels, logits + 64 * np.eye(4)[index]))
for index in range(2):
    labels, _ = drawn(12, 4, 1)
    cases.append(case(
        ["all right", "all wrong"][index], 4, labels, 5 * np.eye(4)[(labels + index) % 4]))
for classes in (2, 4, 7):
    # 1 / classes is not a border of the bins.
    cases.append(case(f"uniform {classes}", classes, *(drawn(9, classes, 1)[0], np.zeros((9, classes)))))
cases.append(case(
    "a probability of one that is wrong", 2, [1, 0, 0, 1, 0],
    [[100, 0], [3, 0], [2.875, 0], [0, 3.5], [0, 1]]))
with open(sys.argv[1], "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases) + "\n]\n")
print(len(cases), "cases")
