# SPDX-License-Identifier: Apache-2.0
"""Two sides in turn: the heart of every comparison."""

from .machine import DISTURBED, Neighbours
from .statistics import mean, summary


def turn(worker, command, seconds):
    """Repeats a command until it has worked for `seconds`; the median answer by its seconds."""
    answers, worked = [], 0.0
    while not answers or worked < seconds:
        answers.append(worker.ask(command))
        worked += answers[-1]["seconds"] * answers[-1].get("calls", 1)
    return sorted(answers, key=lambda a: a["seconds"])[len(answers) // 2]


# Seconds that a turn lasts at least.
TURN = 0.1


def measure_pair(ours, peer, gauge, ours_first):
    """One turn of each side, and the machine's own rate before and after ours."""
    pair = {}
    for side in ("ours", "peer") if ours_first else ("peer", "ours"):
        if side == "ours":
            before = next(iter(ours.ask(gauge).values()))
            pair["ours"] = turn(ours, "run", TURN)["seconds"]
            after = next(iter(ours.ask(gauge).values()))
            pair["gauge"] = mean([before, after])
            ours.settle()
        else:
            pair["peer"] = turn(peer, "run", TURN)["seconds"]
            peer.settle()
    return pair


def compare(session, ours, peer, threads, gauge):
    """Medians and ratios of the session's number of pairs of turns.

    Pairs during which others used the machine are measured again, at most as many as asked for, and
    left out if enough undisturbed ones come together. While one side works the other is idle. Beside
    each of our turns, before and after, stands the machine's own rate (`gauge`, a command of our
    worker that answers one number).
    """
    cpus, count = session.processors(threads), session.pairs
    pairs = []
    while len(pairs) < 2 * count and sum(p["others"] <= DISTURBED for p in pairs) < count:
        session.wait_for_quiet(cpus)
        neighbours = Neighbours(cpus, [ours, peer])
        # Now the one first, now the other: a machine that slows down favours neither.
        pair = measure_pair(ours, peer, gauge, len(pairs) % 2 == 0)
        pairs.append(pair | neighbours.shares())
    # By what others took, never by what was measured.
    kept = sorted(pairs, key=lambda p: p["others"])[:count]
    return {
        "ours": summary(p["ours"] for p in kept),
        "peer": summary(p["peer"] for p in kept),
        "ratio": summary(p["peer"] / p["ours"] for p in kept),
        "gauge": summary(p["gauge"] for p in kept),
        "pairs": kept,
        "repeated": len(pairs) - len(kept),
        "others": mean(p["others"] for p in kept),
        "stolen": mean(p["stolen"] for p in kept),
    }
