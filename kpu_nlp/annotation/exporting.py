"""From annotated articles of our own to the format of another program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from kpu_nlp.annotation.check import find_articles
from kpu_nlp.annotation.check_body import refuse_stray_markup
from kpu_nlp.annotation.formats import open_format
from kpu_nlp.annotation.inline import AnnotatedArticle, parse_inline
from kpu_nlp.annotation.label_map import LabelMap
from kpu_nlp.annotation.offsets import Unit
from kpu_nlp.errors import AnnotationError
from kpu_nlp.messages import shown
from kpu_nlp.spans import Span


def read_inline(paths: Iterable[Path]) -> list[AnnotatedArticle]:
    """Read annotated articles from files, folders and corpora.

    Raises:
        AnnotationError: a path holds no article, one cannot be read or has markup that makes no span, or an id stands twice;
            the message names the file.
    """
    articles: dict[str, AnnotatedArticle] = {}
    for path in find_articles(paths):
        name = shown(str(path))
        try:
            raw = path.read_text(encoding="utf-8")
            article = parse_inline(raw)
        except (AnnotationError, UnicodeDecodeError) as error:
            raise AnnotationError(f"{name}: {error}") from error
        except OSError as error:
            raise AnnotationError(f"{name}: cannot be read: {error.strerror}") from error
        try:
            refuse_stray_markup(raw)
        except AnnotationError as error:
            raise AnnotationError(f"{name}: article {article.facts.id!r}, {error}; see 'kpu-nlp corpus check'") from error
        if article.facts.id in articles:
            raise AnnotationError(f"{name}: another article has its id {article.facts.id!r} too; see 'kpu-nlp corpus check'")
        articles[article.facts.id] = article
    return list(articles.values())


def export_articles(
    articles: Iterable[AnnotatedArticle], form: str, *, labels: LabelMap | None = None, unit: Unit | None = None
) -> bytes:
    """Return annotated articles as the content of a file of another format.

    Args:
        articles: the articles.
        form: one of `FORMATS`.
        labels: what our labels become.
        unit: what offsets count; what the format usually counts by default.

    Raises:
        AnnotationError: an article cannot be written in the format; the message names its id.
    """
    module = open_format(form)
    return module.write([_relabelled(article, labels or {}) for article in articles], unit or module.UNIT or "code-points")


def _relabelled(article: AnnotatedArticle, labels: LabelMap) -> AnnotatedArticle:
    renamed = [(span, labels.get(span.label, span.label)) for span in article.spans]
    return replace(article, spans=tuple(Span(span.start, span.end, label) for span, label in renamed if label is not None))
