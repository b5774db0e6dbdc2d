# SPDX-License-Identifier: Apache-2.0
"""A hundred epochs, what a step allocates, and where the time of an epoch goes."""

from .machine import Neighbours
from .pairs import turn
from .statistics import median, summary
from .training import SETTINGS, TITLES, product_operations, words


def hundred(session):
    """100 epochs of (b) in one run, an epoch of Keras' after every tenth; and whether they slow down."""
    settings = SETTINGS["b"] | {"threads": 2}
    ours_command = [session.ours, "train", *words(settings), "warm=0"]
    peer_command = [session.python, "peers/keras_train.py", f"data={session.data}", *words(settings)]
    seconds, keras, gauges = [], [], []
    with session.worker(ours_command, 2, "ours") as ours:
        with session.worker(peer_command, 2, "keras") as peer:
            neighbours = Neighbours(session.processors(2), [ours, peer])
            for epoch in range(1, 96):
                gauges.append(ours.ask("gauge threads=2 seconds=0.005")["flops"])
                seconds.append(ours.ask("run")["seconds"])
                if epoch % 10 == 0:
                    ours.settle()
                    keras.append(peer.ask("run")["seconds"])
                    peer.settle()
            shares = neighbours.shares()
        # The first epochs of a second run between the last of this one, since the machine of a minute
        # ago was another.
        with session.worker(ours_command, 2, "fresh") as fresh:
            early, late = [fresh.ask("run")["seconds"]], []
            for _ in range(5):
                fresh.settle()
                answer = ours.ask("run")
                late.append(answer["seconds"])
                ours.settle()
                early.append(fresh.ask("run")["seconds"])
    early.pop(0)  # warm
    return {
        "title": TITLES["b"] + ", 100 epochs",
        "seconds": sum(seconds + late),
        "bar": 30.0,
        "peerSeconds": 100 * median(keras),
        "peerTitle": "Keras on TensorFlow",
        "peerVersion": peer.about.get("version", ""),
        "epochs": seconds + late,
        "early": early,
        "late": late,
        "growth": median(l / e for l, e in zip(late, early)),
        "growthBar": 1.1,
        "gauge": summary(gauges),
        "loss": answer["loss"],
        "commands": session.shown(ours_command, peer_command),
    } | shares


def allocations(session):
    """Calls of malloc in an epoch of few steps and of many; the difference is the steps' own."""
    result = {"rows": [], "commands": []}
    for workload in SETTINGS:
        settings = SETTINGS[workload] | {"threads": 2}
        command = [session.ours, "allocations", *words(settings)]
        few, many = 50, 200
        with session.worker(command, 2, "allocations") as ours:
            answers = [ours.ask(f"run steps={steps}") for steps in (few, many)]
        unreported = [a["allocations"] - a["reports"] for a in answers]
        result["rows"].append(
            {
                "title": TITLES[workload],
                "answers": answers,
                # Without one for each report of progress: those follow the clock, not the steps.
                "perStep": (unreported[1] - unreported[0]) / (many - few),
            }
        )
        result["commands"] += session.shown(command)
    return result


# Rounds over the variants: differences, not ratios that are asked for.
ROUNDS = 9

# What is left out of a workload, one thing at a time.
VARIANTS = {
    "as it is": {},
    "one thread": {"threads": 1},
    "SGD instead of Adam": {"optimizer": "sgd"},
    "pixels as floats instead of bytes": {"features": "floats"},
    "batches of 1,024": {"batch": 1024},
}


def breakdown(session, workload):
    """Epochs of variants of a workload in turn: the differences say where the time goes."""
    base = SETTINGS[workload] | {"threads": 2}
    chosen = {
        name: base | change for name, change in VARIANTS.items() if base | change != base or not change
    }
    commands = {n: [session.ours, "train", *words(s)] for n, s in chosen.items()}
    workers = {n: session.worker(c, chosen[n]["threads"], "variant") for n, c in commands.items()}
    times = {name: [] for name in chosen}
    gauges = {name: [] for name in chosen}
    neighbours = Neighbours(session.processors(2), workers.values())
    try:
        for _ in range(min(session.pairs, ROUNDS)):
            for name, worker in workers.items():
                session.wait_for_quiet(session.processors(2))
                gauges[name].append(worker.ask(f"gauge threads={chosen[name]['threads']}")["flops"])
                times[name].append(turn(worker, "run", 0.05)["seconds"])
                worker.settle()
        shares = neighbours.shares()
    finally:
        for worker in workers.values():
            worker.close()
    operations = product_operations(base["hidden"])
    return {
        "title": TITLES[workload],
        "operations": operations,
        "variants": [
            {
                "name": name,
                "seconds": summary(times[name]),
                "floor": operations / median(gauges[name]),
                "gauge": median(gauges[name]),
                # Against the workload as it is, in the same round.
                "ratio": median(t / a for t, a in zip(times[name], times["as it is"])),
                "command": session.shown(commands[name])[0],
            }
            for name in chosen
        ],
    } | shares
