#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares arrays that this library wrote with NumPy's own, bit for bit.

usage: read-arrays.py GOLDEN.npz OURS.npz FOLDER

OURS and FOLDER (an NPY file for each array) hold the arrays of GOLDEN. Exit code 1 at the first
difference in type, byte order, shape, order of the elements or bytes.
"""
import sys
import zipfile

import numpy as np

golden, ours, folder = sys.argv[1:]
assert zipfile.ZipFile(ours).testzip() is None
with np.load(golden) as expected, np.load(ours) as actual:
    assert expected.files == actual.files, actual.files
    for name in expected.files:
        a = expected[name]
        for b in (actual[name], np.load(f"{folder}/{name}.npy")):
            assert a.dtype == b.dtype and a.dtype.str == b.dtype.str, (name, a.dtype, b.dtype)
            assert a.shape == b.shape, (name, a.shape, b.shape)
            assert a.flags.f_contiguous == b.flags.f_contiguous, name
            assert a.tobytes("A") == b.tobytes("A"), name
    print(len(expected.files), "arrays agree")
