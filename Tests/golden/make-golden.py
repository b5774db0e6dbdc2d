#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/ModelTests/Golden/pytorch.json: what PyTorch computes on small inputs.

usage: make-golden.py FILE      (made with torch 2.13.0, float64 where not said otherwise)

Networks, data and parameters after some full-batch steps, each number rounded to float where it is
an input, so that the library starts from the same.
"""
import json
import sys

import torch
from torch import nn

torch.manual_seed(20)


def listed(tensor):
    return tensor.detach().double().tolist()


def rounded(*shape):
    return torch.randn(*shape).float().double()


def network(sizes, activation):
    layers = []
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        layer = nn.Linear(inputs, outputs).double()
        with torch.no_grad():
            layer.weight.copy_(rounded(outputs, inputs) * 0.5)
            layer.bias.copy_(rounded(outputs) * 0.5)
        layers.append(layer)
        if i < len(sizes) - 2:
            layers.append({"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}[activation]())
    return nn.Sequential(*layers)


def parameters(model):
    return [{"weight": listed(m.weight), "bias": listed(m.bias)} for m in model if isinstance(m, nn.Linear)]


def case(name, sizes, activation, rows, soft, optimizer, steps, l2=0.0):
    model = network(sizes, activation)
    x = rounded(rows, sizes[0])
    labels = torch.randint(sizes[-1], (rows,))
    targets = torch.softmax(rounded(rows, sizes[-1]), 1).float().double() if soft else None
    loss = nn.CrossEntropyLoss()
    out = {"name": name, "activation": activation, "features": listed(x), "classes": sizes[-1],
           "before": parameters(model), "optimizer": optimizer, "steps": steps, "l2": l2}
    if soft:
        # Rows of floats sum to 1 to rounding alone: the loss is that of the floats as they are.
        out["distributions"] = listed(targets)
    else:
        out["labels"] = labels.tolist()

    def value():
        penalty = sum((m.weight ** 2).sum() for m in model if isinstance(m, nn.Linear)) * (l2 / 2)
        return loss(model(x), targets if soft else labels), penalty

    data_loss, penalty = value()
    data_loss.backward()
    out["logits"] = listed(model(x))
    out["loss"] = data_loss.item()
    out["gradient"] = [{"weight": listed(m.weight.grad), "bias": listed(m.bias.grad)}
                       for m in model if isinstance(m, nn.Linear)]
    kind = optimizer["name"]
    if kind == "sgd":
        rule = torch.optim.SGD(model.parameters(), lr=optimizer["learning_rate"], momentum=optimizer["momentum"])
    else:
        rule = torch.optim.Adam(model.parameters(), lr=optimizer["learning_rate"],
                                betas=(optimizer["beta1"], optimizer["beta2"]), eps=optimizer["epsilon"])
    losses = []
    for _ in range(steps):
        rule.zero_grad()
        data_loss, penalty = value()
        (data_loss + penalty).backward()
        rule.step()
        losses.append(data_loss.item())
    out["losses"] = losses
    out["after"] = parameters(model)
    return out


sgd = {"name": "sgd", "learning_rate": 0.1, "momentum": 0.0}
momentum = {"name": "sgd", "learning_rate": 0.05, "momentum": 0.9}
adam = {"name": "adam", "learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
cases = [
    case("softmax regression, SGD", [7, 3], "relu", 11, False, sgd, 10),
    case("softmax regression on soft targets, momentum", [5, 4], "relu", 9, True, momentum, 10),
    case("one hidden layer of ReLU, Adam", [6, 40, 3], "relu", 13, False, adam, 10),
    case("two hidden layers of tanh, Adam", [19, 17, 35, 10], "tanh", 20, False, adam, 10),
    case("a hidden layer of sigmoid, momentum, soft targets", [8, 5, 6], "sigmoid", 10, True, momentum, 10),
    case("softmax regression with an L2 penalty", [9, 4], "relu", 12, False, sgd, 10, l2=0.05),
]

rows = [[3.0, 1.0, -3.0], [1000.0, 1001.0, 1002.0], [-1000.0, -1001.0, -1002.0], [0.0, 0.0, 0.0],
        [88.0, -88.0, 0.5], [1e30, 1e30, -1e30], [-104.0, 0.0, 1e-40], [3e38, 3e38, 3e38],
        [float("-inf"), 0.0, 1.0]]
z = torch.tensor(rows, dtype=torch.float64)
functions = {"rows": [[str(v) for v in row] for row in rows], "softmax": listed(torch.softmax(z, 1)),
             "log_softmax": [[str(v) for v in row] for row in listed(torch.log_softmax(z, 1))],
             "log_sum_exp": listed(torch.logsumexp(z, 1))}

with open(sys.argv[1], "w") as f:
    json.dump({"torch": torch.__version__, "cases": cases, "functions": functions}, f)
    f.write("\n")
