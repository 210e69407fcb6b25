"""Tagging annotated articles with an engine in the making, through the same tagger that extraction uses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.spans import Span
from kpu_nlp.tagging.bio import bio_labels
from kpu_nlp.tagging.encoding import open_tokenizer
from kpu_nlp.tagging.engines import Engine
from kpu_nlp.tagging.tagger import Tagger
from kpu_nlp.training.recipe import Recipe


def tag_articles(
    engine: Engine, tokenizer: Path, articles: Sequence[AnnotatedArticle], recipe: Recipe, *, batch_size: int = 8
) -> list[list[Span]]:
    """Return the spans that an engine finds in each article.

    Args:
        engine: runs the encoder.
        tokenizer: its ``tokenizer.json``.
        articles: the articles; their annotation is not looked at.
        recipe: gives labels and windows.
        batch_size: windows in one call of the engine.
    """
    tagger = Tagger(
        engine,
        open_tokenizer(tokenizer),
        bio_labels(recipe.labels.names),
        window=recipe.windows.size,
        overlap=recipe.windows.overlap,
        batch_size=batch_size,
    )
    return list(tagger.tag_many(article.text for article in articles))
