"""Bootstrap intervals: how much a score would differ on other articles of the same kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kpu_nlp.training.scores import Count

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
    table = np.array([[c.found_right, c.found, c.gold_right, c.gold] for c in counts], dtype=np.float64)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(table), np.full(len(table), 1 / len(table)), size=resamples)
    found_right, found, gold_right, gold = (drawn @ table).T
    precision = np.divide(found_right, found, out=np.zeros(resamples), where=found > 0)
    recall = np.divide(gold_right, gold, out=np.zeros(resamples), where=gold > 0)
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros(resamples), where=total > 0)
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(f1, [tail, 1 - tail])
    return round(float(low), 4), round(float(high), 4)
