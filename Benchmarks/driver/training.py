# SPDX-License-Identifier: Apache-2.0
"""Epochs of training beside the peers', and the same training from the same start."""

import os

from .pairs import compare
from .statistics import mean, summary

ROWS, FEATURES, CLASSES = 60_000, 784, 10

SETTINGS = {
    "a": {"hidden": 0, "optimizer": "sgd", "rate": 0.1, "batch": 64},
    "b": {"hidden": 128, "optimizer": "adam", "rate": 0.001, "batch": 32},
    "c": {"hidden": 1024, "optimizer": "adam", "rate": 0.001, "batch": 256},
}
TITLES = {
    "a": "softmax regression 784-10, SGD 0.1, batch 64",
    "b": "784-128-10 ReLU, Adam 0.001, batch 32",
    "c": "784-1024-10 ReLU, Adam 0.001, batch 256",
}
# The share of the FMA rate that the products alone are to reach, two threads.
SHARES = {"a": 0.38, "b": 0.42, "c": 0.60}

PEERS = {
    "jax": ("JAX, epoch compiled as a scan", "jax_train.py", {}),
    "torch": ("PyTorch, tensors resident", "torch_train.py", {"feed": "resident"}),
    "loader": ("PyTorch, DataLoader", "torch_train.py", {"feed": "loader"}),
    "keras": ("Keras on TensorFlow", "keras_train.py", {}),
}
# (workload, peer, threads): the ratio to reach.
BARS = {
    ("a", "jax", 2): 8.0,
    ("a", "torch", 2): 25.0,
    ("a", "loader", 2): 90.0,
    ("b", "jax", 2): 3.0,
    ("b", "torch", 2): 9.0,
    ("b", "keras", 2): 22.0,
    ("c", "jax", 2): 1.7,
    ("c", "torch", 2): 1.7,
    ("c", "keras", 2): 3.5,
    ("a", "jax", 1): 6.0,
    ("b", "jax", 1): 1.5,
}
# At most so many times an epoch of `fit` may take one by a loop of one's own over public parts.
OWN_LOOP_BARS = {"a": 2.5, "b": 2.5}
# What the loop is over: (the word in titles, the settings of softmax-bench).
OWN_LOOPS = {"trainer": ("", {}), "objective": (", over an objective", {"over": "objective"})}
# At most so many times an epoch of `fit` may take one with this beside.
ADDITION_BARS = {
    "dropout": 1.5,
    "batch-normalization": 1.5,
    "own-activation": 1.5,
    "own-layer": 1.5,
    "callbacks": 1.05,
}
ADDITION_TITLES = {
    "dropout": "Dropout(0.2) behind the hidden layer",
    "batch-normalization": "BatchNormalization() before the ReLU",
    "own-activation": "ReLU as an element layer of one's own",
    "own-layer": "ReLU as a row layer of one's own",
    "callbacks": "early stopping on the accuracy, a callback of one's own",
}
# Epochs of the runs that are compared, five seeds each.
AGREEMENT_EPOCHS = {"a": 5, "b": 3, "c": 2}
SLOW_PEERS = {"loader": 1, "keras": 1}
SEEDS = 5
OWN_LOOP_EPOCHS = 2


def product_operations(hidden, rows=ROWS, features=FEATURES, classes=CLASSES):
    """Floating-point operations of an epoch's matrix products: forward, gradient of the weights, and
    gradient to the inputs of every layer but the first; nothing else is counted."""
    sizes = [features, hidden, classes] if hidden else [features, classes]
    layers = list(zip(sizes, sizes[1:]))
    return sum(2 * rows * i * o * (2 if n == 0 else 3) for n, (i, o) in enumerate(layers))


def words(settings):
    return [f"{key}={value}" for key, value in settings.items()]


def key(workload, peer, threads):
    return f"train/{workload}/{peer}/{threads}"


def run(session, workload, peer, threads):
    """Measures one row of the table; a dictionary for the results."""
    settings = SETTINGS[workload] | {"threads": threads}
    title, script, more = PEERS[peer]
    ours_command = [session.ours, "train", *words(settings)]
    peer_settings = settings | more
    peer_command = [session.python, f"peers/{script}", f"data={session.data}", *words(peer_settings)]
    with session.worker(ours_command, threads, "ours") as ours:
        with session.worker(peer_command, threads, peer) as theirs:
            result = compare(session, ours, theirs, threads, f"gauge threads={threads}")
            if session.agreement and threads == 2:
                result["agreement"] = agree(session, workload, peer, ours, theirs)
            result["peerVersion"] = theirs.about.get("version", "")
            result["instructionSet"] = ours.about["instructionSet"]
    operations = product_operations(settings["hidden"])
    rates = [operations / p["ours"] for p in result["pairs"]]
    result |= {
        "workload": workload,
        "threads": threads,
        "title": TITLES[workload],
        "peerTitle": title,
        "bar": BARS.get((workload, peer, threads)),
        "operations": operations,
        "rate": summary(rates),
        "share": summary(r / p["gauge"] for r, p in zip(rates, result["pairs"])),
        "commands": session.shown(ours_command, peer_command),
    }
    return result


def own_loop(session, workload, over):
    """An epoch of a loop of one's own (`peer`) beside one of `fit` (`ours`), and that both train alike."""
    settings = SETTINGS[workload] | {"threads": 2}
    title, more = OWN_LOOPS[over]
    fit = [session.ours, "train", *words(settings)]
    loop = [session.ours, "loop", *words(settings | more)]
    with session.worker(fit, 2, "fit") as ours:
        with session.worker(loop, 2, "loop") as own:
            result = compare(session, ours, own, 2, "gauge threads=2")
            ours.settle()
            equal = own.ask(f"agree epochs={OWN_LOOP_EPOCHS}")["equal"] == 1
    return result | {
        "workload": workload,
        "threads": 2,
        "title": TITLES[workload] + title,
        "bar": None,
        "atMost": OWN_LOOP_BARS[workload],
        "agreement": {"epochs": OWN_LOOP_EPOCHS, "holds": equal},
        "commands": session.shown(fit, loop),
    }


def addition(session, name):
    """An epoch of (b) with something beside (`peer`), beside one of (b) (`ours`)."""
    settings = SETTINGS["b"] | {"threads": 2}
    plain = [session.ours, "train", *words(settings)]
    more = [session.ours, "train", *words(settings | {"with": name})]
    with session.worker(plain, 2, "plain") as ours:
        with session.worker(more, 2, name) as other:
            result = compare(session, ours, other, 2, "gauge threads=2")
    return result | {
        "workload": "b",
        "threads": 2,
        "title": ADDITION_TITLES[name],
        "bar": None,
        "atMost": ADDITION_BARS[name],
        "commands": session.shown(plain, more),
    }


def agree(session, workload, peer, ours, theirs):
    """Trains from our seeds' initial weights, in our order of the samples, on both sides."""
    epochs = min(AGREEMENT_EPOCHS[workload], SLOW_PEERS.get(peer, 99))
    sides = {"ours": [], "peer": []}
    for seed in range(SEEDS):
        command = f"agree seed={seed} epochs={epochs} folder={session.folder}"
        sides["ours"].append(ours.ask(command))
        ours.settle()
        sides["peer"].append(theirs.ask(command))
        theirs.settle()
    for seed in range(SEEDS):
        for name in (f"weights-{seed}.f32", f"orders-{seed}.u32"):
            os.remove(os.path.join(session.folder, name))
    result = {"epochs": epochs, "seeds": SEEDS}
    for side, answers in sides.items():
        result[side] = {k: mean(a[k] for a in answers) for k in ("loss", "accuracy")}
    difference = abs(result["ours"]["accuracy"] - result["peer"]["accuracy"])
    relative = abs(result["ours"]["loss"] / result["peer"]["loss"] - 1)
    result |= {
        "accuracyDifference": difference,
        "lossDifference": relative,
        "holds": difference <= 0.005 and relative <= 0.02,
    }
    return result
