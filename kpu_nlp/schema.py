"""The JSON contract: what goes in (Article) and what comes out (Extraction).

Schema policy: a new key raises the minor version, a changed meaning the major. This module imports nothing of ours.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = "1.0"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Article(_Frozen):
    """An article as read, before anything is extracted from it."""

    id: str = Field(description="The file's stem; for standard input and URLs the first 12 digits of sha256")
    source: str | None = Field(default=None, description="The path or URL as the user named it; '-' for standard input")
    sha256: str = Field(description="SHA-256 of the text in UTF-8, as 64 hexadecimal digits")
    title: str | None = Field(default=None, description="The first line, or the page's title")
    outlet: str | None = Field(default=None, description="The publishing site, e.g. jatim.kpu.go.id")
    dateline: str | None = Field(default=None, description="The place in the dateline, e.g. Malang")
    published: str | None = Field(default=None, description="ISO date of publication, given or found in the page's metadata")
    text: str = Field(description="The whole article, title line included, unchanged")


class Mention(_Frozen):
    """A stretch of the article's text."""

    start: int = Field(description="Offset of the first character in article.text (Unicode code points)")
    end: int = Field(description="Offset after the last character")
    text: str = Field(description="The characters article.text[start:end]")


class Entity(Mention):
    """A span of the tagger."""

    label: str
    score: float = Field(ge=0, le=1, description="Confidence: the smallest word probability of the span's label")


class Event(_Frozen):
    """The gathering that the article reports."""

    name: str | None = None
    start: str | None = Field(default=None, description="ISO 8601 date, or date and time with zone offset")
    end: str | None = None
    open_end: bool = False
    mode: Literal["onsite", "online", "hybrid"] | None = None
    venue: int | None = Field(default=None, description="Index in venues")


class Role(_Frozen):
    """An office or function that a person holds."""

    title: str
    organization: str | None = None
    text: str = Field(description="The article's own characters")


class Official(_Frozen):
    """A person named in the article."""

    id: str = Field(description="o1, o2, ... in order of first mention")
    name: str = Field(description="The fullest form in the article, without titles and degrees")
    titles: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    spoke: bool = False
    confidence: float = Field(ge=0, le=1, description="The highest score among the mentions")
    mentions: tuple[Mention, ...]


class Region(_Frozen):
    """An administrative area of Indonesia."""

    code: str = Field(description="The Ministry of Home Affairs code, e.g. 35.73")
    name: str
    province: str


class Venue(_Frozen):
    """A place where something happens."""

    name: str | None = None
    address: str | None = None
    place: str | None = None
    region: Region | None = None
    confidence: float = Field(ge=0, le=1, description="The highest score among the mentions")
    mentions: tuple[Mention, ...]


class Time(_Frozen):
    """A DATE or TIME span and what it says."""

    text: str
    start: str | None = Field(
        default=None, description="ISO 8601 date, date and time with zone offset, or clock time with zone offset"
    )
    end: str | None = None
    open_end: bool = False
    kind: Literal["date", "time", "datetime"]
    span: Mention


class Directive(Mention):
    """A sentence that carries theme spans, and who says it."""

    speaker: str | None = Field(default=None, description="An official's id")
    spans: tuple[Mention, ...]


class Theme(_Frozen):
    """A directive theme that the article carries."""

    theme: str = Field(description="The label in lower case")
    label: str = Field(description="Its Indonesian name")
    count: int = Field(ge=1, description="Number of theme spans")
    salience: float = Field(ge=0, le=1, description="Share of the article's theme spans")
    directives: tuple[Directive, ...]


class Quote(Mention):
    """A direct quotation, without its quotation marks."""

    speaker: str | None = Field(default=None, description="An official's id")
    cue: str | None = Field(default=None, description="The verb of saying as printed, e.g. jelasnya")


class Named(_Frozen):
    """A name and where it is mentioned."""

    name: str
    mentions: tuple[Mention, ...]


class ModelInfo(_Frozen):
    """The model that produced an extraction."""

    name: str
    version: str


class Extraction(_Frozen):
    """Everything that is extracted from one article. Absent knowledge is null or an empty list, never a missing key."""

    schema_version: str = SCHEMA_VERSION
    article: Article
    event: Event | None = None
    officials: tuple[Official, ...] = ()
    venues: tuple[Venue, ...] = ()
    times: tuple[Time, ...] = ()
    themes: tuple[Theme, ...] = ()
    quotes: tuple[Quote, ...] = ()
    organizations: tuple[Named, ...] = ()
    places: tuple[Named, ...] = ()
    elections: tuple[Named, ...] = ()
    regulations: tuple[Named, ...] = ()
    entities: tuple[Entity, ...] = ()
    model: ModelInfo
    warnings: tuple[str, ...] = ()
