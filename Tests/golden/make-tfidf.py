# SPDX-License-Identifier: Apache-2.0
"""Writes the features that scikit-learn makes of texts to Tests/ModelTests/Golden/tfidf.json.

Needs scikit-learn: python Tests/golden/make-tfidf.py
"""
import json
import pathlib

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer

training = [
    "The tea is good, the tea is hot.", "This tea is not good!", "Not good: cold tea", "",
    "Ein Tee für Ärzte; ÄRZTE mögen Tee", "für Ärzte nicht gut", "чай ХОРОШИЙ, очень хороший чай",
    "очень плохой чай", "3 cups of tea in 15 minutes", "of tea, 15 cups", "a I x", "tea " * 70,
]
later = ["The hot tea is not hot", "unknown words", "", "хороший tea", "ÄRZTE für ärzte für Ärzte"]
vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
rows = [vectorizer.fit_transform(training).tocsr(), vectorizer.transform(later).tocsr()]
terms = vectorizer.get_feature_names_out()


def named(matrix):
    return [
        {terms[column]: value for column, value in zip(matrix[row].indices, matrix[row].data)}
        for row in range(matrix.shape[0])
    ]


path = pathlib.Path(__file__).parents[1] / "ModelTests/Golden/tfidf.json"
path.write_text(json.dumps({
    "version": sklearn.__version__, "training": training, "later": later,
    "idf": dict(zip(terms, vectorizer.idf_)), "rows": named(rows[0]), "laterRows": named(rows[1]),
}, ensure_ascii=False, indent=1) + "\n")
