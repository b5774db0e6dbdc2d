# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's LogisticRegressionCV(scoring="neg_log_loss"): seconds, the chosen C, the mean log losses.

usage: sklearn_penalty.py name=digits|letters|fashion-10000 folder=FOLDER solver=lbfgs|newton-cg|newton-cholesky
       type=float32|float64 jobs=1|2 iterations=100
"""

import time
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegressionCV
from threadpoolctl import threadpool_limits

from data_sets import load
from protocol import serve, settings

chosen = settings()
warnings.filterwarnings("ignore")
jobs = int(chosen["jobs"])
threadpool_limits(1 if jobs > 1 else 2)
x, y, _ = load(chosen["name"], chosen["folder"])
x = np.ascontiguousarray(x, chosen["type"])


def run():
    model = LogisticRegressionCV(
        Cs=10,
        cv=5,
        scoring="neg_log_loss",
        l1_ratios=(0,),
        solver=chosen["solver"],
        max_iter=int(chosen["iterations"]),
        n_jobs=jobs if jobs > 1 else None,
        use_legacy_attributes=False,
    )
    start = time.perf_counter()
    model.fit(x, y)
    seconds = time.perf_counter() - start
    losses = -np.asarray(model.scores_).reshape(5, -1).mean(axis=0)
    return {
        "seconds": seconds,
        "c": float(np.ravel(model.C_)[0]),
        "losses": losses.tolist(),
        "iterations": int(np.max(model.n_iter_)),
    }


serve("scikit-learn", sklearn.__version__, run=run)
