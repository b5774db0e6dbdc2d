# SPDX-License-Identifier: Apache-2.0
"""What all measurements of one run share."""

import os
import shutil
import tempfile

from .build import FOLDER
from .machine import processors
from .worker import Worker


class Session:
    """Commands, pairs, processors, and a temporary folder for what one side hands to the other."""

    def __init__(self, ours, python, data, pairs, agreement):
        self.ours, self.python, self.data = ours, python, data
        self.pairs, self.agreement = pairs, agreement
        self.folder = tempfile.mkdtemp(prefix="softmax-bench-")
        self._count = 0

    def processors(self, threads):
        return processors(threads)

    def worker(self, command, threads, name):
        """A worker on so many processors; its standard error goes to a file of the folder."""
        self._count += 1
        log = os.path.join(self.folder, f"{self._count}-{name}.log")
        return Worker(command, self.processors(threads), log)

    def shown(self, *commands):
        """Commands as a reader can repeat them, in the folder Benchmarks."""
        ours = os.path.relpath(self.ours, FOLDER)
        short = {self.ours: ours, self.python: ".venv/bin/python"}
        return [" ".join(short.get(word, word) for word in command) for command in commands]

    def __enter__(self):
        os.chdir(FOLDER)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)
