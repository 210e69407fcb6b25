"""JSON Lines of our own, for programs: ``{"id": ..., "text": ..., "spans": [{"start", "end", "label", "text"}, ...]}``.

Offsets are of code points. ``header`` carries the header of the inline format as it is written; instead of it, a document may
have ``published``. ``text`` of a span may be left out; where it stands, it must be what the offsets give.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kpu_nlp.annotation.formats.foreign import ForeignDocument, Part, Refusal, SurfaceSpan, read_lines, to_json
from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.annotation.offsets import Unit, span_offsets

UNIT: Unit = "code-points"


class _Line(Part):
    id: str | int | None = None
    text: str
    spans: list[SurfaceSpan]
    header: str | None = None
    published: str | None = None


def read(content: bytes) -> Iterator[ForeignDocument | Refusal]:
    """Read the documents of a file; see `kpu_nlp.annotation.formats.Format`."""
    return read_lines(content, _Line, _document)


def _document(where: str, line: _Line) -> ForeignDocument:
    return ForeignDocument(
        where,
        None if line.id is None else str(line.id),
        line.text,
        tuple(span.as_span() for span in line.spans),
        header=line.header,
        published=line.published,
    )


def write(articles: Sequence[AnnotatedArticle], unit: Unit = UNIT) -> bytes:
    """Return the articles, one a line; see `kpu_nlp.annotation.formats.Format`."""
    return "".join(f"{to_json(_line(article, unit))}\n" for article in articles).encode()


def _line(article: AnnotatedArticle, unit: Unit) -> dict[str, Any]:
    offsets = span_offsets(article.text, article.spans, unit)
    spans = [
        {"start": start, "end": end, "label": span.label, "text": span.of(article.text)}
        for span, (start, end) in zip(article.spans, offsets, strict=True)
    ]
    return {"id": article.facts.id, "text": article.text, "spans": spans, "header": article.header}
