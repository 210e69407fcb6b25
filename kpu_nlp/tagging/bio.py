"""BIO tags of words and the spans they stand for: `spans_to_bio` and `bio_to_spans` are inverses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kpu_nlp.spans import Span

OUTSIDE = "O"


def bio_labels(labels: Sequence[str]) -> list[str]:
    """Return the tag list of a model: ``O``, then ``B-`` and ``I-`` of each label, in order."""
    return [OUTSIDE, *(f"{prefix}-{label}" for label in labels for prefix in "BI")]


def partner_columns(tags: Sequence[str]) -> NDArray[np.int64]:
    """Return for each tag the column of its label's other tag (B- for I-, I- for B-), or -1; shape (tags,)."""
    columns = {tag: index for index, tag in enumerate(tags)}
    other = {"B": "I", "I": "B"}
    return np.array([columns.get(f"{other[tag[0]]}{tag[1:]}", -1) if tag != OUTSIDE else -1 for tag in tags], dtype=np.int64)


def spans_to_bio(words: Sequence[tuple[int, int]], spans: Sequence[Span]) -> list[str]:
    """Tag each word; a word that a span only touches in part is not tagged.

    Args:
        words: offsets of the words, in order.
        spans: sorted and not overlapping.

    Returns:
        One tag a word.
    """
    tags = [OUTSIDE] * len(words)
    index = 0
    for span in spans:
        while index < len(words) and words[index][0] < span.start:
            index += 1
        prefix = "B"
        while index < len(words) and words[index][1] <= span.end:
            tags[index] = f"{prefix}-{span.label}"
            prefix = "I"
            index += 1
    return tags


def bio_to_spans(
    text: str, words: Sequence[tuple[int, int]], tags: Sequence[str], scores: Sequence[float] | None = None
) -> list[Span]:
    """Join tagged words to spans.

    An ``I-`` tag that continues nothing opens a span, as ``transformers``' "simple" aggregation has it. A span never
    crosses a line break: the first word after one opens a new span. The score of a span is the smallest of its words' scores.

    Args:
        text: the text that the offsets refer to.
        words: offsets of the words, in order.
        tags: one tag a word.
        scores: one probability a word, 0 to 1; all 1 where not given.
    """
    spans: list[Span] = []
    for index, (start, end) in enumerate(words):
        prefix, _, label = tags[index].partition("-")
        if not label:
            continue
        score = 1.0 if scores is None else scores[index]
        last = spans[-1] if spans and index > 0 and spans[-1].end == words[index - 1][1] else None
        if prefix == "I" and last is not None and last.label == label and not breaks_line(text, last.end, start):
            spans[-1] = Span(last.start, end, label, min(last.score, score))
        else:
            spans.append(Span(start, end, label, score))
    return spans


def breaks_line(text: str, start: int, end: int) -> bool:
    """Tell whether a line ends between two offsets."""
    return any(mark in text[start:end] for mark in "\n\r\u2028\u2029\x0b\x0c\x1c\x1d\x1e\x85") if end > start else False
