# SPDX-License-Identifier: Apache-2.0
"""Two sides in turn: the heart of every comparison."""

from .machine import Neighbours
from .statistics import mean, summary


def turn(worker, command, seconds):
    """Repeats a command until it has worked for `seconds`; the median answer by its seconds."""
    answers, worked = [], 0.0
    while not answers or worked < seconds:
        answers.append(worker.ask(command))
        worked += answers[-1]["seconds"] * answers[-1].get("calls", 1)
    return sorted(answers, key=lambda a: a["seconds"])[len(answers) // 2]


def compare(ours, peer, count, cpus, gauge, command="run", seconds=0.1):
    """Medians and ratios of `count` pairs of turns.

    While one side works the other is idle. Beside each of our turns, before and after, stands the
    machine's own rate (`gauge`, a command of our worker that answers one number).
    """
    workers = [ours] + ([peer] if peer else [])
    own_before = sum(w.processor_seconds() for w in workers)
    neighbours = Neighbours(cpus)
    pairs = []
    for index in range(count):
        pair = {}
        # Now the one first, now the other: a machine that slows down favours neither.
        for side in ("ours", "peer") if index % 2 == 0 else ("peer", "ours"):
            if side == "peer":
                if peer:
                    pair["peer"] = turn(peer, command, seconds)["seconds"]
                    peer.settle()
            else:
                before = next(iter(ours.ask(gauge).values()))
                pair["ours"] = turn(ours, command, seconds)["seconds"]
                after = next(iter(ours.ask(gauge).values()))
                pair["gauge"] = mean([before, after])
                ours.settle()
        pairs.append(pair)
    neighbours.own(sum(w.processor_seconds() for w in workers) - own_before)
    others, stolen = neighbours.shares()
    result = {
        "ours": summary(p["ours"] for p in pairs),
        "gauge": summary(p["gauge"] for p in pairs),
        "pairs": pairs,
        "others": others,
        "stolen": stolen,
    }
    if peer:
        result["peer"] = summary(p["peer"] for p in pairs)
        result["ratio"] = summary(p["peer"] / p["ours"] for p in pairs)
    return result
