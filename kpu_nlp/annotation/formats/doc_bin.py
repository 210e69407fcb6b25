"""spaCy's DocBin (``.spacy``), which ``spacy train`` and ``spacy convert`` use: tokens, ``doc.ents``, and user data.

spaCy reads it itself: zlib around msgpack, no object is unpickled. We write the words of the tagger as tokens, so that the
Doc has the article's text character by character. Id and header stand in ``doc.user_data`` under ``kpu_id`` and
``kpu_header``; a Doc without entities but with a span group ``kpu`` or ``sc`` is read from that.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from kpu_nlp.annotation.formats.foreign import ForeignDocument, ForeignSpan, Refusal
from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.annotation.offsets import Unit
from kpu_nlp.errors import AnnotationError
from kpu_nlp.tagging.component import WordTokenizer

UNIT: Unit | None = None

_ID, _HEADER = "kpu_id", "kpu_header"
_ATTRIBUTES = ("ORTH", "SPACY", "ENT_IOB", "ENT_TYPE")
_GROUPS = ("kpu", "sc")


def read(content: bytes) -> Iterator[ForeignDocument | Refusal]:
    """Yield the Docs of a file; see `kpu_nlp.annotation.formats.Format`."""
    try:
        docs = list(DocBin().from_bytes(content).get_docs(Vocab()))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, zlib.error) as error:
        raise AnnotationError("not a DocBin of spaCy's, or damaged; save it with DocBin.to_disk") from error
    for number, doc in enumerate(docs, start=1):
        where = f"Doc {number}"
        own_id = _text(doc.user_data.get(_ID))
        if doc.has_unknown_spaces:
            yield Refusal(where, own_id, "has words without the spaces between them, so its text is not known")
            continue
        group = next((name for name in _GROUPS if name in doc.spans), None)
        marked = doc.ents or (doc.spans[group] if group else ())
        yield ForeignDocument(
            where,
            own_id,
            doc.text,
            tuple(ForeignSpan(span.start_char, span.end_char, span.label_, span.text) for span in marked),
            header=_text(doc.user_data.get(_HEADER)),
        )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def write(articles: Sequence[AnnotatedArticle], unit: Unit = "code-points") -> bytes:  # noqa: ARG001 - it has no offsets
    """Return the articles as a DocBin; see `kpu_nlp.annotation.formats.Format`."""
    tokenize = WordTokenizer(Vocab())
    packed = DocBin(attrs=_ATTRIBUTES, store_user_data=True)
    for article in articles:
        packed.add(_doc(tokenize(article.text), article))
    return packed.to_bytes()


def _doc(doc: Doc, article: AnnotatedArticle) -> Doc:
    entities = [doc.char_span(span.start, span.end, label=span.label) for span in article.spans]
    for span, entity in zip(article.spans, entities, strict=True):
        if entity is None:
            raise AnnotationError(
                f"{article.facts.id}: {span.label} span {span.of(article.text)[:40]!r} at offset {span.start} does not begin "
                "and end with a word, which a Doc cannot express; choose another format"
            )
    doc.set_ents([entity for entity in entities if entity is not None])
    doc.user_data[_ID] = article.facts.id
    doc.user_data[_HEADER] = article.header
    return doc
