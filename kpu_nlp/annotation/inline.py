"""The inline format: a YAML header between two ``---`` lines, then the article with ``[text|LABEL]`` spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kpu_nlp.annotation.facts import DocumentFacts, parse_header
from kpu_nlp.errors import AnnotationError
from kpu_nlp.spans import Span

HEADER = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
MARKED_SPAN = re.compile(r"\[([^\[\]|]*)\|([A-Z][A-Z0-9_]*)\]")


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


def parse_body(body: str) -> tuple[str, tuple[Span, ...]]:
    """Split a marked-up body into its text and its spans; the inverse of `format_body`."""
    pieces: list[str] = []
    spans: list[Span] = []
    length = 0
    last = 0
    for match in MARKED_SPAN.finditer(body):
        before = body[last : match.start()]
        surface, label = match.group(1), match.group(2)
        start = length + len(before)
        length = start + len(surface)
        pieces += [before, surface]
        spans.append(Span(start, length, label))
        last = match.end()
    pieces.append(body[last:])
    return "".join(pieces), tuple(spans)


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
