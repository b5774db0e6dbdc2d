# SPDX-License-Identifier: Apache-2.0
"""GFLOP/s over hidden width, batch, features and rows: no doubling may lose more than 15 %."""

from .machine import Neighbours
from .statistics import mean, median
from .training import product_operations, words

LOSS = 0.15
THREADS = 2
NETWORK = {"features": 784, "hidden": 128, "batch": 32, "optimizer": "adam"}
LINEAR = {"features": 784, "hidden": 0, "batch": 64, "optimizer": "sgd"}
# title, what is swept, its values, the rest
AXES = {
    "hidden": ("784-H-10, Adam, batch 32", "hidden", [2**i for i in range(4, 13)], NETWORK),
    "batch": ("784-128-10, Adam, batch B", "batch", [2**i for i in range(14)], NETWORK),
    "features": (
        "F-128-10, Adam, batch 32",
        "features",
        [2**i for i in range(2, 14)] + [10_000],
        NETWORK,
    ),
    "linear-batch": ("784-10, SGD, batch B", "batch", [2**i for i in range(14)], LINEAR),
    "linear-features": (
        "F-10, SGD, batch 64",
        "features",
        [2**i for i in range(2, 14)] + [10_000],
        LINEAR,
    ),
    "rows": (
        "loss and gradient of R rows, 784-10",
        "rows",
        [2**i for i in range(6, 17)],
        {"features": 784},
    ),
}


def point(axis, value):
    """The command of a point and its floating-point operations."""
    _, swept, _, rest = AXES[axis]
    settings = rest | {swept: value}
    if axis == "rows":
        return f"evaluate {' '.join(words(settings))} threads={THREADS}", 4 * value * 784 * 10
    one = product_operations(settings["hidden"], rows=1, features=settings["features"])
    # Enough rows for some tens of milliseconds, whole batches, and no more than 64 MB.
    batch = settings["batch"]
    rows = min(2_000_000_000 // one, 60_000, 64_000_000 // settings["features"])
    rows = max(rows // batch, 4) * batch
    settings |= {"rows": rows, "threads": THREADS}
    return f"train {' '.join(words(settings))}", one * rows


def run(session, axis):
    """Each point several times, round by round, and the median of each."""
    title, swept, values, _ = AXES[axis]
    command = [session.ours, "sweep"]
    points = [dict(zip(("command", "operations"), point(axis, v)), value=v) for v in values]
    for p in points:
        p["seconds"], p["gauges"] = [], []
    cpus = session.processors(THREADS)
    with session.worker(command, THREADS, "sweep") as ours:
        neighbours = Neighbours(cpus, [ours])

        def measure(p):
            session.wait_for_quiet(cpus)
            p["gauges"].append(ours.ask(f"gauge threads={THREADS} seconds=0.005")["flops"])
            p["seconds"].append(ours.ask(p["command"] + " seconds=0.05")["seconds"])

        for _ in range(session.rounds):
            for p in points:
                measure(p)
        # What looks like a loss is looked at again, beside its neighbour, before it is believed.
        for a, b in zip(points, points[1:]):
            for _ in range(2 * session.rounds if lost(a, b) else 0):
                measure(a)
                measure(b)
        shares = neighbours.shares()
    return {
        "title": title,
        "swept": swept,
        "points": [
            {
                "value": p["value"],
                "rate": rate(p),
                "share": median(p["operations"] / s / g for s, g in zip(p["seconds"], p["gauges"])),
                "loses": lost(before, p) if before else False,
                "command": p["command"],
            }
            for before, p in zip([None] + points, points)
        ],
        "gauge": mean(median(p["gauges"]) for p in points),
        "commands": session.shown(command),
    } | shares


def rate(p):
    return p["operations"] / median(p["seconds"])


def lost(a, b):
    """Whether the step from a to b lowers the rate by more than LOSS."""
    return rate(b) < (1 - LOSS) * rate(a)
