# SPDX-License-Identifier: Apache-2.0
"""Writes what pandas reads from JSON lines to Tests/DataTests/Golden/json-lines.json.

Needs pandas: python Tests/golden/make-json-lines.py
"""
import io
import json
import pathlib

import pandas

lines = [
    '{"n": 1.5, "word": "red", "quoted": "12", "flag": true, "size": {"width": 3, "of": {"x": 1}}}',
    '{"word":"Łódź \\ud83d\\ude00 \\"a\\"\\n","n":-3e2,"flag":false,"quoted":13,"size":{"width":2.5}}',
    '{"n":null,"flag":true,"quoted":"-1.25","late":0.1,"word":null}',
    ' { "flag" : false , "late" : 9007199254740993 , "n" : 2.5e-300 }\r',
    '{"later":"é","flag":true,"n":0.30000000000000004,"quoted":"1e3","size":{"of":{"x":7}}}',
]


def cells(frame, names):
    """The cells of each column, None for a gap."""
    return {name: [None if pandas.isna(cell) else cell for cell in frame[name].tolist()] for name in names}


frame = pandas.read_json(
    io.StringIO("\n".join(lines)), lines=True, precise_float=True)
flat = pandas.json_normalize([json.loads(line) for line in lines])
names = [name for name in frame.columns if name != "size"]
nested = [name for name in flat.columns if name.startswith("size.")]
path = pathlib.Path(__file__).parents[1] / "DataTests/Golden/json-lines.json"
path.write_text(json.dumps({
    "version": pandas.__version__, "lines": lines, "names": names,
    "cells": cells(frame, names) | cells(flat, nested),
}, ensure_ascii=False, indent=1) + "\n")
