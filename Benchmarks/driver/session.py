# SPDX-License-Identifier: Apache-2.0
"""What all measurements of one run share."""

import os
import shutil
import tempfile

from .build import FOLDER
from .machine import processors, wait_for_quiet
from .worker import Worker


class Session:
    """Commands, pairs, processors, and a temporary folder for what one side hands to the other."""

    def __init__(self, ours, python, data, pairs, rounds, agreement, patience):
        self.ours, self.python, self.data = ours, python, data
        self.pairs, self.rounds, self.agreement = pairs, rounds, agreement
        self.folder = tempfile.mkdtemp(prefix="softmax-bench-")
        # Seconds that all measurements together, and this one, may wait for others on the machine.
        self._patience = self._now = patience
        self._count = 0

    def processors(self, threads):
        return processors(threads)

    def begin(self):
        """Begins a measurement: it may wait a minute in all."""
        self._now = 60.0

    def wait_for_quiet(self, cpus):
        """Waits while others use the processors, as long as there is patience left."""
        waited = wait_for_quiet(cpus, min(self._now, self._patience))
        self._now -= waited
        self._patience -= waited

    def worker(self, command, threads, name):
        """A worker on so many processors; its standard error goes to a file of the folder."""
        self._count += 1
        log = os.path.join(self.folder, f"{self._count}-{name}.log")
        environment = dict(os.environ, SOFTMAX_CACHE=os.path.join(self.folder, "cache"))
        return Worker(command, self.processors(threads), log, environment)

    def shown(self, *commands):
        """Commands as a reader can repeat them, in the folder Benchmarks."""
        ours = os.path.relpath(self.ours, FOLDER)
        short = {self.ours: ours, self.python: ".venv/bin/python"}
        lines = [" ".join(short.get(word, word) for word in command) for command in commands]
        return [line.replace(self.folder, "/tmp").replace(self.data, "$DATA") for line in lines]

    def __enter__(self):
        os.chdir(FOLDER)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)
