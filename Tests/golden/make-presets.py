# SPDX-License-Identifier: Apache-2.0
"""Writes the settings that the peers train with by default to Tests/ModelTests/Golden/presets.json.

Needs torch, keras (with a backend) and scikit-learn: python Tests/golden/make-presets.py
"""
import inspect
import json
import pathlib

import keras
import sklearn
import torch
from sklearn.neural_network import MLPClassifier


def keras_defaults(optimizer, names):
    config = optimizer.get_config()
    return {ours: float(config[theirs] or 0) for ours, theirs in names.items()}


def torch_defaults(optimizer, names):
    made = optimizer([torch.nn.Parameter(torch.zeros(1))])
    group = made.param_groups[0]
    flat = dict(group, beta1=group.get("betas", (0, 0))[0], beta2=group.get("betas", (0, 0))[1])
    return {ours: float(flat[theirs]) for ours, theirs in names.items()}


ADAM = {"learning_rate": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "epsilon": "epsilon"}
sk = MLPClassifier().get_params()
fit = inspect.signature(keras.Model.fit).parameters
golden = {
    "versions": {"torch": torch.__version__, "keras": keras.__version__, "sklearn": sklearn.__version__},
    "keras": {
        "adam": keras_defaults(keras.optimizers.Adam(), ADAM),
        "adamw": keras_defaults(keras.optimizers.AdamW(), ADAM | {"weight_decay": "weight_decay"}),
        "sgd": keras_defaults(
            keras.optimizers.SGD(), {"learning_rate": "learning_rate", "momentum": "momentum"}),
        "rmsprop": keras_defaults(
            keras.optimizers.RMSprop(),
            {"learning_rate": "learning_rate", "rho": "rho", "momentum": "momentum",
             "epsilon": "epsilon"}),
        "adagrad": keras_defaults(
            keras.optimizers.Adagrad(),
            {"learning_rate": "learning_rate", "initial_accumulator": "initial_accumulator_value",
             "epsilon": "epsilon"}),
        # None stands for 32 in fit's documentation.
        "training": {"batch_size": float(fit["batch_size"].default or 32)},
    },
    "pytorch": {
        "adam": torch_defaults(
            torch.optim.Adam,
            {"learning_rate": "lr", "beta1": "beta1", "beta2": "beta2", "epsilon": "eps"}),
        "adamw": torch_defaults(
            torch.optim.AdamW,
            {"learning_rate": "lr", "beta1": "beta1", "beta2": "beta2", "epsilon": "eps",
             "weight_decay": "weight_decay"}),
        "sgd": torch_defaults(torch.optim.SGD, {"learning_rate": "lr", "momentum": "momentum"}),
        "rmsprop": torch_defaults(
            torch.optim.RMSprop,
            {"learning_rate": "lr", "rho": "alpha", "momentum": "momentum", "epsilon": "eps"}),
        "adagrad": torch_defaults(
            torch.optim.Adagrad,
            {"learning_rate": "lr", "initial_accumulator": "initial_accumulator_value",
             "epsilon": "eps"}),
    },
    "scikit-learn": {
        "adam": {"learning_rate": sk["learning_rate_init"], "beta1": sk["beta_1"],
                 "beta2": sk["beta_2"], "epsilon": sk["epsilon"]},
        "sgd": {"learning_rate": sk["learning_rate_init"], "momentum": sk["momentum"]},
        # batch_size 'auto' is min(200, samples); alpha is divided by the samples of a batch.
        "training": {"batch_size": 200.0, "epochs": float(sk["max_iter"]),
                     "hidden_units": float(sk["hidden_layer_sizes"][0]), "alpha": sk["alpha"]},
    },
}
path = pathlib.Path(__file__).parent.parent / "ModelTests" / "Golden" / "presets.json"
path.write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")
