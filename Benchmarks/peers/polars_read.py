# SPDX-License-Identifier: Apache-2.0
"""A table of comma-separated values by Polars.

usage: polars_read.py path=FILE threads=N
"""

import os
import time

from protocol import serve, settings

chosen = settings()
os.environ["POLARS_MAX_THREADS"] = chosen["threads"]

import numpy as np  # noqa: E402
import polars  # noqa: E402


def run():
    start = time.perf_counter()
    table = polars.read_csv(chosen["path"])
    seconds = time.perf_counter() - start
    numbers = table.select(polars.col(polars.Float64)).to_numpy()
    # All bits of all numbers count, in any order.
    bits = np.bitwise_xor.reduce(np.ascontiguousarray(numbers).view(np.uint64), axis=None)
    return {"seconds": seconds, "rows": len(table), "sum": int(bits >> np.uint64(12))}


run()
serve("Polars", polars.__version__, run=run)
