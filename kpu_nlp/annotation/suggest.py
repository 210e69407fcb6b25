"""Articles that the model has annotated already, so that a person corrects instead of typing; the most useful come first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kpu_nlp.annotation.article_ids import file_id
from kpu_nlp.annotation.facts import DocumentFacts, format_header
from kpu_nlp.annotation.formats import doccano, label_studio
from kpu_nlp.annotation.formats.foreign import to_json
from kpu_nlp.annotation.inline import HEADER, AnnotatedArticle, format_inline
from kpu_nlp.errors import AnnotationError
from kpu_nlp.messages import shown
from kpu_nlp.schema import Article
from kpu_nlp.tagging.tagger import Tagger

ORDER = "order.tsv"
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An article with the spans that the model finds.

    Attributes:
        article: the article; its header has the id and the day of publication, its spans have scores.
        uncertainty: how unsure the model is, in nats a word; see `mean_entropy`.
    """

    article: AnnotatedArticle
    uncertainty: float


def suggest(articles: Iterable[Article], tagger: Tagger) -> list[Suggestion]:
    """Annotate articles, and put those first of which the tagger is least sure.

    Args:
        articles: the articles, not annotated yet.
        tagger: the model.

    Raises:
        AnnotationError: an article is annotated already, its id cannot be a file name, or two have the same id.
    """
    blank = [_blank(article) for article in articles]
    names: set[str] = set()
    for article in blank:
        name = article.facts.id.casefold()
        if name in names:
            raise AnnotationError(f"two articles have the id {article.facts.id!r}; give every article its own")
        names.add(name)
    found = tagger.tag_with_uncertainty(article.text for article in blank)
    suggestions = [
        Suggestion(AnnotatedArticle(article.header, article.facts, article.text, tuple(spans)), uncertainty)
        for article, (spans, uncertainty) in zip(blank, found, strict=True)
    ]
    return sorted(suggestions, key=lambda suggestion: -suggestion.uncertainty)


def _blank(article: Article) -> AnnotatedArticle:
    name = shown(article.source or article.id)
    article_id = file_id(article.id)
    if not article_id:
        raise AnnotationError(f"{name}: its id {article.id!r} cannot be a file name; give it another")
    if HEADER.match(article.text):
        raise AnnotationError(f"{name}: annotated already; suggestions are made for plain articles")
    facts = DocumentFacts(article_id, article.published, complete=False)
    return AnnotatedArticle(format_header(facts), facts, article.text, ())


def write_label_studio(suggestions: Sequence[Suggestion], *, model: str) -> bytes:
    """Return tasks with predictions, in order.

    Every region has its span's score, and every prediction the confidence exp(-uncertainty), 0 to 1, so that Label Studio can
    sort tasks by "Prediction score"; ``data.uncertainty`` is a column of its own there.

    Args:
        suggestions: the articles, in the order that the tasks get.
        model: name and version of the model.
    """
    return label_studio.write_tasks([_task(suggestion, model) for suggestion in suggestions])


def _task(suggestion: Suggestion, model: str) -> dict[str, Any]:
    article = suggestion.article
    task = label_studio.task(article)
    task["data"]["uncertainty"] = round(suggestion.uncertainty, _DIGITS)
    regions = label_studio.regions(article)
    for region, span in zip(regions, article.spans, strict=True):
        region["score"] = span.score
    score = round(math.exp(-suggestion.uncertainty), _DIGITS)
    return task | {"predictions": [{"model_version": model, "score": score, "result": regions}]}


def write_doccano(suggestions: Sequence[Suggestion]) -> bytes:
    """Return lines with labels, in order; the field ``uncertainty`` becomes metadata."""
    return "".join(
        to_json(doccano.document(suggestion.article) | {"uncertainty": round(suggestion.uncertainty, _DIGITS)}) + "\n"
        for suggestion in suggestions
    ).encode()


def inline_files(suggestions: Sequence[Suggestion]) -> dict[str, str]:
    """Return name and content of the articles' files, and of a table that lists them in order: file, uncertainty, spans."""
    files = {f"{suggestion.article.facts.id}.txt": suggestion for suggestion in suggestions}
    rows = [f"{name}\t{one.uncertainty:.{_DIGITS}f}\t{len(one.article.spans)}\n" for name, one in files.items()]
    table = "".join(["file\tuncertainty\tspans\n", *rows])
    return {name: format_inline(suggestion.article) for name, suggestion in files.items()} | {ORDER: table}
