"""The most probable sequence of BIO tags that is possible: no I- tag without its label before it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kpu_nlp.tagging.bio import partner_columns

_SMALLEST = 1e-12  # a probability of zero would make every sequence through it equally impossible


def best_tags(probabilities: NDArray[np.float32], tags: Sequence[str], opens: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each word the tag that it has in the most probable sequence (Viterbi 1967, all possible moves alike).

    A word by word choice cuts a span in two, or begins it with an I- tag, where two labels or edges are about as probable; the
    best possible sequence makes up its mind for the whole span.

    Args:
        probabilities: of each tag for each word, shape (words, tags).
        tags: ``O`` and the B- and I- tags, in the order of the columns.
        opens: words that continue no span, whatever stands before them (the first of a line); shape (words,).

    Returns:
        Columns, shape (words,).
    """
    greedy: NDArray[np.int64] = probabilities.argmax(axis=1)
    partners = partner_columns(tags)
    inside = np.array([column for column, tag in enumerate(tags) if tag.startswith("I-")], dtype=np.int64)
    begin = partners[inside]
    if _is_possible(greedy, inside, partners, opens):
        return greedy
    scores = np.log(np.maximum(probabilities.astype(np.float64), _SMALLEST))
    back = np.zeros(scores.shape, dtype=np.int64)
    total = scores[0].copy()
    total[inside] = -np.inf
    for word in range(1, len(scores)):
        best = int(total.argmax())
        back[word] = best
        step = np.full(len(tags), total[best])
        if opens[word]:
            step[inside] = -np.inf
        else:
            # Only the tags of its own label may stand before an I- tag.
            from_inside = total[inside] >= total[begin]
            back[word, inside] = np.where(from_inside, inside, begin)
            step[inside] = np.where(from_inside, total[inside], total[begin])
        total = step + scores[word]
    path = np.zeros(len(scores), dtype=np.int64)
    path[-1] = total.argmax()
    for word in range(len(scores) - 1, 0, -1):
        path[word - 1] = back[word, path[word]]
    return path


def _is_possible(
    path: NDArray[np.int64], inside: NDArray[np.int64], partners: NDArray[np.int64], opens: NDArray[np.bool_]
) -> bool:
    before = np.concatenate([[-1], path[:-1]])
    stray = opens | ((before != path) & (before != partners[path]))
    return not (np.isin(path, inside) & stray).any()
