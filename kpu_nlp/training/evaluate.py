"""Evaluation of a model folder on annotated articles, through the same tagger that extraction uses."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.language import Language

from kpu_nlp.annotation.inline import AnnotatedArticle, read_articles
from kpu_nlp.annotation.packaged import articles_folder, packaged_corpus
from kpu_nlp.annotation.splits import SPLITS, read_splits, split_of
from kpu_nlp.errors import AnnotationError
from kpu_nlp.pipeline import load, pipe_articles, tagger_of
from kpu_nlp.reading.article import article_from_text
from kpu_nlp.schema import Extraction
from kpu_nlp.spans import Span
from kpu_nlp.training.bootstrap import f1_interval
from kpu_nlp.training.fact_scores import directive_count, fact_counts, score_facts
from kpu_nlp.training.scores import Count, SpanScores, score_articles, scored_labels

logger = logging.getLogger(__name__)

# Rows that sum up labels, beside those of the labels themselves.
SUMMARIES = ("entities", "themes", "themes_overlap")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of a model on one split of a corpus.

    Attributes:
        model: the model's name.
        version: its version.
        split: the split's name.
        articles: the annotated articles.
        found: the spans that the model finds in each of them.
        scores: the span scores of each of them.
        facts: the fact counts of each of them; empty for an article whose header has no facts.
    """

    model: str
    version: str
    split: str
    articles: Sequence[AnnotatedArticle]
    found: Sequence[Sequence[Span]]
    scores: Sequence[SpanScores]
    facts: Sequence[Mapping[str, Count]]

    def rows(self) -> dict[str, Count]:
        """Return the counts of each label, exact, and of the summaries."""
        return _total([span_counts(scores) for scores in self.scores])

    def fact_rows(self) -> dict[str, Count]:
        """Return the counts of each fact, whose F1 is the share of right answers where an article has one of it."""
        return _total(self.facts)

    def intervals(self) -> dict[str, tuple[float, float]]:
        """Return the 95 % bootstrap interval of the F1 of every row and fact."""
        spans = [span_counts(scores) for scores in self.scores]
        return {name: f1_interval([counts[name] for counts in spans]) for name in self.rows()} | {
            name: f1_interval([counts[name] for counts in self.facts if name in counts]) for name in self.fact_rows()
        }

    def as_json(self) -> dict[str, Any]:
        """Return the scores as plain data, rounded to four digits."""
        intervals = self.intervals()
        return {
            "model": self.model,
            "version": self.version,
            "split": self.split,
            "articles": len(self.articles),
            "scores": {name: score_row(count) | {"interval": list(intervals[name])} for name, count in self.rows().items()},
            "facts": {
                name: {"score": round(count.f1, 4), "interval": list(intervals[name])}
                for name, count in self.fact_rows().items()
            },
        }


def score_row(count: Count) -> dict[str, float | int]:
    """Return precision, recall, F1 (0 to 1, four digits) and the number of annotated spans."""
    return {
        "precision": round(count.precision, 4),
        "recall": round(count.recall, 4),
        "f1": round(count.f1, 4),
        "gold": count.gold,
    }


def span_counts(scores: SpanScores) -> dict[str, Count]:
    """Return the counts of each label, exact, and of the summaries."""
    return {
        **scores.exact,
        "entities": scores.entities,
        "themes": scores.themes_exact,
        "themes_overlap": scores.themes_overlap,
    }


def _total(parts: Sequence[Mapping[str, Count]]) -> dict[str, Count]:
    total: dict[str, Count] = {}
    for part in parts:
        for name, count in part.items():
            total[name] = total.get(name, Count()) + count
    return total


def read_splits_of(corpus: Path) -> dict[str, list[AnnotatedArticle]]:
    """Return the articles of each split: those that splits.json lists, or, without one, those whose id falls in it.

    Raises:
        AnnotationError: the corpus has no article, or cannot be read.
    """
    recorded = corpus / "splits.json"
    listed: dict[str, str] | None = None
    if recorded.is_file():
        listed = {article_id: split for split, ids in read_splits(recorded).items() for article_id in ids}
    articles: dict[str, list[AnnotatedArticle]] = {split: [] for split in SPLITS}
    unlisted: list[str] = []
    for article in read_articles(articles_folder(corpus)):
        split = listed.get(article.facts.id) if listed is not None else split_of(article.facts.id)
        if split is None:
            unlisted.append(article.facts.id)
        else:
            articles[split].append(article)
    if unlisted:
        logger.warning(
            "%s: does not list %s%s, left out; list them with 'kpu-nlp corpus split'",
            recorded,
            ", ".join(unlisted[:3]),
            f" and {len(unlisted) - 3} more" if len(unlisted) > 3 else "",
        )
    return articles


def read_split(corpus: Path, split: str) -> list[AnnotatedArticle]:
    """Return the articles of one split, see `read_splits_of`.

    Raises:
        AnnotationError: the corpus has no article, or none in this split.
    """
    articles = read_splits_of(corpus)[split]
    if not articles:
        raise AnnotationError(f"{corpus}: no article in the {split} split; name another with --split")
    return articles


def evaluate(
    corpus: Path | None = None,
    *,
    split: str = "dev",
    model: str | Path | None = None,
    device: str = "auto",
) -> Evaluation:
    """Score a model and the linking rules: spans against spans, and extracted facts against headers.

    Args:
        corpus: a corpus folder; the packaged corpus by default.
        split: ``train``, ``dev`` or ``test``.
        model: a model folder; the shipped model by default.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        AnnotationError: the corpus cannot be read.
        ModelError: the model cannot be opened.
    """
    articles = read_split(corpus or packaged_corpus(), split)
    return evaluate_articles(articles, load(model, device=device), split=split)


def evaluate_articles(articles: Sequence[AnnotatedArticle], nlp: Language, *, split: str) -> Evaluation:
    """Score a pipeline on annotated articles, by the labels that these can score (see `scored_labels`).

    Args:
        articles: the articles.
        nlp: a pipeline of `kpu_nlp.load`.
        split: what the articles are called in the result.
    """
    manifest = tagger_of(nlp).manifest
    read = [article_from_text(article.text, id=article.facts.id, published=article.facts.published) for article in articles]
    extractions = list(pipe_articles(read, nlp=nlp))
    found = [[Span(entity.start, entity.end, entity.label) for entity in extraction.entities] for extraction in extractions]
    labels = scored_labels(manifest.labels, articles)
    return Evaluation(
        model=manifest.name,
        version=manifest.version,
        split=split,
        articles=articles,
        found=found,
        scores=[
            score_articles([article], [spans], labels, [theme for theme in manifest.themes if theme in labels])
            for article, spans in zip(articles, found, strict=True)
        ],
        facts=[
            _fact_counts(article, _without_other_themes(extraction, labels))
            for article, extraction in zip(articles, extractions, strict=True)
        ],
    )


def _without_other_themes(extraction: Extraction, labels: Sequence[str]) -> Extraction:
    """Leave out the themes that the articles cannot score."""
    scored = {label.lower() for label in labels}
    return extraction.model_copy(update={"themes": tuple(theme for theme in extraction.themes if theme.theme in scored)})


def _fact_counts(article: AnnotatedArticle, extraction: Extraction) -> dict[str, Count]:
    if not article.facts.complete:
        return {}
    counts = fact_counts(score_facts([(article.facts, extraction)])) | {"directives": directive_count(article, extraction)}
    # The set of an article's themes; "themes" alone are the spans.
    return {f"{name}_facts" if name == "themes" else name: count for name, count in counts.items()}
