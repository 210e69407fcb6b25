from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.tagging.bio import bio_labels, partner_columns
from kpu_nlp.tagging.tagger import Tagger
from kpu_nlp.tagging.uncertainty import mean_entropy
from kpu_nlp.tagging.words import split_words

PARTNERS = partner_columns(bio_labels(["PERSON", "ORG"]))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], 0.0),
        ([[1, 0, 0, 0, 0]], 0.0),
        # Where a span begins is no doubt of its label.
        ([[0, 0.5, 0.5, 0, 0]], 0.0),
        ([[0.5, 0.25, 0.25, 0, 0]], math.log(2)),
        ([[0.5, 0.25, 0.25, 0, 0], [1, 0, 0, 0, 0]], math.log(2) / 2),
        ([[0, 0.25, 0.25, 0.5, 0]], math.log(2)),
    ],
)
def test_mean_entropy_of_labels(rows: list[list[float]], expected: float) -> None:
    probabilities = np.array(rows, dtype=np.float32).reshape(-1, 5)
    assert mean_entropy(probabilities, PARTNERS) == pytest.approx(expected, abs=1e-6)


@pytest.mark.slow
def test_the_model_errs_where_it_is_unsure(shipped_tagger: Tagger, dev_articles: Sequence[AnnotatedArticle]) -> None:
    errors, doubts = [], []
    tagged = shipped_tagger.tag_with_uncertainty(article.text for article in dev_articles)
    for article, (spans, doubt) in zip(dev_articles, tagged, strict=True):
        gold, found = ({(span.start, span.end, span.label) for span in marked} for marked in (article.spans, spans))
        errors.append(len(gold ^ found) / len(split_words(article.text)))
        doubts.append(doubt)
    # Spearman's correlation: that of the ranks.
    ranks = [np.argsort(np.argsort(values)) for values in (errors, doubts)]
    assert np.corrcoef(*ranks)[0, 1] > 0.4
