# SPDX-License-Identifier: Apache-2.0
"""Writes the rates that Keras and PyTorch reduce on a plateau to Tests/ModelTests/Golden/plateau.json.

Needs torch and keras (with a backend): python Tests/golden/make-plateau.py
"""
import json
import pathlib
import random

import keras
import torch

random.seed(7)
# A figure that falls, stalls, falls again by little, and rises: in percent, so that both sides have
# the same numbers.
figures = [round(100 * 0.9**n) / 100 for n in range(6)] + [0.59] * 7
figures += [round(59 - random.random() * 2) / 100 for _ in range(12)] + [0.3, 0.3, 0.31, 0.29, 0.5, 0.6]

cases = []
for factor, patience, delta, cooldown, least in [
    (0.1, 10, 1e-4, 0, 0.0), (0.5, 2, 1e-4, 0, 0.0), (0.5, 2, 0.02, 3, 0.0), (0.3, 1, 0.0, 1, 0.01),
    (0.7, 3, 0.05, 0, 0.05),
]:
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor="loss", factor=factor, patience=patience, min_delta=delta, cooldown=cooldown,
        min_lr=least)
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, figure in enumerate(figures):
        callback.on_epoch_end(epoch, {"loss": figure})
        rates.append(float(model.optimizer.learning_rate.numpy()))
    # PyTorch reduces after more than `patience` epochs, Keras after as many.
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=factor, patience=patience - 1, threshold=delta, threshold_mode="abs",
        cooldown=cooldown, min_lr=least, eps=0)
    theirs = []
    for figure in figures:
        scheduler.step(figure)
        theirs.append(optimizer.param_groups[0]["lr"])
    cases.append({"factor": factor, "patience": patience, "minDelta": delta, "cooldown": cooldown,
                  "least": least, "keras": rates, "torch": theirs})

golden = {"versions": {"torch": torch.__version__, "keras": keras.__version__}, "figures": figures,
          "cases": cases}
path = pathlib.Path(__file__).parent.parent / "ModelTests" / "Golden" / "plateau.json"
path.write_text(json.dumps(golden, sort_keys=True) + "\n")
