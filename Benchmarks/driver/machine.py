# SPDX-License-Identifier: Apache-2.0
"""The machine: its processors, what it is called, and who else is using it."""

import os
import platform
import time


def processors(threads):
    """The processors of a measurement; for one thread the last, which the system uses least."""
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < threads:
        raise SystemExit(f"{threads} processors are needed, {len(allowed)} may be used")
    return set(allowed[-threads:])


def description():
    """Processor, count, memory and system in one line."""
    name, memory = platform.machine(), 0
    with open("/proc/cpuinfo") as file:
        facts = dict(
            (part.strip() for part in line.split(":", 1)) for line in file if ":" in line
        )
    name = facts.get("model name", name)
    flags = facts.get("flags", "").split()
    widest = next((f for f in ("avx512f", "avx2", "avx") if f in flags), "")
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) / 2**20
    family = f"family {facts.get('cpu family', '?')} model {facts.get('model', '?')}"
    return (
        f"{name} ({family}, {widest}), {os.cpu_count()} processors, {memory:.0f} GiB, "
        f"Linux {platform.release()}"
    )


# A measurement during which others took more than this share of the processors is disturbed.
DISTURBED = 0.08


class Neighbours:
    """The share of some processors' time, from now on, that goes to others than some workers."""

    def __init__(self, cpus, workers=()):
        self._names = {f"cpu{cpu}" for cpu in cpus}
        self._count = len(cpus)
        self._workers = list(workers)
        self._own = self._used()
        self._begin = time.monotonic()
        self._busy, self._stolen = self._read()

    def shares(self):
        """What other processes here used (`others`) and what other guests of the host took (`stolen`)."""
        busy, stolen = self._read()
        whole = (time.monotonic() - self._begin) * self._count
        driver = sum(os.times()[:2])
        others = busy - self._busy - (self._used() - self._own) - min(driver, 0.02 * whole)
        return {"others": max(0.0, others / whole), "stolen": (stolen - self._stolen) / whole}

    def _used(self):
        return sum(worker.processor_seconds() for worker in self._workers)

    def _read(self):
        tick, busy, stolen = os.sysconf("SC_CLK_TCK"), 0.0, 0.0
        with open("/proc/stat") as file:
            for line in file:
                name, *fields = line.split()
                if name in self._names:
                    user, nice, system, _, _, hard, soft, steal = map(float, fields[:8])
                    busy += (user + nice + system + hard + soft) / tick
                    stolen += steal / tick
        return busy, stolen


def wait_for_quiet(cpus, limit):
    """Waits while others use the processors, at most so long; the seconds waited."""
    begin = time.monotonic()
    while time.monotonic() - begin < limit:
        neighbours = Neighbours(cpus)
        time.sleep(0.05)
        if neighbours.shares()["others"] <= DISTURBED:
            break
    return time.monotonic() - begin
