"""Evaluation of a model folder on annotated articles, through the same tagger that extraction uses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpu_nlp.annotation.inline import AnnotatedArticle, read_articles
from kpu_nlp.annotation.packaged import articles_folder, packaged_corpus
from kpu_nlp.annotation.splits import read_splits, split_of
from kpu_nlp.errors import AnnotationError
from kpu_nlp.spans import Span
from kpu_nlp.tagging.models import find_model, open_tagger
from kpu_nlp.training.scores import Count, SpanScores, score_spans

# Rows that sum up labels, beside those of the labels themselves.
SUMMARIES = ("entities", "themes", "themes_overlap")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of a model on one split of a corpus."""

    model: str
    version: str
    split: str
    articles: int
    scores: SpanScores

    def rows(self) -> dict[str, Count]:
        """Return the counts of each label, exact, and of the summaries."""
        return {
            **self.scores.exact,
            "entities": self.scores.entities,
            "themes": self.scores.themes_exact,
            "themes_overlap": self.scores.themes_overlap,
        }

    def as_json(self) -> dict[str, Any]:
        """Return the scores as plain data, rounded to four digits."""
        return {
            "model": self.model,
            "version": self.version,
            "split": self.split,
            "articles": self.articles,
            "scores": {name: score_row(count) for name, count in self.rows().items()},
        }


def score_row(count: Count) -> dict[str, float | int]:
    """Return precision, recall, F1 (0 to 1, four digits) and the number of annotated spans."""
    return {
        "precision": round(count.precision, 4),
        "recall": round(count.recall, 4),
        "f1": round(count.f1, 4),
        "gold": count.gold,
    }


def read_split(corpus: Path, split: str) -> list[AnnotatedArticle]:
    """Return the articles of a split: those that splits.json lists, or, without one, those whose id falls in it.

    Raises:
        AnnotationError: the corpus has no article, or none in this split.
    """
    recorded = corpus / "splits.json"
    ids = set(read_splits(recorded)[split]) if recorded.is_file() else None
    articles = [
        article
        for article in read_articles(articles_folder(corpus))
        if (article.facts.id in ids if ids is not None else split_of(article.facts.id) == split)
    ]
    if not articles:
        raise AnnotationError(f"{corpus}: no article in the {split} split; name another with --split")
    return articles


def evaluate(
    corpus: Path | None = None,
    *,
    split: str = "dev",
    model: str | Path | None = None,
    device: str = "auto",
    batch_size: int = 8,
) -> Evaluation:
    """Score a model.

    Args:
        corpus: a corpus folder; the packaged corpus by default.
        split: ``train``, ``dev`` or ``test``.
        model: a model folder; the shipped model by default.
        device: ``auto``, ``cpu`` or ``cuda``.
        batch_size: windows in one call of the encoder.

    Raises:
        AnnotationError: the corpus cannot be read.
        ModelError: the model cannot be opened.
    """
    articles = read_split(corpus or packaged_corpus(), split)
    tagger, manifest = open_tagger(find_model(model), device=device, batch_size=batch_size)
    found = tagger.tag_many(article.text for article in articles)
    scores = score_articles(articles, list(found), manifest.labels, manifest.themes)
    return Evaluation(model=manifest.name, version=manifest.version, split=split, articles=len(articles), scores=scores)


def score_articles(
    articles: Sequence[AnnotatedArticle], found: Sequence[Sequence[Span]], labels: Sequence[str], themes: Collection[str]
) -> SpanScores:
    """Score the spans found in annotated articles."""
    pairs = [(article.spans, spans) for article, spans in zip(articles, found, strict=True)]
    return score_spans(pairs, labels, themes)
