"""A document as another program wrote it, before anything in it is believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from kpu_nlp.errors import AnnotationError
from kpu_nlp.messages import first_problem, shown

# JSON allows these inside a string, but many programs (str.splitlines, JavaScript before 2019) take them for line ends.
_LINE_ENDS = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class ForeignSpan:
    """A span as another program wrote it.

    Attributes:
        start, end: offsets into the document's text, half open, in the unit of the program.
        label: as the program calls it.
        surface: the text of the span where the program wrote that too, else None.
    """

    start: int
    end: int
    label: str
    surface: str | None = None


class Part(BaseModel):
    """A part of a file of another program, which may say more than is asked for."""

    model_config = ConfigDict(extra="ignore")


class SurfaceSpan(Part):
    """A span as most programs write it."""

    start: int
    end: int
    label: str
    text: str | None = None

    def as_span(self) -> ForeignSpan:
        """Return it without its program's names."""
        return ForeignSpan(self.start, self.end, self.label, self.text)


Line = TypeVar("Line", bound=Part)


@dataclass(frozen=True, slots=True)
class ForeignDocument:
    """A document as another program wrote it.

    Attributes:
        where: its place in the file, such as ``line 3``.
        id: its id, None where it has none.
        text: its text.
        spans: its spans, in any order.
        witnesses: further stretches of it with the text that the program saw there (its tokens); their labels mean nothing.
        header: the header of our own format, where the program carried it.
        published: the day of publication, as written; None where it has none.
        left_out: why it is no annotated article and is passed over (``not annotated yet``), else None.
        notes: what of it is not carried over (``2 relations``).
    """

    where: str
    id: str | None
    text: str
    spans: tuple[ForeignSpan, ...] = ()
    witnesses: tuple[ForeignSpan, ...] = ()
    header: str | None = None
    published: str | None = None
    left_out: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a document cannot be taken.

    Attributes:
        where: its place in the file, such as ``line 3``.
        id: its id, None where it has none.
        reason: one line.
    """

    where: str
    id: str | None
    reason: str

    def __str__(self) -> str:
        named = f"{self.where}, document {shown(self.id)!r}" if self.id is not None else self.where
        return f"{named}: {shown(self.reason)}"


def text_of(content: bytes) -> str:
    """Decode a file, whose byte order mark is dropped; line ends stay as they are.

    Raises:
        AnnotationError: it is not UTF-8.
    """
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise AnnotationError(f"not UTF-8 at byte {error.start}; save it as UTF-8") from error


def json_of(written: str) -> Any:
    """Read JSON.

    Raises:
        AnnotationError: it is none.
    """
    try:
        return json.loads(written)
    except RecursionError as error:
        raise AnnotationError("nested too deeply to be annotated articles") from error
    except ValueError as error:  # broken JSON, and numbers of thousands of digits
        raise AnnotationError(f"not JSON: {error}") from error


def to_json(value: Any, *, indent: int | None = None) -> str:
    """Return JSON with letters as they are; without indent on one line."""
    return json.dumps(value, ensure_ascii=False, indent=indent).translate(_LINE_ENDS)


def read_lines(
    content: bytes, shape: type[Line], document: Callable[[str, Line], ForeignDocument]
) -> Iterator[ForeignDocument | Refusal]:
    """Yield the document of every line of JSON Lines; a line that is not of that shape gives the reason.

    Args:
        content: the file.
        shape: what a line is.
        document: makes a document of the place and the content of a line.

    Raises:
        AnnotationError: the file is not UTF-8.
    """
    # str.splitlines would break a line at U+2028 inside a string.
    for number, line in enumerate(text_of(content).split("\n"), start=1):
        if line.strip():
            parsed = _parsed(f"line {number}", line, shape)
            yield parsed if isinstance(parsed, Refusal) else document(f"line {number}", parsed)


def _parsed(where: str, line: str, shape: type[Line]) -> Line | Refusal:
    try:
        value = json_of(line)
    except AnnotationError as error:
        return Refusal(where, None, str(error))
    if not isinstance(value, dict):
        return Refusal(where, None, "not a JSON object")
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        return misshapen(where, value, error)


def misshapen(where: str, value: Any, error: ValidationError) -> Refusal:
    """Return the refusal of a document that is not of the form that its format has."""
    found = value.get("id") if isinstance(value, dict) else None
    return Refusal(where, str(found) if isinstance(found, str | int) else None, first_problem(error, whole="document"))
