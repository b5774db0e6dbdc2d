#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/ModelTests/Golden/layers.json: layers and activations as PyTorch and Keras compute them.

usage: make-layers-golden.py FILE      (made with torch 2.13.0 and keras 3 on tensorflow)

Inputs are rounded to float. PyTorch computes in float64, Keras' batch normalization in float32.
"""
import json
import sys

import keras
import numpy as np
import torch
from torch.nn import functional

torch.manual_seed(5)


def listed(tensor):
    return tensor.detach().double().tolist()


points = torch.cat([torch.linspace(-12, 12, 97), torch.randn(64) * 2,
                    torch.tensor([0.0, 1e-6, -1e-6, 30.0, -30.0])]).float().double()
activations = {}
for name, function in {"relu": functional.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "gelu": functional.gelu,
                       "leaky-relu": functional.leaky_relu, "elu": functional.elu, "silu": functional.silu,
                       "selu": functional.selu}.items():
    x = points.clone().requires_grad_()
    y = function(x)
    y.sum().backward()
    activations[name] = {"y": listed(y), "slope": listed(x.grad)}

x = (torch.randn(7, 19) * 3 + 1).float().double().requires_grad_()
gamma, beta = torch.randn(19).float().double(), torch.randn(19).float().double()
weights = torch.randn(7, 19).float().double()
y = functional.layer_norm(x, (19,), gamma, beta, 1e-3)
(y * weights).sum().backward()
layer = {"x": listed(x), "gamma": listed(gamma), "beta": listed(beta), "epsilon": 1e-3, "y": listed(y)}

np.random.seed(6)
norm = keras.layers.BatchNormalization()
batches = [(np.random.randn(11, 5) * (i + 1) + 2 - i).astype(np.float32) for i in range(3)]
norm.build((None, 5))
norm.gamma.assign(np.random.randn(5))
norm.beta.assign(np.random.randn(5))
outputs = [np.array(norm(b, training=True)).tolist() for b in batches]
batch = {"batches": [b.tolist() for b in batches], "gamma": np.array(norm.gamma).tolist(),
         "beta": np.array(norm.beta).tolist(), "outputs": outputs,
         "running_mean": np.array(norm.moving_mean).tolist(),
         "running_variance": np.array(norm.moving_variance).tolist(),
         "inference": np.array(norm(batches[0], training=False)).tolist()}

kept = functional.dropout(torch.ones(1000, dtype=torch.float64), 0.3, True)
dropout = {"rate": 0.3, "values": sorted(set(listed(kept)))}

with open(sys.argv[1], "w") as f:
    json.dump({"torch": torch.__version__, "keras": keras.__version__, "points": listed(points),
               "activations": activations, "layer_normalization": layer, "batch_normalization": batch,
               "dropout": dropout}, f)
    f.write("\n")
