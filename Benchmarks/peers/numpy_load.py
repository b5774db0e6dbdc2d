# SPDX-License-Identifier: Apache-2.0
"""Fashion-MNIST from its four gzip files by Python's gzip and NumPy: uint8 arrays, nothing else.

usage: numpy_load.py data=FOLDER
"""

import time

import numpy as np
from protocol import fashion_mnist, serve, settings

chosen = settings()


def run():
    start = time.perf_counter()
    (images, _), _ = fashion_mnist(chosen["data"])
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "rows": len(images), "sum": int(images.sum(dtype=np.int64))}


run()
serve("NumPy", np.__version__, run=run)
