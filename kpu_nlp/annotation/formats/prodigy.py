"""Prodigy's JSON Lines: ``{"text": ..., "spans": [{"start", "end", "label"}, ...]}``, with tokens or without.

Offsets are of code points: the recipes make the tokens with spaCy, in Python, and the editor marks whole tokens; ``token_end``
is the last token of a span, not the one after it (support.prodi.gy, topics 1211 and 6109, show exports). Where a document has
tokens, they must give back its text. We write the words of our own splitter, so that exactly what a model can learn can be
marked; a document with a span that ends inside a word goes out without tokens. What was rejected or ignored is left out. The
article's id stands in ``meta.id``, its header in ``header``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field

from kpu_nlp.annotation.formats.foreign import ForeignDocument, ForeignSpan, Part, Refusal, SurfaceSpan, read_lines, to_json
from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.annotation.offsets import Unit, span_offsets, to_unit
from kpu_nlp.tagging.words import split_tokens

UNIT: Unit = "code-points"


class _Token(Part):
    start: int
    end: int
    text: str


class _Meta(Part):
    id: str | int | None = None


class _Line(Part):
    id: str | int | None = None
    text: str
    meta: _Meta | None = None
    header: str | None = None
    published: str | None = None
    tokens: list[_Token] = Field(default_factory=list)
    spans: list[SurfaceSpan] = Field(default_factory=list)
    relations: list[Any] = Field(default_factory=list)
    answer: str = "accept"


def read(content: bytes) -> Iterator[ForeignDocument | Refusal]:
    """Read the documents of an export; see `kpu_nlp.annotation.formats.Format`."""
    return read_lines(content, _Line, _document)


def _document(where: str, line: _Line) -> ForeignDocument:
    ids = (line.meta.id if line.meta else None, line.id)
    return ForeignDocument(
        where,
        next((str(found) for found in ids if found is not None), None),
        line.text,
        tuple(span.as_span() for span in line.spans),
        tuple(ForeignSpan(token.start, token.end, "", token.text) for token in line.tokens),
        header=line.header,
        published=line.published,
        left_out=None if line.answer == "accept" else f"its answer is {line.answer!r}",
        notes=(f"{len(line.relations)} of type relation",) if line.relations else (),
    )


def write(articles: Sequence[AnnotatedArticle], unit: Unit = UNIT) -> bytes:
    """Return annotated tasks; see `kpu_nlp.annotation.formats.Format`."""
    return "".join(f"{to_json(_task(article, unit))}\n" for article in articles).encode()


def _task(article: AnnotatedArticle, unit: Unit) -> dict[str, Any]:
    text, spans = article.text, article.spans
    tokens = split_tokens(text)
    starts = {start: number for number, (start, _, _) in enumerate(tokens)}
    ends = {end: number for number, (_, end, _) in enumerate(tokens)}
    written: list[dict[str, Any]] = [
        {"start": start, "end": end, "label": span.label}
        for span, (start, end) in zip(spans, span_offsets(text, spans, unit), strict=True)
    ]
    task: dict[str, Any] = {"text": text, "meta": {"id": article.facts.id}, "header": article.header, "answer": "accept"}
    if all(span.start in starts and span.end in ends for span in spans):
        offsets = to_unit(text, [offset for start, end, _ in tokens for offset in (start, end)], unit)
        task["tokens"] = [
            {"text": text[start:end], "start": offsets[2 * number], "end": offsets[2 * number + 1], "id": number, "ws": space}
            for number, (start, end, space) in enumerate(tokens)
        ]
        for entry, span in zip(written, spans, strict=True):
            entry |= {"token_start": starts[span.start], "token_end": ends[span.end]}
    return task | {"spans": written}
