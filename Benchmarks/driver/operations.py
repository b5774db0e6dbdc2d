# SPDX-License-Identifier: Apache-2.0
"""Loss and gradient of all rows, rows of softmax, inference, loading: each beside its peer."""

import os
import subprocess

from .build import FOLDER
from .pairs import compare
from .statistics import summary
from .training import words
from .worker import WorkerFailed

ROW_SHAPES = [(60_000, 10), (1_024, 1_000), (256, 32_000)]


class Operation:
    """A row of the table: what both sides do, the bar, and what is counted."""

    def __init__(self, group, name, title, mode, ours, peer, threads=2):
        self.group, self.name, self.title = group, name, title
        self.mode, self.ours, self.threads = mode, ours, threads
        self.peer_title, self.script, self.peer, self.bar = peer
        self.operations = self.bytes = None

    def counting(self, operations=None, bytes=None):
        """Floating-point operations of a call, or the bytes it reads and writes."""
        self.operations, self.bytes = operations, bytes
        return self

    @property
    def key(self):
        return f"{self.group}/{self.name}"


def evaluation():
    """(d): loss and gradient of 60,000 rows of 784 features in 10 classes."""
    for name, title, bar in (
        ("plain", "scikit-learn, an L-BFGS iteration", 9.0),
        ("intelex", "scikit-learn-intelex, an L-BFGS iteration", 4.0),
        ("loss", "scikit-learn, its loss and gradient alone", None),
    ):
        peer = (title, "sklearn_lbfgs.py", {"threads": 2, "kind": name}, bar)
        what = "loss and gradient of 60,000 rows, 784-10"
        yield Operation("d", name, what, "evaluate", {"threads": 2}, peer).counting(
            operations=4 * 60_000 * 784 * 10
        )


def rows():
    """(e): softmax of rows, and their cross-entropy with its gradient."""
    for op, title, bars in (
        ("softmax", "softmax of rows", (18.0, 1.6, 1.2)),
        ("cross-entropy", "cross-entropy of rows and gradient", (20.0, 4.0, 3.5)),
    ):
        for (count, columns), bar in zip(ROW_SHAPES, bars):
            same = {"op": op, "rows": count, "columns": columns, "threads": 2}
            peer = ("PyTorch", "torch_rows.py", same, bar)
            what = f"{title}, {count:,} x {columns:,}"
            name = f"{op}-{count}x{columns}"
            # Read once and written once: the least that any form can do.
            yield Operation("e", name, what, "rows", same, peer).counting(
                bytes=8 * count * columns
            )


def inference():
    """(f): probabilities of 784-128-10."""
    for count, threads, bar in ((1_024, 2, 1.15), (1, 1, 3.0)):
        same = {"rows": count, "threads": threads}
        what = "784-128-10, " + (f"a batch of {count:,}" if count > 1 else "one row")
        peer = ("ONNX Runtime from Python", "onnx_infer.py", same, bar)
        yield Operation("f", f"{count}", what, "infer", same, peer, threads).counting(
            operations=2 * count * (784 * 128 + 128 * 10)
        )


def loading():
    """Fashion-MNIST and a table into memory."""
    for name, title, bar in (
        ("gzip", "Fashion-MNIST from its gzip files", 1.1),
        ("cache", "Fashion-MNIST from the checked cache", 50.0),
    ):
        # A folder of its own, which our worker's load before the first turn fills.
        cache = "off" if name == "gzip" else "{folder}/unpacked"
        ours = {"data": "{data}", "cache": cache}
        peer = ("Python's gzip and NumPy", "numpy_load.py", {}, bar)
        yield Operation("load", name, title, "load", ours, peer).counting(bytes=54_950_000)
    path = {"path": "{folder}/table.csv"}
    peer = ("Polars", "polars_read.py", path | {"threads": 2}, 1.0)
    yield Operation("load", "table", "1,000,000 x 21 cells of text", "table", path, peer).counting(
        bytes=149_800_000
    )


def everything():
    yield from evaluation()
    yield from rows()
    yield from inference()
    yield from loading()


def run(session, operation):
    """Measures one row of the table; a dictionary for the results."""
    places = {"folder": session.folder, "data": session.data}
    ours = {k: str(v).format(**places) for k, v in operation.ours.items()}
    theirs = {k: str(v).format(**places) for k, v in operation.peer.items()}
    if "path" in ours and not os.path.exists(ours["path"]):
        make = [session.python, "peers/make_data.py", operation.name, ours["path"]]
        subprocess.run(make, cwd=FOLDER, check=True)
    ours_command = [session.ours, operation.mode, *words(ours)]
    peer_command = [session.python, f"peers/{operation.script}", f"data={session.data}"]
    peer_command += words(theirs)
    gauge = f"gauge threads={operation.threads}"
    if operation.bytes and operation.group == "e":
        gauge += f" bytes={operation.bytes // 2}"  # as large as the matrix, which stays in its place
    with session.worker(ours_command, operation.threads, "ours") as own:
        if ours.get("cache", "off") != "off" and not os.path.isdir(ours["cache"]):
            raise WorkerFailed("the first load left nothing in the cache")
        with session.worker(peer_command, operation.threads, "peer") as peer:
            result = compare(session, own, peer, operation.threads, gauge)
            if session.agreement:
                result["agreement"] = agree(session, operation, own, peer)
            result["peerVersion"] = peer.about.get("version", "")
            result["instructionSet"] = own.about["instructionSet"]
    result |= {
        "threads": operation.threads,
        "title": operation.title,
        "peerTitle": operation.peer_title,
        "bar": operation.bar,
        "commands": session.shown(ours_command, peer_command),
    }
    amount = operation.operations or operation.bytes
    result["operations" if operation.operations else "bytes"] = amount
    rates = [amount / p["ours"] for p in result["pairs"]]
    result["rate"] = summary(rates)
    if operation.group != "load":
        result["share"] = summary(r / p["gauge"] for r, p in zip(rates, result["pairs"]))
    return result


def agree(session, operation, ours, peer):
    """Whether both sides gave the same numbers for the same input."""
    if operation.group == "load":
        own, theirs = ours.ask("run"), peer.ask("run")
        same = own["sum"] == theirs["sum"] and own["rows"] == theirs["rows"]
        return {"resultDifference": 0.0 if same else 1.0, "holds": same}
    answer = ours.ask(f"agree folder={session.folder}")
    command = f"agree folder={session.folder}"
    if operation.group == "d":
        command += f" loss={answer['loss']!r}"
    result = peer.ask(command)
    for name in os.listdir(session.folder):
        if name.endswith((".f32", ".u32")):
            os.remove(os.path.join(session.folder, name))
    bounds = {"lossDifference": 1e-6, "resultDifference": 1e-5}
    result["holds"] = all(result.get(k, 0.0) <= bound for k, bound in bounds.items())
    return result
