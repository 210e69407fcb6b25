"""What the linking rules conclude, on the way from spans to the JSON contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kpu_nlp.spans import Span


@dataclass(frozen=True, slots=True)
class Person:
    """One human being and all the spans that name them.

    Attributes:
        id: ``o1``, ``o2``, ... in order of first mention.
        name: the fullest form in the article without titles and degrees.
        titles: the titles and degrees that were split off, as printed, each once.
        mentions: the PERSON spans, in text order.
    """

    id: str
    name: str
    titles: tuple[str, ...]
    mentions: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that a person holds.

    Attributes:
        person: the person's id.
        title: as printed, without a bracketed abbreviation at its end.
        organization: as printed, the form that the contract prefers; None where none is told.
        start, end: the article's own characters that tell it.
    """

    person: str
    title: str
    organization: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quotation:
    """A direct quotation without its marks.

    Attributes:
        start, end: offsets inside the quotation marks.
        speaker: a person's id, or None.
        cue: the verb of saying as printed (``jelasnya``, ``tutur``), or None.
    """

    start: int
    end: int
    speaker: str | None
    cue: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence (or a part of one) in reported speech, or the sentence around a quotation, and who says it."""

    start: int
    end: int
    speaker: str | None


@dataclass(frozen=True, slots=True)
class Speech:
    """All that is said in an article: quotations, reported statements, and the ids of the people who spoke."""

    quotations: tuple[Quotation, ...]
    statements: tuple[Statement, ...]
    speakers: frozenset[str]


@dataclass(frozen=True, slots=True)
class ThemeDirective:
    """A sentence with spans of one theme label, and who says it."""

    label: str
    start: int
    end: int
    speaker: str | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A venue: its parts as printed, its region where the article decides it, and the spans that name it."""

    name: str | None
    address: str | None
    place: str | None
    region_code: str | None
    region_name: str | None
    region_province: str | None
    mentions: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a DATE or TIME span says, as ISO 8601 strings (see the contract in the design).

    Attributes:
        span: the DATE or TIME span.
        start, end: a date, a date and time with zone offset, or a clock time with zone offset; None where unknown.
        open_end: ``sampai dengan selesai``.
        kind: ``date``, ``time`` or ``datetime``.
    """

    span: Span
    start: str | None
    end: str | None
    open_end: bool
    kind: Literal["date", "time", "datetime"]


@dataclass(frozen=True, slots=True)
class Gathering:
    """The event that the article reports; ``venue`` is an index into the article's places."""

    name: str | None
    start: str | None
    end: str | None
    open_end: bool
    mode: Literal["onsite", "online", "hybrid"] | None
    venue: int | None
