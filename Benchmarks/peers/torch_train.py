# SPDX-License-Identifier: Apache-2.0
"""PyTorch: tensors resident in memory, or a Dataset with a DataLoader as the tutorials write it.

usage: torch_train.py data=FOLDER hidden=128 optimizer=adam rate=0.001 batch=32 threads=2
       feed=resident|loader
"""

import time

import numpy as np
import torch
from protocol import Course, fashion_mnist, pixels, serve, settings
from torch.utils.data import DataLoader, Dataset

chosen = settings()
hidden, batch, rate = int(chosen["hidden"]), int(chosen["batch"]), float(chosen["rate"])
torch.set_num_threads(int(chosen["threads"]))
torch.manual_seed(0)
(images, labels), (test_images, test_labels) = fashion_mnist(chosen["data"])
x, y = torch.from_numpy(pixels(images)), torch.from_numpy(labels.astype(np.int64))
test_x = torch.from_numpy(pixels(test_images))
criterion = torch.nn.CrossEntropyLoss()


class Images(Dataset):
    """An image at a time, converted when it is asked for."""

    def __len__(self):
        return len(images)

    def __getitem__(self, i):
        return torch.from_numpy(images[i].copy()).float().div_(255), int(labels[i])


def resident(order=None):
    order = torch.randperm(len(x)) if order is None else torch.from_numpy(order)
    for i in range(0, len(x), batch):
        pick = order[i : i + batch]
        yield x[pick], y[pick]


def loader(order=None):
    if order is None:
        yield from DataLoader(Images(), batch_size=batch, shuffle=True)
    else:
        yield from DataLoader(Images(), batch_size=batch, sampler=order.tolist())


def network():
    layers = [torch.nn.Flatten()]
    if hidden:
        layers += [torch.nn.Linear(784, hidden), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(hidden or 784, 10))
    if chosen["optimizer"] == "sgd":
        return model, torch.optim.SGD(model.parameters(), lr=rate)
    return model, torch.optim.Adam(model.parameters(), lr=rate, eps=1e-7, fused=True)


def epoch(model, optimizer, batches):
    total = 0.0
    for bx, by in batches:
        optimizer.zero_grad()
        loss = criterion(model(bx), by)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(by)
    return total / len(x)


feed = loader if chosen["feed"] == "loader" else resident
model, optimizer = network()


def run():
    start = time.perf_counter()
    value = epoch(model, optimizer, feed())
    return {"seconds": time.perf_counter() - start, "loss": value}


def agree(seed, epochs, folder):
    course = Course(folder, seed, hidden)
    own, rule = network()
    with torch.no_grad():
        for layer, w in zip((l for l in own if isinstance(l, torch.nn.Linear)), course.weights):
            layer.weight.copy_(torch.from_numpy(w))
            layer.bias.zero_()
    for order in course.orders[: int(epochs)]:
        value = epoch(own, rule, feed(order))
    with torch.no_grad():
        guess = own(test_x).argmax(1).numpy()
    return {"loss": value, "accuracy": float((guess == test_labels).mean())}


run()
serve("PyTorch", torch.__version__, run=run, agree=agree)
