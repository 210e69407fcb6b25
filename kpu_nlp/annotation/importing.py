"""From documents of another program to annotated articles of our own: each exactly as it was marked, or refused with its id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path

from kpu_nlp.annotation.article_ids import file_id
from kpu_nlp.annotation.check_body import inside_word
from kpu_nlp.annotation.facts import DocumentFacts, format_header, parse_header
from kpu_nlp.annotation.formats import open_format
from kpu_nlp.annotation.formats.foreign import ForeignDocument, ForeignSpan, Refusal
from kpu_nlp.annotation.inline import LABEL, AnnotatedArticle, format_inline
from kpu_nlp.annotation.label_map import LabelMap, unused_labels
from kpu_nlp.annotation.offsets import UNITS, Unit, from_unit, units_differ
from kpu_nlp.errors import AnnotationError
from kpu_nlp.messages import shown
from kpu_nlp.spans import Span

_SHOWN = 40
# Browsers show a run of white space as one space, and Label Studio writes a line end of a surface as the two characters \n.
_WHITE = re.compile(r"(?:\s|\\n)+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Imported:
    """What the files hold.

    Attributes:
        articles: the annotated articles, in the order of the files.
        refused: the documents that cannot be taken, each with its file, its place, its id and the reason.
        left_out: the documents that are not annotated or were rejected, told in the same way.
        notes: what was changed or not carried over, one line each.
    """

    articles: list[AnnotatedArticle] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _RefusedError(Exception):
    """The document cannot be taken; the message is the reason."""


def import_files(paths: Iterable[Path], form: str, *, labels: LabelMap | None = None, unit: Unit | None = None) -> Imported:
    """Read annotated documents of another program.

    A document is taken only if every span's offsets give back the text that the file tells for it. Offsets count what the
    format usually counts; where spans carry their text and that reading fails, the other one is tried. Where they carry none
    and the two readings differ, a span that begins or ends inside a word or with white space refuses the document, since then
    the offsets count something else.

    Args:
        paths: the files.
        form: one of `FORMATS`.
        labels: what labels become; a label of the result must be written in capitals.
        unit: what the offsets count, where the user knows; only that reading is tried then.

    Raises:
        AnnotationError: a file cannot be read, or is not of the format; the message names it.
    """
    labels = labels or {}
    imported = Imported()
    owners: dict[str, str] = {}
    seen: set[str] = set()
    for path in paths:
        documents = _documents(path, form)
        for number, document in enumerate(documents, start=1):
            where = f"{shown(str(path))}: {_place(document)}"
            if isinstance(document, Refusal):
                imported.refused.append(f"{shown(str(path))}: {document}")
                continue
            if document.left_out is not None:
                imported.left_out.append(f"{where}: {document.left_out}")
                continue
            seen.update(span.label for span in document.spans)
            own_id = document.id or (path.stem if len(documents) == 1 else f"{path.stem}-{number}")
            try:
                article = _article(document, own_id, _own_unit(form), unit, labels)
                _claim(article.facts.id, where, owners)
            except _RefusedError as error:
                imported.refused.append(f"{where}: {shown(str(error))}")
                continue
            imported.articles.append(article)
            imported.notes.extend(f"{where}: {note}" for note in _notes(document, own_id, article))
    imported.notes.extend(f"label {shown(label)!r} of the table is on no span" for label in unused_labels(labels, seen))
    return imported


def article_files(articles: Iterable[AnnotatedArticle]) -> dict[str, str]:
    """Return the file name and the content of every article, in the inline format."""
    return {f"{article.facts.id}.txt": format_inline(article) for article in articles}


def _own_unit(form: str) -> Unit:
    return open_format(form).UNIT or "code-points"


def _documents(path: Path, form: str) -> list[ForeignDocument | Refusal]:
    name = shown(str(path))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AnnotationError(f"{name}: cannot be read: {error.strerror}") from error
    try:
        documents = list(open_format(form).read(content))
    except AnnotationError as error:
        raise AnnotationError(f"{name}: {error}") from error
    if not documents:
        raise AnnotationError(f"{name}: no document in it; is it of the format {form}?")
    return documents


def _place(document: ForeignDocument | Refusal) -> str:
    return document.where if document.id is None else f"{document.where}, document {shown(document.id)!r}"


def _claim(article_id: str, where: str, owners: dict[str, str]) -> None:
    # Some file systems take a-1 and A-1 for the same name.
    owner = owners.setdefault(article_id.casefold(), where)
    if owner != where:
        raise _RefusedError(f"its id is also that of {owner}; give every document its own")


def _notes(document: ForeignDocument, own_id: str, article: AnnotatedArticle) -> Iterator[str]:
    if article.facts.id != own_id:
        yield f"its id becomes {article.facts.id!r}, which can be a file name"
    if document.published is not None and article.facts.published is None:
        yield f"published {shown(document.published)[:_SHOWN]!r} is left out: not an ISO date"
    for note in document.notes:
        yield f"not carried over: {note}"


def _article(document: ForeignDocument, own_id: str, own: Unit, given: Unit | None, labels: LabelMap) -> AnnotatedArticle:
    text = document.text
    if not text.strip():
        raise _RefusedError("its text is empty")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _RefusedError(f"half of a surrogate pair at character {error.start}") from error
    spans = _relabelled(document, _placed(document, own, given), labels)
    _check_overlaps(text, spans)
    facts = _facts(document, own_id)
    header = document.header if document.header is not None and facts.id == own_id else format_header(facts)
    article = AnnotatedArticle(header, facts, text, tuple(spans))
    try:
        format_inline(article)
    except AnnotationError as error:
        raise _RefusedError(str(error)) from error
    return article


def _placed(document: ForeignDocument, own: Unit, given: Unit | None) -> list[tuple[int, int]]:
    """Return the offsets of the spans in code points."""
    told = any(span.surface is not None for span in (*document.spans, *document.witnesses))
    other = next(unit for unit in UNITS if unit != own)
    problems: list[str] = []
    for unit in [given] if given else [own, other]:
        try:
            placed = _read_offsets(document, unit, guard=given is None)
        except _RefusedError as error:
            problems.append(str(error))
            continue
        if problems and not told:
            raise _RefusedError(f"{problems[0]}; they would fit as {unit} (--offsets {unit})")
        return placed
    raise _RefusedError(problems[0])


def _read_offsets(document: ForeignDocument, unit: Unit, *, guard: bool) -> list[tuple[int, int]]:
    text = document.text
    stretches = (*document.spans, *document.witnesses)
    offsets = from_unit(text, [offset for span in stretches for offset in (span.start, span.end)], unit)
    placed: list[tuple[int, int]] = []
    for span, start, end in zip(stretches, offsets[::2], offsets[1::2], strict=True):
        if start is None or end is None:
            raise _RefusedError(f"span {span.start}-{span.end} lies outside the text, or inside a character")
        if start >= end:
            raise _RefusedError(f"span {span.start}-{span.end} is empty")
        found = text[start:end]
        if span.surface is not None:
            if _WHITE.sub(" ", found) != _WHITE.sub(" ", span.surface):
                raise _RefusedError(
                    f"offsets {span.start}-{span.end} give {found[:_SHOWN]!r}, but the file says {span.surface[:_SHOWN]!r}"
                )
        elif guard and units_differ(text, span.end):
            _check_edges(text, span, start, end)
        placed.append((start, end))
    return placed[: len(document.spans)]


def _check_edges(text: str, span: ForeignSpan, start: int, end: int) -> None:
    found = text[start:end]
    if found != found.strip() or inside_word(text, start) or inside_word(text, end):
        raise _RefusedError(
            f"offsets {span.start}-{span.end} give {found[:_SHOWN]!r}, which begins or ends amid a word or with a space, after "
            "an emoji or another character that some programs count twice"
        )


def _relabelled(document: ForeignDocument, placed: Sequence[tuple[int, int]], labels: LabelMap) -> list[Span]:
    spans: set[Span] = set()
    for span, (start, end) in zip(document.spans, placed, strict=True):
        label = labels.get(span.label, span.label)
        if label is None:
            continue
        if LABEL.fullmatch(label) is None:
            raise _RefusedError(
                f"label {label[:_SHOWN]!r} is not written in capitals; give a table with --labels that says what it becomes"
            )
        spans.add(Span(start, end, label))
    return sorted(spans)


def _check_overlaps(text: str, spans: Sequence[Span]) -> None:
    for before, span in pairwise(spans):
        if span.start < before.end:
            raise _RefusedError(
                f"{before.label} {before.of(text)[:_SHOWN]!r} and {span.label} {span.of(text)[:_SHOWN]!r} overlap at character "
                f"{span.start}; remove one of the two"
            )


def _facts(document: ForeignDocument, own_id: str) -> DocumentFacts:
    article_id = file_id(own_id)
    if not article_id:
        raise _RefusedError(f"its id {own_id!r} cannot be a file name; give it another")
    if document.header is None:
        published = document.published if document.published is None or _is_date(document.published) else None
        return DocumentFacts(article_id, published and published[:10], complete=False)
    try:
        facts = parse_header(document.header)
    except AnnotationError as error:
        raise _RefusedError(f"its header cannot be read: {error}") from error
    if facts.id != own_id:
        raise _RefusedError(f"its id is {own_id!r}, but that of its header {facts.id!r}")
    return replace(facts, id=article_id)


def _is_date(written: str) -> bool:
    day = written[:10]
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return _DAY.fullmatch(day) is not None
