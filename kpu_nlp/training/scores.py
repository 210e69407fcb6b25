"""Scores of predicted spans against annotated ones: precision, recall and F1 over exact spans, and overlap F1 for themes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.labels import LABEL_NAMES
from kpu_nlp.spans import Span


@dataclass(slots=True)
class Count:
    """Counts behind one score.

    Attributes:
        found_right: predicted spans that are right.
        found: predicted spans.
        gold_right: annotated spans that were found; the same as ``found_right`` for exact spans.
        gold: annotated spans.
    """

    found_right: int = 0
    found: int = 0
    gold_right: int = 0
    gold: int = 0

    @property
    def precision(self) -> float:
        """Share of the predicted spans that are right; 0 where none is predicted."""
        return self.found_right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of the annotated spans that were found; 0 where none is annotated."""
        return self.gold_right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.found_right + other.found_right,
            self.found + other.found,
            self.gold_right + other.gold_right,
            self.gold + other.gold,
        )


@dataclass(slots=True)
class SpanScores:
    """Scores over a set of articles.

    Attributes:
        exact: per label, spans right when start, end and label are.
        overlap: per label, spans right when they share a character with a span of the same label on the other side.
        themes: the labels that are themes; all others are entities.
    """

    exact: dict[str, Count]
    overlap: dict[str, Count]
    themes: frozenset[str] = field(default_factory=frozenset)

    @property
    def entities(self) -> Count:
        """Micro counts over the entity labels, exact."""
        return sum((count for label, count in self.exact.items() if label not in self.themes), Count())

    @property
    def themes_exact(self) -> Count:
        """Micro counts over the theme labels, exact."""
        return sum((count for label, count in self.exact.items() if label in self.themes), Count())

    @property
    def themes_overlap(self) -> Count:
        """Micro counts over the theme labels, by overlap."""
        return sum((count for label, count in self.overlap.items() if label in self.themes), Count())


def score_spans(
    pairs: Iterable[tuple[Sequence[Span], Sequence[Span]]], labels: Sequence[str], themes: Collection[str]
) -> SpanScores:
    """Score predicted against annotated spans.

    Args:
        pairs: for each article the annotated and the predicted spans.
        labels: the labels to score, in the order of the report.
        themes: those of them that are themes.
    """
    scores = SpanScores({label: Count() for label in labels}, {label: Count() for label in labels}, frozenset(themes))
    for gold, found in pairs:
        for label in labels:
            gold_here = [(span.start, span.end) for span in gold if span.label == label]
            found_here = [(span.start, span.end) for span in found if span.label == label]
            right = len(set(gold_here) & set(found_here))
            scores.exact[label] += Count(right, len(found_here), right, len(gold_here))
            scores.overlap[label] += Count(
                _touching(found_here, gold_here), len(found_here), _touching(gold_here, found_here), len(gold_here)
            )
    return scores


def scored_labels(labels: Sequence[str], articles: Sequence[AnnotatedArticle]) -> tuple[str, ...]:
    """Return the labels that a set of articles can score.

    A label beyond those of the guidelines that is annotated nowhere in the set was not known to whoever annotated it: what a
    model finds of it there is neither right nor wrong.
    """
    annotated = {span.label for article in articles for span in article.spans}
    return tuple(label for label in labels if label in annotated or label in LABEL_NAMES)


def score_articles(
    articles: Sequence[AnnotatedArticle], found: Sequence[Sequence[Span]], labels: Sequence[str], themes: Collection[str]
) -> SpanScores:
    """Score the spans found in annotated articles."""
    pairs = [(article.spans, spans) for article, spans in zip(articles, found, strict=True)]
    return score_spans(pairs, labels, themes)


def _touching(spans: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> int:
    return sum(any(start < other_end and other_start < end for other_start, other_end in others) for start, end in spans)
