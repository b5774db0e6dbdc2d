# SPDX-License-Identifier: Apache-2.0
"""A side of a comparison: a process that answers one line of JSON for each command."""

import json
import os
import subprocess
import time


class WorkerFailed(Exception):
    """A worker ended or answered nonsense; the message holds what it wrote to standard error."""


class Worker:
    """A process kept on some processors, idle between its turns."""

    def __init__(self, command, processors, log, environment):
        self.command = command
        self._log = open(log, "w+")
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
            text=True,
            bufsize=1,
            # The thread pools of the peers count the processors that they may use.
            preexec_fn=lambda: os.sched_setaffinity(0, processors),
        )
        self.about = self._read()

    def ask(self, line):
        """The answer to a command, as a dictionary."""
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # _read says why
        return self._read()

    def _read(self):
        line = self._process.stdout.readline()
        if not line:
            status = self._process.wait()
            self._log.seek(0)
            tail = "".join(self._log.readlines()[-15:])
            raise WorkerFailed(f"{' '.join(self.command)} ended with {status}:\n{tail}")
        return json.loads(line)

    def processor_seconds(self):
        """Processor time used so far by all threads, to the nanosecond."""
        # Linux' clock of another process (clock_getcpuclockid).
        try:
            return time.clock_gettime((~self._process.pid << 3) | 2)
        except OSError:
            return 0.0

    def settle(self, limit=2.0):
        """Waits until the worker's threads have stopped spinning, so that the other side has the machine."""
        stop = time.monotonic() + limit
        before = self.processor_seconds()
        while time.monotonic() < stop:
            time.sleep(0.01)
            after = self.processor_seconds()
            if after - before < 0.0005:
                return
            before = after

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
