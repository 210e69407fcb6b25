"""The inline format: a YAML header between two ``---`` lines, then the article with ``[text|LABEL]`` spans.

What would be taken for markup stands as a numeric character reference, as in HTML: ``&#91;`` for ``[``, ``&#93;`` for ``]``,
``&#124;`` for ``|``, ``&#13;`` for a carriage return, ``&#10;`` for a line end before or after everything else, and ``&#38;``
for an ``&`` that would otherwise begin one of these. No other reference is known: ``&nbsp;`` is the article's own text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kpu_nlp.annotation.facts import DocumentFacts, format_header, parse_header
from kpu_nlp.errors import AnnotationError
from kpu_nlp.spans import Span

HEADER = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
MARKED_SPAN = re.compile(r"\[([^\[\]|]*)\|([A-Z][A-Z0-9_]*)\]")
MARKUP = re.compile(r"[\[\]|]")
_REFERENCE = re.compile(r"&#(10|13|38|91|93|124);")
_REFERRED = re.compile(r"[\[\]|\r]|&(?=#(?:10|13|38|91|93|124);)")
# Stands for a reference where only the markup around it matters; one character, as the one that it refers to.
_MASK = "\N{OBJECT REPLACEMENT CHARACTER}"
_LINE_END = "&#10;"
LABEL = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class AnnotatedArticle:
    """An article with its annotation.

    Attributes:
        header: the YAML between the ``---`` lines, as written.
        facts: what the header says.
        text: the article without markup.
        spans: the labelled spans in text order; ``text[span.start:span.end]`` is the surface.
    """

    header: str
    facts: DocumentFacts
    text: str
    spans: tuple[Span, ...]


def mask_references(body: str) -> str:
    """Replace every character reference by one character that is neither markup nor a line end.

    `parse_body` gives the same spans for the result, and a text of the same length: what the file itself has of markup and
    line ends.
    """
    return _REFERENCE.sub(_MASK, body)


def _decode(written: str) -> str:
    return _REFERENCE.sub(lambda reference: chr(int(reference.group(1))), written)


def _encode(text: str) -> str:
    return _REFERRED.sub(lambda found: f"&#{ord(found.group())};", text)


def parse_body(body: str) -> tuple[str, tuple[Span, ...]]:
    """Split a marked-up body into its text and its spans; the inverse of `format_body`."""
    pieces: list[str] = []
    spans: list[Span] = []
    length = 0
    last = 0
    for match in MARKED_SPAN.finditer(body):
        before = _decode(body[last : match.start()])
        surface, label = _decode(match.group(1)), match.group(2)
        start = length + len(before)
        length = start + len(surface)
        pieces += [before, surface]
        spans.append(Span(start, length, label))
        last = match.end()
    pieces.append(_decode(body[last:]))
    return "".join(pieces), tuple(spans)


def _quote(text: str, start: int, end: int) -> str:
    """Return a piece of the text for an error message, with its offset."""
    return f"{text[start : min(end, start + 40)]!r} at offset {start}"


def format_body(text: str, spans: Iterable[Span]) -> str:
    """Write a text and its spans as a marked-up body; the inverse of `parse_body`.

    Spans may come in any order; scores are not written.

    Raises:
        AnnotationError: a span is empty, overlaps another, crosses a line, lies outside the text, or has a label that is not in
            capitals.
    """
    pieces: list[str] = []
    last = 0
    for span in sorted(spans):
        shown = _quote(text, span.start, span.end)
        if not 0 <= span.start < span.end <= len(text):
            raise AnnotationError(f"span {span.start}-{span.end} is empty or outside the text of {len(text)} characters")
        if span.start < last:
            raise AnnotationError(f"span {shown} overlaps the span before it")
        if "\n" in span.of(text):
            raise AnnotationError(f"span {shown} crosses a line")
        if not LABEL.fullmatch(span.label):
            raise AnnotationError(f"label {span.label!r} of span {shown} is not written in capitals")
        pieces += [_encode(text[last : span.start]), f"[{_encode(span.of(text))}|{span.label}]"]
        last = span.end
    pieces.append(_encode(text[last:]))
    return "".join(pieces)


def parse_inline(raw: str) -> AnnotatedArticle:
    """Read one annotated article.

    Raises:
        AnnotationError: there is no header, or the header cannot be read.
    """
    match = HEADER.match(raw)
    if match is None:
        raise AnnotationError("no YAML header between two '---' lines at the top")
    text, spans = parse_body(raw[match.end() :].strip("\n"))
    return AnnotatedArticle(header=match.group(1), facts=parse_header(match.group(1)), text=text, spans=spans)


def format_inline(article: AnnotatedArticle) -> str:
    """Write one annotated article; the inverse of `parse_inline`.

    Canonical is: the header between two ``---`` lines, the body, one final newline. The header stands as it was written while
    it says what ``article.facts`` say; otherwise it is written anew by `format_header`.

    Raises:
        AnnotationError: the spans cannot be marked (see `format_body`), or the facts cannot be written (see `format_header`).
    """
    header = article.header
    if not _says(header, article.facts):
        header = format_header(article.facts)
    body = format_body(article.text, article.spans)
    inner = body.strip("\n")
    # Empty lines around the body are no part of the article; those that are have to be written in another way.
    lead = len(body) - len(body.lstrip("\n")) if inner else len(body)
    trail = len(body) - lead - len(inner)
    return f"---\n{header}---\n{_LINE_END * lead}{inner}{_LINE_END * trail}\n"


def _says(header: str, facts: DocumentFacts) -> bool:
    """Tell whether a header, put between ``---`` lines, reads back as ``facts``."""
    if not header.endswith("\n"):
        return False
    try:
        read = parse_header(header)
    except AnnotationError:
        return False
    return read == facts and read.complete == facts.complete


def read_articles(folder: Path) -> Iterator[AnnotatedArticle]:
    """Read every ``*.txt`` of a folder, sorted by name.

    Raises:
        AnnotationError: the folder holds no article, or one cannot be read; the message names the file.
    """
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise AnnotationError(f"{folder}: no annotated article (*.txt) in this folder")
    for path in paths:
        try:
            yield parse_inline(path.read_text(encoding="utf-8"))
        except (AnnotationError, UnicodeDecodeError) as error:
            raise AnnotationError(f"{path}: {error}") from error
        except OSError as error:
            raise AnnotationError(f"{path}: cannot be read ({error.strerror})") from error
