"""Bootstrap intervals: how much a score would differ on other articles of the same kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kpu_nlp.training.scores import Count

Floats = NDArray[np.float64]

RESAMPLES = 1000
COVERAGE = 0.95
SEED = 13


def f1_interval(counts: Sequence[Count], *, resamples: int = RESAMPLES, seed: int = SEED) -> tuple[float, float]:
    """Return the percentile bootstrap interval (Efron 1979) of F1 over articles, which are drawn with replacement.

    A share of right answers is an F1 as well: an answer that is right counts as one found and one wanted.

    Args:
        counts: the counts of each article.
        resamples: how many times as many articles are drawn as there are.
        seed: the same seed gives the same interval.

    Returns:
        The bounds that hold the middle 95 % of the F1 of the resamples; 0 and 0 without articles.
    """
    if not counts:
        return 0.0, 0.0
    return _middle(_f1(_draw(len(counts), resamples, seed) @ _table(counts)))


def f1_difference_interval(
    before: Sequence[Count], after: Sequence[Count], *, resamples: int = RESAMPLES, seed: int = SEED
) -> tuple[float, float]:
    """Return the paired bootstrap interval of a difference of F1: both models are scored on the same drawn articles.

    That an article is easy or hard for both cancels out, so that the interval is narrower than two of `f1_interval` would tell.

    Args:
        before: the counts of each article by the one model.
        after: those by the other, in the same order.
        resamples: see `f1_interval`.
        seed: see `f1_interval`.

    Returns:
        The bounds that hold the middle 95 % of F1 after less F1 before; 0 and 0 without articles.

    Raises:
        ValueError: the models were scored on different numbers of articles.
    """
    if len(before) != len(after):
        raise ValueError(f"{len(before)} and {len(after)} articles cannot be compared in pairs")
    if not before:
        return 0.0, 0.0
    drawn = _draw(len(before), resamples, seed)
    return _middle(_f1(drawn @ _table(after)) - _f1(drawn @ _table(before)))


def _table(counts: Sequence[Count]) -> Floats:
    return np.array([[c.found_right, c.found, c.gold_right, c.gold] for c in counts], dtype=np.float64)


def _draw(articles: int, resamples: int, seed: int) -> Floats:
    """Return how often each article is drawn in each resample; shape (resamples, articles)."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(articles, np.full(articles, 1 / articles), size=resamples).astype(np.float64)


def _f1(sums: Floats) -> Floats:
    """Return the F1 of rows of summed counts."""
    found_right, found, gold_right, gold = sums.T
    precision = np.divide(found_right, found, out=np.zeros(len(sums)), where=found > 0)
    recall = np.divide(gold_right, gold, out=np.zeros(len(sums)), where=gold > 0)
    total = precision + recall
    f1: Floats = np.divide(2 * precision * recall, total, out=np.zeros(len(sums)), where=total > 0)
    return f1


def _middle(values: Floats) -> tuple[float, float]:
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return round(float(low), 4), round(float(high), 4)
