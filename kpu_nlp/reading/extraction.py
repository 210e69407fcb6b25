"""Read what `kpu-nlp extract` wrote, or an article in its place."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from kpu_nlp.errors import InputError
from kpu_nlp.messages import first_problem, shown
from kpu_nlp.reading.article import MAX_BYTES, article_from_bytes, read_article, read_file, read_standard_input
from kpu_nlp.reading.decoding import decode
from kpu_nlp.schema import Article, Extraction, Mention

# Bytes. An extraction holds its article, and each name in it about eight times over.
MAX_EXTRACTION_BYTES = 10 * MAX_BYTES

_SUFFIXES = frozenset({".json", ".jsonl"})
_OBJECT = re.compile(rb'\s*\{\s*["}]')
_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def is_extraction(source: str) -> bool:
    """Tell whether a path's name is that of an extraction; an address and standard input (``-``) never are."""
    return "://" not in source and Path(source).suffix.lower() in _SUFFIXES


def read_article_or_extraction(source: str, *, published: str | None = None, force: bool = False) -> Article | Extraction:
    """Read an extraction, where the name says so or standard input begins like one, else an article.

    Args:
        source: a path, ``-`` for standard input, or an http(s) address.
        published: ISO date of publication of an article; an extraction has it in itself.
        force: read a larger one than one article should be.

    Raises:
        InputError: the source cannot be read, see `kpu_nlp.reading.read_article`; or it is no extraction, see
            `parse_extraction`.
    """
    if source == "-":
        raw = read_standard_input(None if force else MAX_EXTRACTION_BYTES)
        if _begins_like_json(raw):
            return parse_extraction(raw, "standard input")
        return article_from_bytes(raw, source, article_id=None, published=published, force=force)
    if is_extraction(source):
        raw = read_file(Path(source), None if force else MAX_EXTRACTION_BYTES)
        return parse_extraction(raw, shown(source))
    return read_article(source, published=published, force=force)


def parse_extraction(raw: bytes, name: str) -> Extraction:
    """Return an extraction of its JSON, checked: the contract's keys and types, and offsets that fit the article.

    Args:
        raw: the JSON; UTF-8, or what a byte order mark says, because some shells write UTF-16.
        name: what the JSON is called, for the message.

    Raises:
        InputError: it is not the JSON of one extraction.
    """
    try:
        extraction = Extraction.model_validate_json(decode(raw, name) if _has_mark(raw) else raw)
    except ValidationError as error:
        problem = " ".join(first_problem(error, whole="JSON").split())
        raise InputError(
            f"{name}: not one extraction as kpu-nlp extract writes it ({shown(problem)}); extract the article again"
        ) from error
    text = extraction.article.text
    for place, mention in _mentions(extraction, ""):
        if not (0 <= mention.start < mention.end <= len(text) and text[mention.start : mention.end] == mention.text):
            raise InputError(
                f"{name}: {place}: its offsets do not give its text in article.text; was the text changed? extract it again"
            )
    return extraction


def _mentions(value: Any, place: str) -> Iterator[tuple[str, Mention]]:
    """Give every mention inside a part of an extraction with the path of keys that leads to it."""
    if isinstance(value, Mention):
        yield place, value
    if isinstance(value, BaseModel):
        for key in type(value).model_fields:
            yield from _mentions(getattr(value, key), f"{place}.{key}".lstrip("."))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _mentions(item, f"{place}.{number}")


def _has_mark(raw: bytes) -> bool:
    return raw.startswith(_BYTE_ORDER_MARKS)


def _begins_like_json(raw: bytes) -> bool:
    head = raw[:64]
    for mark in _BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    # In UTF-16 each letter of JSON has a zero byte beside it. A Rich Text file begins with a brace too.
    return _OBJECT.match(head.replace(b"\0", b"")) is not None
