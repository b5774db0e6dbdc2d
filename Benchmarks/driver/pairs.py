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


# Pairs during which others took more than this share of the processors are measured again, up to
# twice as many as asked for, and left out if enough undisturbed ones come together.
DISTURBED = 0.08


def measure_pair(ours, peer, gauge, command, seconds, ours_first):
    """One turn of each side, and the machine's own rate before and after ours."""
    pair = {}
    for side in ("ours", "peer") if ours_first else ("peer", "ours"):
        if side == "ours":
            before = next(iter(ours.ask(gauge).values()))
            pair["ours"] = turn(ours, command, seconds)["seconds"]
            after = next(iter(ours.ask(gauge).values()))
            pair["gauge"] = mean([before, after])
            ours.settle()
        elif peer:
            pair["peer"] = turn(peer, command, seconds)["seconds"]
            peer.settle()
    return pair


def compare(ours, peer, count, cpus, gauge, command="run", seconds=0.1):
    """Medians and ratios of `count` pairs of turns.

    While one side works the other is idle. Beside each of our turns, before and after, stands the
    machine's own rate (`gauge`, a command of our worker that answers one number).
    """
    workers = [ours] + ([peer] if peer else [])
    pairs = []
    while len(pairs) < 3 * count and sum(p["others"] <= DISTURBED for p in pairs) < count:
        before = sum(w.processor_seconds() for w in workers)
        neighbours = Neighbours(cpus)
        # Now the one first, now the other: a machine that slows down favours neither.
        pair = measure_pair(ours, peer, gauge, command, seconds, len(pairs) % 2 == 0)
        neighbours.own(sum(w.processor_seconds() for w in workers) - before)
        pair["others"], pair["stolen"] = neighbours.shares()
        pairs.append(pair)
    # By what others took, never by what was measured.
    kept = sorted(pairs, key=lambda p: p["others"])[:count]
    result = {
        "ours": summary(p["ours"] for p in kept),
        "gauge": summary(p["gauge"] for p in kept),
        "pairs": kept,
        "repeated": len(pairs) - len(kept),
        "others": mean(p["others"] for p in kept),
        "stolen": mean(p["stolen"] for p in kept),
    }
    if peer:
        result["peer"] = summary(p["peer"] for p in kept)
        result["ratio"] = summary(p["peer"] / p["ours"] for p in kept)
    return result
