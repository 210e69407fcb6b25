"""Two models on the same articles: what one finds better or worse than the other, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.tagging.manifest import Manifest
from kpu_nlp.tagging.models import open_tagger
from kpu_nlp.training.bootstrap import f1_difference_interval
from kpu_nlp.training.evaluate import SUMMARIES, score_row, span_counts
from kpu_nlp.training.scores import Count, score_articles, scored_labels

MIN_ARTICLES = 5
"""Fewer articles tell nothing: drawn anew, they are always nearly the same."""

DECIDING = ("entities", "themes")
"""The rows that a verdict is made of; a single label of fifteen would differ by chance too often."""


@dataclass(frozen=True, slots=True)
class Row:
    """One label, or one summary, of two models.

    Attributes:
        before, after: the counts of each; None for a label that the model does not know.
        interval: the 95 % interval of the difference of F1, after less before, -1 to 1.
    """

    before: Count | None
    after: Count | None
    interval: tuple[float, float]

    @property
    def difference(self) -> float:
        """F1 of the one after less that of the one before; a label that a model does not know counts as never found."""
        return (self.after.f1 if self.after else 0.0) - (self.before.f1 if self.before else 0.0)

    @property
    def is_better(self) -> bool:
        """Whether the difference is above 0 by more than its interval."""
        return self.interval[0] > 0

    @property
    def is_worse(self) -> bool:
        """Whether the difference is below 0 by more than its interval."""
        return self.interval[1] < 0


@dataclass(frozen=True, slots=True)
class SetComparison:
    """Two models on one set of articles.

    Attributes:
        name: what the set is called.
        articles: how many they are.
        rows: by label, then ``entities``, ``themes`` and ``themes_overlap``.
    """

    name: str
    articles: int
    rows: Mapping[str, Row]

    @property
    def tells(self) -> bool:
        """Whether there are articles enough to tell a difference from chance."""
        return self.articles >= MIN_ARTICLES

    @property
    def better(self) -> list[str]:
        """The deciding rows in which the model after is better."""
        return [name for name in DECIDING if self.tells and name in self.rows and self.rows[name].is_better]

    @property
    def worse(self) -> list[str]:
        """The deciding rows in which the model after is worse."""
        return [name for name in DECIDING if self.tells and name in self.rows and self.rows[name].is_worse]

    @property
    def worse_labels(self) -> list[str]:
        """The single labels in which the model after is worse; one of twenty is so by chance."""
        return [name for name, row in self.rows.items() if name not in SUMMARIES and self.tells and row.is_worse]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on several sets of articles.

    Attributes:
        before, after: name and version of each.
        sets: the comparisons, by what they are called.
    """

    before: str
    after: str
    sets: tuple[SetComparison, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as plain data, rounded to four digits."""
        return {
            "before": self.before,
            "after": self.after,
            "sets": {
                part.name: {
                    "articles": part.articles,
                    "rows": {
                        name: {
                            "before": None if row.before is None else score_row(row.before),
                            "after": None if row.after is None else score_row(row.after),
                            "difference": round(row.difference, 4),
                            "interval": list(row.interval),
                        }
                        for name, row in part.rows.items()
                    },
                }
                for part in self.sets
            },
        }


class TaggedBy:
    """A model and what it finds; each set of articles is tagged once."""

    def __init__(self, folder: Path, *, device: str = "cpu") -> None:
        """Open a model folder.

        Raises:
            ModelError: it cannot be opened.
        """
        self._tagger, self.manifest = open_tagger(folder, device=device)

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.manifest.name} {self.manifest.version}"

    def counts(
        self, articles: Sequence[AnnotatedArticle], labels: Sequence[str], themes: Sequence[str]
    ) -> list[dict[str, Count]]:
        """Return for each article the counts of each label and of the summaries."""
        found = self._tagger.tag_many(article.text for article in articles)
        return [
            span_counts(score_articles([article], [spans], labels, themes))
            for article, spans in zip(articles, found, strict=True)
        ]


def compare_models(
    before: TaggedBy,
    after: TaggedBy,
    sets: Mapping[str, Sequence[AnnotatedArticle]],
    annotated: Mapping[str, Collection[str]] | None = None,
) -> Comparison:
    """Score two models on sets of articles.

    Args:
        before: the one model.
        after: the other.
        sets: the articles by what they are called; empty sets are left out.
        annotated: the labels that whoever annotated a set marked; where a set has none, see `scored_labels`.
    """
    known = tuple(dict.fromkeys((*before.manifest.labels, *after.manifest.labels)))
    parts: list[SetComparison] = []
    for name, articles in sets.items():
        if articles:
            only = (annotated or {}).get(name)
            labels = scored_labels(known, articles) if only is None else tuple(label for label in known if label in only)
            parts.append(_compare(name, before, after, articles, labels))
    return Comparison(before=before.title, after=after.title, sets=tuple(parts))


def _compare(
    name: str, before: TaggedBy, after: TaggedBy, articles: Sequence[AnnotatedArticle], labels: Sequence[str]
) -> SetComparison:
    themes = [label for label in labels if label in before.manifest.themes or label in after.manifest.themes]
    ours, theirs = (model.counts(articles, labels, themes) for model in (before, after))
    rows: dict[str, Row] = {}
    for row in (*labels, *SUMMARIES):
        one, other = [counts[row] for counts in ours], [counts[row] for counts in theirs]
        if row in SUMMARIES or _occurs(one) or _occurs(other):
            rows[row] = Row(
                before=_sum_of(one) if row in SUMMARIES or _knows(before.manifest, row) else None,
                after=_sum_of(other) if row in SUMMARIES or _knows(after.manifest, row) else None,
                interval=f1_difference_interval(one, other),
            )
    return SetComparison(name, len(articles), rows)


def _knows(manifest: Manifest, label: str) -> bool:
    return label in manifest.labels


def _occurs(counts: Sequence[Count]) -> bool:
    return any(count.gold or count.found for count in counts)


def _sum_of(counts: Sequence[Count]) -> Count:
    return sum(counts, Count())
