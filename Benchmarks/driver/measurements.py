# SPDX-License-Identifier: Apache-2.0
"""Everything that can be measured: a key, what selects it on the command line, and how."""

from dataclasses import dataclass
from typing import Callable

from . import course, operations, sweep, training
from .session import Session


@dataclass
class Measurement:
    """One entry of the results."""

    key: str  # group/name/...
    group: str  # `--only GROUP` and `--only GROUP:NAME` select it
    name: str
    run: Callable[[Session], dict]

    def is_chosen(self, only):
        return not only or self.group in only or f"{self.group}:{self.name}" in only

    @property
    def command(self):
        """How to measure it again."""
        return f"Benchmarks/run.py --only {self.group}:{self.name}"


def everything():
    """All measurements in the order of the document."""
    for workload, peer, threads in training.BARS:
        yield Measurement(
            training.key(workload, peer, threads),
            workload,
            peer if threads == 2 else f"{peer}-{threads}",
            lambda s, w=workload, p=peer, t=threads: training.run(s, w, p, t),
        )
    for over in training.OWN_LOOPS:
        for workload in training.OWN_LOOP_BARS:
            name = workload if over == "trainer" else f"{workload}-{over}"
            yield Measurement(
                f"loop/{name}",
                "loop",
                name,
                lambda s, w=workload, o=over: training.own_loop(s, w, o),
            )
    for name in training.ADDITION_BARS:
        yield Measurement(
            f"layers/{name}", "layers", name, lambda s, n=name: training.addition(s, n)
        )
    for operation in operations.everything():
        yield Measurement(
            operation.key,
            operation.group,
            operation.name,
            lambda s, o=operation: operations.run(s, o),
        )
    yield Measurement("course/hundred", "course", "hundred", course.hundred)
    yield Measurement("course/allocations", "course", "allocations", course.allocations)
    for workload in training.SETTINGS:
        yield Measurement(
            f"parts/{workload}", "parts", workload, lambda s, w=workload: course.breakdown(s, w)
        )
    for axis in sweep.AXES:
        yield Measurement(f"sweep/{axis}", "sweep", axis, lambda s, a=axis: sweep.run(s, a))
