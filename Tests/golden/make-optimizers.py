#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/ModelTests/Golden/optimizers.json: where PyTorch's and Keras' optimizers go.

usage: KERAS_BACKEND=torch make-optimizers.py FILE      (torch 2.13.0, keras 3, all in float64)

Each case starts from the same parameters and is fed the same ten gradients, all of them floats. Its
name is what the Swift test looks its optimizer up by.
"""
import json
import sys

import keras
import torch
from torch.optim import lr_scheduler as torch_schedules

keras.backend.set_floatx("float64")
torch.manual_seed(21)
STEPS = 10


def rounded(*shape):
    return torch.randn(*shape).float().double()


start = [rounded(3, 4), rounded(3)]
gradients = [[rounded(3, 4), rounded(3)] for _ in range(STEPS)]
# A parameter whose gradients are small, one without, and one that changes its sign at each step.
for step, (weight, bias) in enumerate(gradients):
    weight[0, 0] *= 2.0 ** -12
    weight[0, 1] = 0
    bias[0] = (-1.0) ** step


def snapshot(parameters):
    weight, bias = [p.detach().clone().double().tolist() for p in parameters]
    return {"weight": weight, "bias": bias}


cases = []


def torch_case(name, rule, schedule=None, every=1, treat=None, group=1, epoch=None):
    """`schedule` is stepped after every so many steps; `group` batches make a step, an epoch of so
    many ends one."""
    parameters = [torch.nn.Parameter(p.clone()) for p in start]
    optimizer = rule(parameters)
    scheduler = schedule(optimizer) if schedule else None
    after, rates, held, steps = [], [], [], 0
    for index, gradient in enumerate(gradients):
        held.append(gradient)
        if len(held) == group or (epoch and (index + 1) % epoch == 0):
            for i, parameter in enumerate(parameters):
                parameter.grad = sum(g[i] for g in held) / len(held)
            if treat:
                treat(parameters)
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            steps += 1
            if scheduler and steps % every == 0 and index + 1 < STEPS:
                scheduler.step()
            held = []
        after.append(snapshot(parameters))
    cases.append({"name": name, "after": after, "rates": rates})


def keras_case(name, optimizer):
    variables = [keras.Variable(p.numpy(), dtype="float64") for p in start]
    optimizer.build(variables)
    after, rates = [], []
    for gradient in gradients:
        rates.append(float(keras.ops.convert_to_numpy(optimizer.learning_rate)))
        optimizer.apply([keras.ops.convert_to_tensor(g.numpy()) for g in gradient], variables)
        after.append(snapshot([torch.tensor(keras.ops.convert_to_numpy(v)) for v in variables]))
    cases.append({"name": name, "after": after, "rates": rates})


o = torch.optim
torch_case("torch sgd", lambda p: o.SGD(p, lr=0.1))
torch_case("torch sgd momentum", lambda p: o.SGD(p, lr=0.1, momentum=0.9))
torch_case("torch sgd nesterov", lambda p: o.SGD(p, lr=0.1, momentum=0.9, nesterov=True))
torch_case("torch sgd nesterov decay", lambda p: o.SGD(
    p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.05))
torch_case("torch sgd decay", lambda p: o.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05))
torch_case("torch adagrad", lambda p: o.Adagrad(p))
torch_case("torch adagrad decay", lambda p: o.Adagrad(
    p, lr=0.1, initial_accumulator_value=0.1, weight_decay=0.05))
torch_case("torch rmsprop", lambda p: o.RMSprop(p))
torch_case("torch rmsprop momentum", lambda p: o.RMSprop(p, momentum=0.9, weight_decay=0.05))
torch_case("torch rmsprop centered", lambda p: o.RMSprop(p, alpha=0.9, centered=True))
torch_case("torch rmsprop centered momentum", lambda p: o.RMSprop(p, momentum=0.9, centered=True))
torch_case("torch adam", lambda p: o.Adam(p, lr=0.01))
torch_case("torch adam decay", lambda p: o.Adam(p, lr=0.01, weight_decay=0.05))
torch_case("torch amsgrad", lambda p: o.Adam(p, lr=0.01, betas=(0.9, 0.5), amsgrad=True))
torch_case("torch adamw", lambda p: o.AdamW(p, lr=0.01, weight_decay=0.1))
torch_case("torch adamw amsgrad", lambda p: o.AdamW(
    p, lr=0.01, betas=(0.9, 0.5), weight_decay=0.1, amsgrad=True))


def sgd(p):
    return o.SGD(p, lr=0.1, momentum=0.9)


def warm_cosine(optimizer):
    up = torch_schedules.LinearLR(optimizer, start_factor=1 / 4, total_iters=3)
    down = torch_schedules.CosineAnnealingLR(optimizer, T_max=6, eta_min=0.01)
    return torch_schedules.SequentialLR(optimizer, [up, down], milestones=[3])


torch_case("torch step", sgd, lambda r: torch_schedules.StepLR(r, 3, gamma=0.5))
torch_case("torch step of epochs", sgd, lambda r: torch_schedules.StepLR(r, 2, gamma=0.5), every=2)
torch_case("torch exponential", sgd, lambda r: torch_schedules.ExponentialLR(r, 0.9))
torch_case("torch cosine", sgd, lambda r: torch_schedules.CosineAnnealingLR(r, 10))
torch_case("torch cosine with warm-up", sgd, warm_cosine)
torch_case("torch one cycle", sgd, lambda r: torch_schedules.OneCycleLR(
    r, 0.1, total_steps=10, cycle_momentum=False))
torch_case("torch one cycle of adamw", lambda p: o.AdamW(p, lr=0.05, weight_decay=0.1),
           lambda r: torch_schedules.OneCycleLR(
               r, 0.05, total_steps=12, pct_start=0.5, div_factor=10, final_div_factor=100,
               cycle_momentum=False))

clip = torch.nn.utils
torch_case("torch clip norm", sgd, treat=lambda p: clip.clip_grad_norm_(p, 2.5))
torch_case("torch clip norm of adam", lambda p: o.Adam(p, lr=0.01),
           treat=lambda p: clip.clip_grad_norm_(p, 2.5))
torch_case("torch clip value", sgd, treat=lambda p: clip.clip_grad_value_(p, 0.5))
torch_case("torch accumulation", sgd, group=3, epoch=5)
torch_case("torch accumulation of adam, clipped and scheduled", lambda p: o.Adam(p, lr=0.01),
           lambda r: torch_schedules.StepLR(r, 1, gamma=0.5),
           treat=lambda p: clip.clip_grad_norm_(p, 1.5), group=2)

k = keras.optimizers
keras_case("keras sgd nesterov", k.SGD(0.1, momentum=0.9, nesterov=True))
keras_case("keras adagrad", k.Adagrad())
keras_case("keras rmsprop", k.RMSprop())
keras_case("keras rmsprop momentum", k.RMSprop(momentum=0.9))
keras_case("keras rmsprop centered", k.RMSprop(centered=True))
keras_case("keras adam", k.Adam(0.01, epsilon=1e-3))
keras_case("keras amsgrad", k.Adam(0.01, beta_2=0.5, epsilon=1e-3, amsgrad=True))
keras_case("keras adamw", k.AdamW(0.01))
keras_case("keras exponential decay", k.SGD(k.schedules.ExponentialDecay(0.1, 4, 0.5)))
keras_case("keras cosine decay", k.Adam(k.schedules.CosineDecay(0.05, 8, alpha=0.1)))
keras_case("keras clip norm", k.SGD(0.1, momentum=0.9, global_clipnorm=2.5))

with open(sys.argv[1], "w") as f:
    json.dump({"torch": torch.__version__, "keras": keras.__version__, "start": snapshot(start),
               "gradients": [snapshot(g) for g in gradients], "cases": cases}, f)
    f.write("\n")
