"""The document facts of an annotated article: the YAML header as typed values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from kpu_nlp.errors import AnnotationError

HEADER_KEYS = ("id", "published", "event", "start", "end", "venue", "officials", "themes", "quotes")


@dataclass(frozen=True, slots=True)
class RoleFact:
    """A role as the header writes it, ``title @ organisation``; ``organization`` is None where none is written."""

    title: str
    organization: str | None = None

    def __str__(self) -> str:
        return f"{self.title} @ {self.organization}" if self.organization else self.title


@dataclass(frozen=True, slots=True)
class OfficialFact:
    """A person with the roles told of them, and whether a statement is attributed to them."""

    name: str
    roles: tuple[RoleFact, ...] = ()
    spoke: bool = False


@dataclass(frozen=True, slots=True)
class QuoteFact:
    """A direct quotation: its first words, and the name of the official who said it."""

    starts: str
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class VenueFact:
    """The event's venue; a part that the article does not tell is None."""

    name: str | None = None
    address: str | None = None
    place: str | None = None

    def __str__(self) -> str:
        parts = [part or "" for part in (self.name, self.address, self.place)]
        while parts and not parts[-1]:
            parts.pop()
        return " | ".join(parts)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """The header of an annotated article.

    Attributes:
        id: the article's id, the file's stem.
        published: ISO date of the page, or None.
        event: the event's name, or None.
        start, end: ISO 8601 date or date and time with zone offset; ``end`` may be ``open``.
        venue: where the event takes place.
        officials: every person, with roles.
        themes: lower-case theme names.
        quotes: every direct quotation.
        complete: False where the header has no facts (only ``id`` and ``published``), so that scores leave the article out.
    """

    id: str
    published: str | None = None
    event: str | None = None
    start: str | None = None
    end: str | None = None
    venue: VenueFact | None = None
    officials: tuple[OfficialFact, ...] = ()
    themes: tuple[str, ...] = ()
    quotes: tuple[QuoteFact, ...] = ()
    complete: bool = field(default=True, compare=False)


class _PlainLoader(yaml.SafeLoader):
    """A safe loader that leaves dates as the strings they were written as."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_header(header: str) -> dict[str, Any]:
    """Read the YAML of a header into a mapping.

    Raises:
        AnnotationError: the YAML is broken or is no mapping.
    """
    try:
        # _PlainLoader derives from SafeLoader: no Python object is ever built from a tag.
        loaded = yaml.load(header, Loader=_PlainLoader)  # noqa: S506
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "broken YAML"
        raise AnnotationError(f"header: {problem}") from error
    if not isinstance(loaded, dict):
        raise AnnotationError("header: not a list of 'key: value' lines")
    return {str(key): value for key, value in loaded.items()}


def parse_role(written: str) -> RoleFact:
    """Split ``title @ organisation``."""
    title, _, organization = written.partition(" @ ")
    return RoleFact(title.strip(), organization.strip() or None)


def parse_venue(written: str) -> VenueFact:
    """Split ``name | address | place``; an empty part is None."""
    parts = [part.strip() or None for part in written.split("|")]
    parts += [None] * (3 - len(parts))
    return VenueFact(*parts[:3])


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _entries(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    entries = data.get(key) or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise AnnotationError(f"header: {key} is not a list of entries")
    return entries


def parse_header(header: str) -> DocumentFacts:
    """Read a header into facts.

    Raises:
        AnnotationError: the YAML is broken, ``id`` is missing, or a value has the wrong form.
    """
    data = load_header(header)
    if not data.get("id"):
        raise AnnotationError("header: lacks id")
    officials = tuple(
        OfficialFact(
            name=str(entry.get("name") or ""),
            roles=tuple(parse_role(str(role)) for role in entry.get("roles") or []),
            spoke=bool(entry.get("spoke", False)),
        )
        for entry in _entries(data, "officials")
    )
    quotes = tuple(QuoteFact(str(entry.get("starts") or ""), _text(entry.get("speaker"))) for entry in _entries(data, "quotes"))
    venue = data.get("venue")
    themes = data.get("themes") or []
    if not isinstance(themes, list):
        raise AnnotationError("header: themes is not a list")
    return DocumentFacts(
        id=str(data["id"]),
        published=_text(data.get("published")),
        event=_text(data.get("event")),
        start=_text(data.get("start")),
        end=_text(data.get("end")),
        venue=parse_venue(str(venue)) if venue else None,
        officials=officials,
        themes=tuple(str(theme) for theme in themes),
        quotes=quotes,
        complete=any(key in data for key in HEADER_KEYS if key not in ("id", "published")),
    )
