#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes small pictures of all kinds, and what Pillow reads in them: make-pictures.py FOLDER

FOLDER is Tests/DataTests/Golden/pictures. Each picture is resized by Pillow too, whose arithmetic of fixed point is
within 1 of ours. Needs Pillow and NumPy.
"""

import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(5)
y, x = np.mgrid[0:12, 0:10]
waves = (127.5 + 80 * np.sin(x / 2.0) + 40 * np.cos(y / 3.0 + x)).clip(0, 255)
colours = np.stack([waves, waves[::-1], 255 - waves], axis=2).astype(np.uint8)
gray = waves.astype(np.uint8)
alpha = np.dstack([colours, (x * 25).astype(np.uint8)])

pictures = {
    "gray.png": Image.fromarray(gray),
    "colours.png": Image.fromarray(colours),
    "palette.png": Image.fromarray(colours).quantize(16),
    "alpha.png": Image.fromarray(alpha),
    "bits.png": Image.fromarray(gray > 127),
    "gray.jpg": Image.fromarray(gray),
    "colours.jpg": Image.fromarray(colours),
    "cmyk.jpg": Image.fromarray(colours).convert("CMYK"),
}
expected = {}
for name, picture in pictures.items():
    path = folder / name
    picture.save(path, **({"quality": 90} if name.endswith(".jpg") else {}))
    read = Image.open(path)
    if name == "alpha.png":
        # What is transparent becomes white.
        white = Image.new("RGBA", read.size, "white")
        read = Image.alpha_composite(white, read)
    mode = "L" if name.split(".")[0] in ("gray", "bits") else "RGB"
    read = read.convert(mode)
    expected[name] = {"shape": list(np.asarray(read).shape), "pixels": np.asarray(read).ravel().tolist()}

# 16 bits, which Pillow does not write in colours: rows of the filter 0, the high bytes first.
wide = (colours.astype(np.uint16) * 257).astype(">u2")
rows = b"".join(b"\0" + row.tobytes() for row in wide)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


(folder / "wide.png").write_bytes(
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 10, 12, 16, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(rows))
    + chunk(b"IEND", b"")
)
expected["wide.png"] = {"shape": list(colours.shape), "pixels": colours.ravel().tolist()}

resized = []
for height, width in ((5, 4), (7, 20), (24, 3), (12, 10)):
    picture = Image.fromarray(colours).resize((width, height), Image.BILINEAR)
    resized.append({"height": height, "width": width, "pixels": np.asarray(picture).ravel().tolist()})
luminance = np.asarray(Image.fromarray(colours).convert("L")).ravel().tolist()
(folder / "pictures.json").write_text(
    json.dumps({"read": expected, "resized": resized, "luminance": luminance}, separators=(",", ":")) + "\n"
)
