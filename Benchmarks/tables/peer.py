# SPDX-License-Identifier: Apache-2.0
"""A peer with its defaults on one table: peer.py MODEL FOLDER TARGET SEED, where MODEL is one of MODELS.

Prints accuracy, log loss (probabilities of at least 1e-7) and the seconds of fitting and predicting, as JSON.
"""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
MODELS = ["logistic", "logistic-cv", "mlp", "hist-gradient-boosting", "catboost", "realmlp", "realmlp-s"]
MISSING = "(missing)"


def read(folder, target):
    frames = [
        pd.read_csv(f"{folder}/{part}.csv", keep_default_na=False, na_values=["NA"])
        for part in ("train", "test")
    ]
    labels = [frame.pop(target).astype(str).to_numpy() for frame in frames]
    training, test = frames
    numbers = [
        column for column in training
        if pd.api.types.is_numeric_dtype(training[column]) and training[column].dtype != bool
    ]
    categories = [column for column in training if column not in numbers]
    for column in numbers:
        training[column] = training[column].astype(float)
        test[column] = pd.to_numeric(test[column], errors="coerce").astype(float)
    for frame in frames:
        for column in categories:
            known = frame[column].notna()
            frame[column] = frame[column].astype(str).where(known, MISSING).astype(object)
    return training, test, *labels, numbers, categories


def encoded(numbers, categories):
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    return ColumnTransformer(
        [("numbers", scaled, numbers)] * bool(numbers)
        + [("categories", OneHotEncoder(handle_unknown="ignore"), categories)] * bool(categories)
    )


def scikit_learn(model, x, y, numbers, categories, seed):
    from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline

    if model == "logistic":
        estimator = LogisticRegression(max_iter=5000)
    elif model == "logistic-cv":
        folds = int(min(5, pd.Series(y).value_counts().min()))
        estimator = LogisticRegressionCV(
            Cs=10, cv=max(2, folds), scoring="neg_log_loss", max_iter=5000)
    else:
        estimator = MLPClassifier(random_state=seed)
    return make_pipeline(encoded(numbers, categories), estimator).fit(x, y)


def boosting(x, y, test, categories, seed):
    from sklearn.ensemble import HistGradientBoostingClassifier

    for column in categories:
        levels = sorted(x[column].unique())[:254]
        x[column] = pd.Categorical(x[column], levels)
        test[column] = pd.Categorical(test[column], levels)
    return HistGradientBoostingClassifier(
        categorical_features="from_dtype", random_state=seed).fit(x, y)


def catboost(x, y, categories, seed):
    from catboost import CatBoostClassifier

    model = CatBoostClassifier(
        thread_count=2, random_seed=seed, verbose=0, allow_writing_files=False)
    return model.fit(x, y.astype(object), cat_features=categories)


def realmlp(model, x, y, test, numbers, categories, seed):
    import torch
    from pytabkit import RealMLP_TD_Classifier, RealMLP_TD_S_Classifier

    torch.set_num_threads(2)
    for column in numbers:
        median = x[column].median()
        x[column], test[column] = x[column].fillna(median), test[column].fillna(median)
    kind = RealMLP_TD_Classifier if model == "realmlp" else RealMLP_TD_S_Classifier
    estimator = kind(n_cv=1, n_threads=2, device="cpu", random_state=seed, verbosity=0)
    return estimator.fit(x, y, cat_col_names=categories) if categories else estimator.fit(x, y)


def fitted(model, x, y, test, numbers, categories, seed):
    if model == "hist-gradient-boosting":
        return boosting(x, y, test, categories, seed)
    if model == "catboost":
        return catboost(x, y, categories, seed)
    if model.startswith("realmlp"):
        return realmlp(model, x, y, test, numbers, categories, seed)
    return scikit_learn(model, x, y, numbers, categories, seed)


def main(model, folder, target, seed):
    x, test, y, truth, numbers, categories = read(folder, target)
    start = time.perf_counter()
    estimator = fitted(model, x, y, test, numbers, categories, int(seed))
    probabilities = np.asarray(estimator.predict_proba(test))
    seconds = time.perf_counter() - start
    classes = [str(name) for name in estimator.classes_]
    place = {name: index for index, name in enumerate(classes)}
    own = [row[place[name]] if name in place else 0 for row, name in zip(probabilities, truth)]
    predicted = np.array(classes, dtype=object)[probabilities.argmax(1)]
    print(json.dumps({
        "accuracy": float((predicted == truth).mean()),
        "log_loss": float(-np.log(np.clip(own, 1e-7, 1)).mean()),
        "seconds": seconds,
    }))


if __name__ == "__main__":
    main(*sys.argv[1:])
