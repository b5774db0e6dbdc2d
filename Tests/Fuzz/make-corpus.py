#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/Fuzz/corpus: for each reader of Reader.swift a folder of small inputs to begin with.

usage: make-corpus.py [MODEL.safetensors...]      (NumPy 2.4)

Models and checkpoints are written by `softmax train --output` and `--checkpoint`, a solver's checkpoint by
`fit(to:solver:callbacks:)` with `.checkpoint(to:)`; a small one of each layer, step, callback and optimizer
is worth having. Without any, what is there of them stays.
"""
import gzip
import io
import json
import pathlib
import struct
import sys
import zipfile
import zlib

import numpy as np

corpus = pathlib.Path(__file__).parent / "corpus"


def add(reader, name, data):
    folder = corpus / reader
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


# What make-pictures.py in Tests/golden made.
for path in sorted((corpus.parents[1] / "DataTests/Golden/pictures").glob("*.[jp][np]g")):
    add("picture", path.name, path.read_bytes())


def packed(data):
    return gzip.compress(data, mtime=0)


tables = {
    "header": "a,b,class\n1,2.5,x\n-3e2,4,y\n",
    "semicolon": '1;2;"q ""u"""\n3;4;b\n',
    "excel": "sep=;\r\nx;y;c\r\n1;2;A\r\n3;4;B\r\n",
    "mark": "\ufeffx\tc\n1\tNA\n?\tb\n2\ta\n",
    "decimals": "1,5;a\n2,25;b\n-0,5;a\n",
    "quoted": '"a, b","c\nd"\n1,x\n2,y\n',
    "blank": "\n\na|b\n1|x\n\n2|y\n",
    "large": "9007199254740993,a\n1e400,b\n0x1p3,a\n-inf,b\n",
    "categories": "color,size,class\nred,1,x\nblue,,y\nred,3,x\n?,4,y\n",
    "texts": 'said,class\n"never again, too dear",x\ngood and cheap it was,y\n买不到更好的,x\n,y\n',
}
for name, text in tables.items():
    add("table", name, text)
    add("csv-as-said", name, bytes([len(name) * 37 % 256]) + text.encode())
add("table", "packed", packed(tables["header"].encode()))

objects = {
    "plain": '{"a": 1, "b": "x", "class": "u"}\n{"b": "y", "a": -2.5e3, "class": "v"}\n',
    "gaps": '{"a":null,"c":true}\r\n\r\n{}\n{"late":"1,5","c":false}\n',
    "escapes": '{"\\u006b":"\\ud83d\\ude00\\n\\"","c":"\u00e9"}\n{"k":"\\u0000","c":"z"}\n',
    "nested": '{"s":{"w":1,"o":{"x":[1,{"y":[]}]}},"c":"u"}\n{"s":null,"s.w":2,"c":"v"}\n',
    "wrong": '{"a":1,"a":2}\n{"a":NaN}\n{"a":01}\n{"a":"\\ud83d"}\n[1]\n',
}
for name, text in objects.items():
    add("json-lines-file", name, text)
    add("csv-as-said", f"objects-{name}", bytes([192]) + text.encode())
add("json-lines-file", "packed", packed(objects["plain"].encode()))
add("json-lines-file", "wide", b"\xff\xfe" + objects["plain"].encode("utf-16-le"))

sparse = {
    "plain": "1 1:0.5 3:2\n-1 2:-1e-2\n",
    "words": "ham qid:7 0:1 2:3 # remark\n\n# remark\nspam 1:1\r\n",
    "empty": "+1\n2 268435456:1\n",
    "large": "1 99999999999999999999:1\n",
    "falling": "1 2:1 1:1\n",
    "numbers": "0 1:.5 2:5. 3:1e39 4:0x1p3 5:nan\n",
    "colons": "1 1:1:1 :5 x:1\n",
}
for name, text in sparse.items():
    add("svmlight-file", name, text)
add("svmlight-file", "packed", packed(sparse["plain"].encode()))

words = {
    "plain": "__label__good cheap and good\n__label__bad never again\n",
    "empty": "__label__a\n\n__label__b  \t x\r\n",
    "none": "__label__a b\nno label here\n",
    "several": "__label__a __label__b c\n__label__ x\n",
}
for name, text in words.items():
    add("fasttext-file", name, text)
add("fasttext-file", "packed", packed(words["plain"].encode()))

images = struct.pack(">BBBBIII", 0, 0, 8, 3, 2, 2, 2) + bytes(range(8))
add("idx-file", "images", images)
add("idx-file", "labels", struct.pack(">BBBBI", 0, 0, 8, 1, 3) + bytes([0, 1, 2]))
add("idx-file", "floats", struct.pack(">BBBBIff", 0, 0, 13, 1, 2, 1, 2))
add("idx-file", "packed", packed(images))

arrays = {
    "halves": np.arange(3, dtype="<f2"),
    "floats": np.arange(6, dtype="<f4").reshape(2, 3),
    "fortran": np.asfortranarray(np.arange(6, dtype=">f8").reshape(2, 3)),
    "bytes": np.arange(4, dtype="u1"),
    "truths": np.array([True, False]),
    "integers": np.arange(-2, 2, dtype=">i8"),
    "large": np.array([2**64 - 1], dtype="<u8"),
    "texts": np.array(["a", "bc"]),
    "strings": np.array([b"a", b"bc"]),
    "scalar": np.array(1.5, dtype="<f4"),
    "empty": np.empty((0, 3), dtype="<f4"),
}


def saved(array):
    memory = io.BytesIO()
    np.save(memory, array)
    return memory.getvalue()


for name, array in arrays.items():
    add("npy", name, saved(array))
for name in ["halves", "floats", "fortran", "texts", "empty"]:
    add("npy-file", name, saved(arrays[name]))
add("npy-file", "images", saved(np.arange(12, dtype="u1").reshape(3, 2, 2)))
for version in [(2, 0), (3, 0)]:
    memory = io.BytesIO()
    np.lib.format.write_array(memory, arrays["floats"], version)
    add("npy", f"version-{version[0]}", memory.getvalue())


def archive(compression, wide=False, **named):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", compression) as file:
        for name, array in named.items():
            with file.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=wide) as entry:
                entry.write(saved(array))
    return memory.getvalue()


two = {"floats": arrays["floats"], "texts": arrays["texts"]}
add("npz-file", "plain", archive(zipfile.ZIP_STORED, **two))
add("npz-file", "packed", archive(zipfile.ZIP_DEFLATED, **two))
add("npz-file", "wide", archive(zipfile.ZIP_STORED, wide=True, **two))
# The roles of arrays: labels of each kind, parts, class names.
numbers = np.arange(8, dtype="<f4").reshape(4, 2)
add("npz-file", "labels", archive(zipfile.ZIP_STORED, x=numbers, y=np.array([3, 0, 3, 1])))
add("npz-file", "words", archive(
    zipfile.ZIP_STORED, features=numbers.astype("<f8"), labels=np.array(["a", "b", "a", "c"])))
add("npz-file", "truths", archive(
    zipfile.ZIP_STORED, data=numbers.astype("<i4"), target=np.array([[True], [False], [True], [True]])))
add("npz-file", "parts", archive(
    zipfile.ZIP_STORED, x_train=np.arange(12, dtype="u1").reshape(3, 2, 2), y_train=np.array([0, 1, 2]),
    x_test=np.ones((1, 2, 2), dtype="u1"), y_test=np.array([1]), classes=np.array(["a", "b", "c"])))

add("gzip", "one", packed(b"abc" * 50))
add("gzip", "two", packed(b"abc") + packed(b""))
add("gzip", "named", bytes.fromhex("1f8b08180000000000ff") + b"name\0remark\0" + packed(b"x" * 300)[10:])
add("gzip", "plain", b"not packed")
for name, data, level in [("stored", b"abc", 0), ("fixed", b"abcabcabc", 9),
                          ("dynamic", bytes(i * i % 251 for i in range(2000)) + b"a" * 5000, 9)]:
    squeezer = zlib.compressobj(level, wbits=-15)
    stream = squeezer.compress(data) + squeezer.flush()
    add("deflate", name, struct.pack(">H", len(data)) + stream)

header = json.dumps({
    "__metadata__": {"a": "b\u00e9\\"},
    "x": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]},
    "y": {"dtype": "F64", "shape": [], "data_offsets": [8, 16]},
}).encode()
add("safetensors", "small", struct.pack("<Q", len(header)) + header + struct.pack("<ffd", 1, 2, 3))
add("safetensors-header", "small", header + b"  ")


def described(header, data):
    """The text that SafetensorsFile+Description.swift reads."""
    lines = [f"{key} {value}" for key, value in sorted(header.pop("__metadata__").items())
             if key not in ("format", "format_version", "checkpoint_checksum")]
    for name, tensor in header.items():
        mark, kind = {"F32": ("@", "<f4"), "F64": ("%", "<f8")}[tensor["dtype"]]
        values = np.frombuffer(data[slice(*tensor["data_offsets"])], kind)
        value = float(values[0]) if len(values) else 0
        lines.append(f"{mark}{name} {','.join(map(str, tensor['shape']))} {value:.3g}")
    return "\n".join(lines) + "\n"


for path in map(pathlib.Path, sys.argv[1:]):
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    text, data = content[8:8 + length], content[8 + length:]
    header = json.loads(text)
    reader = "checkpoint" if "checkpoint" in header["__metadata__"] else "classifier"
    add(reader, path.stem, described(header, data))
    if reader == "classifier":
        add("safetensors-header", path.stem, text)
        if len(content) < 8192:
            add("safetensors", path.stem, content)
