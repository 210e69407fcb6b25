"""Slips in the marked-up body of an annotated article."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence

from kpu_nlp.annotation.inline import HEADER, MARKUP, mask_references, parse_body
from kpu_nlp.errors import AnnotationError
from kpu_nlp.spans import Span, labelled

Finding = tuple[int, str]
"""An offset into the article's text, and what is wrong there."""

_BRACKETED = re.compile(r"\[[^\[\]\n]*\]")
_AROUND = 25
# Shorter names (Ali, Budi) are ordinary words or parts of other names too often.
_SHORTEST_REPEATED_NAME = 6


def body_findings(
    text: str, spans: Sequence[Span], labels: Collection[str], *, written: str | None = None
) -> Iterator[Finding]:
    """Yield what is wrong with the text and spans of a parsed body, by offset into the text.

    Args:
        text: the article, with whatever markup characters were not part of a span.
        spans: its spans, in text order.
        labels: the labels that may occur.
        written: the text with its character references masked (see `mask_references`), so that only what the file itself has of
            brackets and bars is stray markup; by default the text.
    """
    if not text.strip():
        yield 0, "no article after the header"
    yield from _stray_markup(text, text if written is None else written)
    for span in spans:
        yield from _span(text, span, labels)
    yield from _unmarked_names(text, spans)


def refuse_stray_markup(raw: str) -> None:
    """Refuse an article file with markup that makes no span: whoever reads it on would take it for text.

    Raises:
        AnnotationError: there is such markup; the message names the line.
    """
    header = HEADER.match(raw)
    body = raw[header.end() :] if header else raw
    text, _ = parse_body(body)
    written, _ = parse_body(mask_references(body))
    first = min(_stray_markup(text, written), default=None)
    if first is not None:
        offset, problem = first
        line = raw.count("\n", 0, len(raw) - len(body)) + written.count("\n", 0, offset) + 1
        raise AnnotationError(f"line {line}: {problem}")


def _stray_markup(text: str, written: str) -> Iterator[Finding]:
    whole = [match.span() for match in _BRACKETED.finditer(written)]
    for start, end in whole:
        yield (
            start,
            f"{text[start:end]!r} is no span: expected [text|LABEL], the label in capitals, nothing nested "
            "(brackets of the article itself: &#91; and &#93;)",
        )
    starts = [start for start, _ in whole]
    for match in MARKUP.finditer(written):
        at = match.start()
        before = bisect_right(starts, at) - 1
        if before >= 0 and at < whole[before][1]:
            continue
        around = text[max(0, at - _AROUND) : at + _AROUND].replace("\n", " ")
        mark = match.group()
        problem = {"[": "'[' opens no span", "]": "']' closes no span", "|": "'|' outside a span"}[mark]
        yield at, f"stray markup: {problem} (one of the article itself: &#{ord(mark)};): {around!r}"


def _span(text: str, span: Span, labels: Collection[str]) -> Iterator[Finding]:
    surface = span.of(text)
    if span.label not in labels:
        yield span.start, f"unknown label {span.label} on {surface!r}"
    if not surface.strip():
        yield span.start, f"empty {span.label} span"
        return
    if "\n" in surface:
        yield span.start, f"{span.label} span {surface!r} crosses a line"
    if surface != surface.strip():
        yield span.start, f"{span.label} span {surface!r} begins or ends with a space"
    if surface.rstrip().endswith((",", ";", ":")):
        yield span.start, f"{span.label} span {surface!r} ends in punctuation"
    if surface.count("(") != surface.count(")"):
        yield span.start, f"{span.label} span {surface!r} has half of a pair of brackets"
    if inside_word(text, span.start) or inside_word(text, span.end):
        yield span.start, f"{span.label} span {surface!r} begins or ends inside a word"


def inside_word(text: str, offset: int) -> bool:
    """Tell whether an offset lies between two letters or digits."""
    return 0 < offset < len(text) and text[offset - 1].isalnum() and text[offset].isalnum()


def _unmarked_names(text: str, spans: Sequence[Span]) -> Iterator[Finding]:
    """Find a person's name that is marked in one place and left out in another."""
    names = {name for span in labelled(spans, "PERSON") if len(name := span.of(text)) >= _SHORTEST_REPEATED_NAME}
    if not names:
        return
    # Longest first, so that a full name is not reported once more for the short form within it.
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(names, key=lambda name: (-len(name), name))))})(?!\w)")
    starts = [span.start for span in spans]
    for match in pattern.finditer(text):
        before = bisect_right(starts, match.start()) - 1
        if before < 0 or match.end() > spans[before].end:
            yield match.start(), f"{match.group()!r} is marked as PERSON elsewhere, but not here"
