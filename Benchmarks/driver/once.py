# SPDX-License-Identifier: Apache-2.0
"""What solve.py and choose-penalty.py share: peers that run once, and what is said of them."""

import json
import os
import statistics
import subprocess
import sys
import time

from . import machine
from .build import FOLDER, revision

NOTES = FOLDER / "solves.json"


def run_peer(script, *words, limit=None, **named):
    """The last line, as JSON, of a script of peers/ that is told to run once; None after `limit` seconds.

    BENCH_PYTHON names the Python of the peers.
    """
    python = os.environ.get("BENCH_PYTHON", sys.executable)
    command = [python, str(FOLDER / "peers" / script), *words]
    command += [f"{name}={value}" for name, value in named.items()]
    try:
        done = subprocess.run(
            command, input="run\n", stdout=subprocess.PIPE, text=True, check=True, timeout=limit
        )
    except subprocess.TimeoutExpired:
        return None
    return json.loads(done.stdout.splitlines()[-1])


def run_ours(command):
    """The result of the command, its last line of JSON."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def sooner(pairs, title, peer):
    """Medians and ratios of pairs of seconds, ours and a peer's, in one line."""
    own, other = (statistics.median(side) for side in zip(*pairs))
    ratios = [other / own for own, other in pairs]
    return (
        f"  {len(pairs)} pairs, {title}: ours {own:.4g} s, {peer} {other:.4g} s: "
        f"{statistics.median(ratios):.1f} times sooner ({min(ratios):.1f} to {max(ratios):.1f})"
    )


class Notes:
    """What is printed, and kept for docs/benchmarks.md if that is asked for."""

    def __init__(self):
        self.lines = []

    def say(self, text):
        print(text, flush=True)
        self.lines.append(text)

    def keep(self, command):
        """Keeps the lines under a command, in place of those of before."""
        kept = json.loads(NOTES.read_text()) if NOTES.exists() else {}
        kept[command] = {
            "machine": machine.description(),
            "date": time.strftime("%Y-%m-%d"),
            "revision": revision(FOLDER.parent),
            "lines": self.lines,
        }
        NOTES.write_text(json.dumps(kept, indent=1) + "\n")


def text():
    """All that is kept, in Markdown."""
    kept = json.loads(NOTES.read_text()) if NOTES.exists() else {}
    blocks = [
        f"`{command}`, {note['date']}, commit {note['revision']}, {note['machine']}:\n\n"
        + "```\n" + "\n".join(note["lines"]) + "\n```"
        for command, note in kept.items()
    ]
    return "\n\n".join(blocks) or "Not measured."
