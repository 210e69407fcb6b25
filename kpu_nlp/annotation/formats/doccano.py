"""doccano's JSON Lines for sequence labelling: ``{"text": ..., "label": [[start, end, "PERSON"], ...]}``.

What its offsets count is what its editor makes of them: UTF-16 code units, since its server stores the numbers that the browser
counts (doccano issues 2290 of 2023 and 2484 of 2026, both open; a correction of 2019, pull request 99, went with the editor
that it was made for). A project that counts grapheme clusters as one character numbers differently again, and cannot be read
where the text has such clusters. A span carries no text, so `kpu_nlp.annotation.importing` looks at its edges instead.

Besides the form above it reads those of older exports (``labels``, and ``entities`` as triples) and of projects with relations
(``entities`` as objects); relations are not carried over. doccano keeps further fields of a line as metadata and exports them
again beside the text, its own ``id`` among them: the article's id is therefore ``article_id``, its header ``header``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field

from kpu_nlp.annotation.formats.foreign import ForeignDocument, ForeignSpan, Part, Refusal, read_lines, to_json
from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.annotation.offsets import Unit, span_offsets

UNIT: Unit = "utf-16"


class _Entity(Part):
    start_offset: int
    end_offset: int
    label: str

    def as_span(self) -> ForeignSpan:
        return ForeignSpan(self.start_offset, self.end_offset, self.label)


_Spans = list[tuple[int, int, str]]


class _Line(Part):
    id: str | int | None = None
    article_id: str | int | None = None
    text: str
    header: str | None = None
    published: str | None = None
    label: _Spans | None = None
    labels: _Spans | None = None
    entities: list[_Entity] | _Spans | None = None
    relations: list[Any] = Field(default_factory=list)

    def spans(self) -> tuple[ForeignSpan, ...]:
        written = next((found for found in (self.label, self.labels, self.entities) if found is not None), [])
        return tuple(entry.as_span() if isinstance(entry, _Entity) else ForeignSpan(*entry) for entry in written)


def read(content: bytes) -> Iterator[ForeignDocument | Refusal]:
    """Read the documents of an export; see `kpu_nlp.annotation.formats.Format`."""
    return read_lines(content, _Line, _document)


def _document(where: str, line: _Line) -> ForeignDocument:
    own_id = line.id if line.article_id is None else line.article_id
    labelled = not {"label", "labels", "entities"}.isdisjoint(line.model_fields_set)
    return ForeignDocument(
        where,
        None if own_id is None else str(own_id),
        line.text,
        line.spans(),
        header=line.header,
        published=line.published,
        left_out=None if labelled else "not annotated yet",
        notes=(f"{len(line.relations)} of type relation",) if line.relations else (),
    )


def write(articles: Sequence[AnnotatedArticle], unit: Unit = UNIT) -> bytes:
    """Return annotated documents, ready for import; see `kpu_nlp.annotation.formats.Format`."""
    return "".join(f"{to_json(document(article, unit))}\n" for article in articles).encode()


def document(article: AnnotatedArticle, unit: Unit = UNIT) -> dict[str, Any]:
    """Return one article as a line of doccano's."""
    offsets = span_offsets(article.text, article.spans, unit)
    spans = [[start, end, span.label] for span, (start, end) in zip(article.spans, offsets, strict=True)]
    return {"text": article.text, "label": spans, "article_id": article.facts.id, "header": article.header}
