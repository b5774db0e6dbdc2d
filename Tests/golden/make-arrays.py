#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/DataTests/Golden: arrays of every type that is read, as NumPy writes them.

usage: make-arrays.py FOLDER          (NumPy 2.4; the files' bytes depend on its version, their meaning does not)

arrays.npz holds them plain, arrays-packed.npz deflated, arrays-wide.npz plain and with the 64-bit records
that sizes beyond 4 GiB need, arrays.json what is in them. An array's name is
its type, byte order and order of elements. version-1.npy to version-3.npy hold one array in each version
of the format.
"""
import json
import pathlib
import sys
import zipfile

import numpy as np

folder = pathlib.Path(sys.argv[1])
arrays, meaning = {}, {}


def add(name, array):
    arrays[name] = array
    flat = array.reshape(-1)  # the last dimension fastest, whatever the order in memory
    entry = {"shape": list(array.shape), "type": str(array.dtype.newbyteorder("=")),
             "fortran": bool(array.flags.f_contiguous and not array.flags.c_contiguous)}
    if array.dtype.kind in "SU":
        entry["texts"] = [t.decode() if isinstance(t, bytes) else str(t) for t in flat]
    elif array.dtype.kind in "iub":
        entry["integers"] = [str(int(v)) for v in flat]
    else:
        entry["bits"] = [str(int(np.float64(v).view(np.uint64))) for v in flat]
    meaning[name] = entry


rng = np.random.default_rng(0)
for kind in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
    for order in "<>" if kind[1] != "1" else "<":
        base = np.dtype(kind)
        if base.kind == "f":
            values = rng.standard_normal((2, 3, 4)).astype(base)
            limits = np.finfo(base)
            values.flat[:6] = [limits.max, -limits.max, limits.tiny, limits.smallest_subnormal, -0.0, np.inf]
        else:
            limits = np.iinfo(base)
            values = rng.integers(limits.min, limits.max, (2, 3, 4), dtype=base, endpoint=True)
            values.flat[:2] = [limits.min, limits.max]
        values = values.astype(base.newbyteorder(order))
        name = f"{base.name}-{'big' if order == '>' else 'little'}"
        add(name + "-c", np.ascontiguousarray(values))
        add(name + "-fortran", np.asfortranarray(values))
add("bool-c", np.array([[True, False, True], [False, False, True]]))
add("bool-fortran", np.asfortranarray(arrays["bool-c"]))
add("bytes", np.array([b"acq", b"", b"earn", b"money"]))
add("texts-little", np.array([["Ärger", "", "日本"], ["a", "🙂", "ab c"]], dtype="<U5"))
add("texts-big", arrays["texts-little"].astype(">U5"))
add("texts-fortran", np.asfortranarray(arrays["texts-little"]))
add("number", np.array(2.5))
add("one", np.array([7], np.int64))
add("empty", np.zeros((0, 3), np.float32))
add("five-dimensions", np.asfortranarray(np.arange(48, dtype=np.int16).reshape(2, 3, 1, 4, 2)))

np.savez(folder / "arrays.npz", **arrays)
np.savez_compressed(folder / "arrays-packed.npz", **arrays)
zipfile.ZIP64_LIMIT = 1  # every size and offset counts as beyond 32 bits
np.savez(folder / "arrays-wide.npz", **arrays)
for version in [1, 2, 3]:
    with open(folder / f"version-{version}.npy", "wb") as file:
        np.lib.format.write_array(file, arrays["five-dimensions"], version=(version, 0))
(folder / "arrays.json").write_text(json.dumps(meaning, indent=0, sort_keys=True) + "\n")
