# SPDX-License-Identifier: Apache-2.0
"""PyTorch's softmax of rows, or cross-entropy forward and backward; the median of many calls.

Softmax writes into memory that is there already: a second matrix or the same one, whichever is
faster here.

usage: torch_rows.py op=softmax|cross-entropy rows=1024 columns=1000 threads=2
"""

import numpy as np
import torch
from protocol import median_seconds, serve, settings

chosen = settings()
rows, columns = int(chosen["rows"]), int(chosen["columns"])
torch.set_num_threads(int(chosen["threads"]))
z = torch.rand(rows, columns) * 16 - 8
y = (torch.arange(rows) * 7919) % columns
out = torch.empty_like(z)
own = z.clone()
zg = z.clone().requires_grad_()


def cross_entropy():
    zg.grad = None
    loss = torch.nn.functional.cross_entropy(zg, y)
    loss.backward()
    return loss


calls = {
    "second": lambda: torch.softmax(z, 1, out=out),
    "same": lambda: torch.softmax(own, 1, out=own),
    "cross-entropy": cross_entropy,
}


def usable(name):
    try:
        calls[name]()
        return True
    except RuntimeError:
        return False


forms = ["second", "same"] if chosen["op"] == "softmax" else ["cross-entropy"]
form = min(filter(usable, forms), key=lambda name: median_seconds(calls[name], 0.2))


def run():
    count = 0

    def call():
        nonlocal count
        count += 1
        calls[form]()

    return {"seconds": median_seconds(call, 0.1), "calls": count}


def distance(own, theirs):
    return float((own - theirs).abs().max() / theirs.abs().max())


def agree(folder):
    """The largest distance of our result from PyTorch's, relative to the result's largest."""

    def numbers(name, kind="f4"):
        return torch.from_numpy(np.fromfile(f"{folder}/{name}.{kind[0]}32", f"<{kind}"))

    logits = numbers("logits").reshape(rows, columns)
    own = numbers("result").reshape(rows, columns)
    if chosen["op"] == "softmax":
        return {"resultDifference": distance(own, torch.softmax(logits, 1))}
    logits.requires_grad_()
    labels = numbers("labels", "u4").to(torch.int64)
    losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
    losses.mean().backward()
    differences = distance(own, logits.grad), distance(numbers("losses"), losses.detach())
    return {"resultDifference": max(differences)}


serve("PyTorch", torch.__version__, run=run, agree=agree)
