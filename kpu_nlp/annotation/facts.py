"""The document facts of an annotated article: the YAML header as typed values."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

from kpu_nlp.errors import AnnotationError

HEADER_KEYS = ("id", "published", "event", "start", "end", "venue", "officials", "themes", "quotes")
BARE_KEYS = ("id", "published")
"""The keys of a header without facts."""


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


class HeaderError(AnnotationError):
    """The header cannot be read; ``line`` is the line of the file, which the header enters on line 2."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(f"header, line {line}: {problem}")
        self.problem = problem
        self.line = line


class _PlainLoader(yaml.SafeLoader):
    """A safe loader that knows true, false and null, and leaves every other scalar as it was written.

    YAML 1.1 would turn the id ``0012`` into ten, ``2022-07-22`` into a date object, and a person called ``On`` into true.
    """


_PlainLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
):
    _PlainLoader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def compose_header(header: str) -> tuple[dict[str, Any], yaml.MappingNode]:
    """Read the YAML of a header into a mapping, and into the nodes that know the line of every value.

    Raises:
        HeaderError: the YAML is broken or is no mapping.
    """
    # _PlainLoader derives from SafeLoader: no Python object is ever built from a tag.
    try:
        loader = _PlainLoader(header)
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise HeaderError("not a list of 'key: value' lines", 2)
        # A construction may reorder the node's pairs (merge keys), never their lines.
        data = loader.construct_document(node)
    except yaml.YAMLError as error:
        raise _header_error(error, header) from error
    except (RecursionError, ValueError, TypeError, AttributeError) as error:
        # An explicit tag on a value that does not fit it (!!int abc), or lists nested hundreds deep.
        raise HeaderError("broken YAML", 2) from error
    return {str(key): value for key, value in data.items()}, node


def _header_error(error: yaml.YAMLError, header: str) -> HeaderError:
    """Return what PyYAML found wrong, with the line of the file."""
    if isinstance(error, yaml.reader.ReaderError):
        return HeaderError(f"character not allowed in YAML: #x{error.character:04x}", header.count("\n", 0, error.position) + 2)
    problem = str(getattr(error, "problem", None) or "broken YAML")
    mark = getattr(error, "problem_mark", None)
    if problem == "found unexpected end of stream":
        # A quotation mark that is never closed: where it opens is the line to mend.
        mark = getattr(error, "context_mark", None) or mark
    return HeaderError(problem, (mark.line if mark else 0) + 2)


def load_header(header: str) -> dict[str, Any]:
    """Read the YAML of a header into a mapping.

    Raises:
        HeaderError: the YAML is broken or is no mapping.
    """
    return compose_header(header)[0]


def parse_role(written: str) -> RoleFact:
    """Split ``title @ organisation``; nothing after the ``@`` where the article tells no organisation."""
    title, _, organization = f"{written} ".partition(" @ ")
    return RoleFact(title.strip(), organization.strip() or None)


def parse_venue(written: str) -> VenueFact:
    """Split ``name | address | place``; an empty part is None."""
    parts = [part.strip() or None for part in written.split("|")]
    parts += [None] * (3 - len(parts))
    return VenueFact(*parts[:3])


def _text(data: dict[str, Any], key: str) -> str | None:
    value = data.get(key)
    if isinstance(value, list | dict | set):
        raise AnnotationError(f"header: {key} is not a text; put it in quotation marks")
    return None if value is None else str(value)


def _list(data: dict[str, Any], key: str) -> list[Any]:
    values = data.get(key) or []
    if not isinstance(values, list):
        raise AnnotationError(f"header: {key} is not a list")
    return values


def _entries(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    entries = _list(data, key)
    if not all(isinstance(entry, dict) for entry in entries):
        raise AnnotationError(f"header: {key} is not a list of entries")
    return entries


# A header is read when its article is, and again when that is written, to see whether it still says what the facts say: 3 ms
# each time, most of what an import takes.
@lru_cache(maxsize=4096)
def parse_header(header: str) -> DocumentFacts:
    """Read a header into facts.

    Raises:
        AnnotationError: the YAML is broken, ``id`` is missing, or a value has the wrong form.
    """
    data = load_header(header)
    article_id = _text(data, "id")
    if not article_id:
        raise AnnotationError("header: lacks id")
    venue = _text(data, "venue")
    return DocumentFacts(
        id=article_id,
        published=_text(data, "published"),
        event=_text(data, "event"),
        start=_text(data, "start"),
        end=_text(data, "end"),
        venue=parse_venue(venue) if venue else None,
        officials=tuple(
            OfficialFact(
                name=_text(entry, "name") or "",
                roles=tuple(parse_role(str(role)) for role in _list(entry, "roles")),
                spoke=entry.get("spoke") is True,
            )
            for entry in _entries(data, "officials")
        ),
        themes=tuple(str(theme) for theme in _list(data, "themes")),
        quotes=tuple(QuoteFact(_text(entry, "starts") or "", _text(entry, "speaker")) for entry in _entries(data, "quotes")),
        complete=any(key not in BARE_KEYS for key in data),
    )


def _quoted(value: str) -> str:
    """Return ``value`` as a double-quoted YAML scalar on one line."""
    return yaml.dump(value, default_style='"', allow_unicode=True, width=math.inf).rstrip("\n")


def _scalar(value: str) -> str:
    """Return ``value`` bare where YAML reads it back unchanged, else in double quotes."""
    try:
        reads_back = load_header(f"key: {value}\n") == {"key": value}
    except AnnotationError:
        reads_back = False
    return value if reads_back else _quoted(value)


def _format_role(role: RoleFact) -> str:
    return f"{role.title} @ {role.organization}" if role.organization else f"{role.title} @"


def _format_venue(venue: VenueFact) -> str:
    written = " |".join(f" {part}" if part else "" for part in (venue.name, venue.address, venue.place))
    return written if venue.name is None else written[1:]


def _format_officials(officials: tuple[OfficialFact, ...]) -> list[str]:
    if not officials:
        return ["officials: []"]
    lines = ["officials:"]
    for official in officials:
        lines.append(f"  - name: {_scalar(official.name)}")
        lines.append(f"    roles: [{', '.join(_quoted(_format_role(role)) for role in official.roles)}]")
        if official.spoke:
            lines.append("    spoke: true")
    return lines


def _format_quotes(quotes: tuple[QuoteFact, ...]) -> list[str]:
    if not quotes:
        return ["quotes: []"]
    lines = ["quotes:"]
    for quote in quotes:
        lines.append(f"  - starts: {_quoted(quote.starts)}")
        lines.append(f"    speaker: {'null' if quote.speaker is None else _scalar(quote.speaker)}")
    return lines


def format_header(facts: DocumentFacts) -> str:
    """Write facts as a header in its canonical form; the inverse of `parse_header`.

    Canonical is: the keys in the order of `HEADER_KEYS`, unknown ones left out, the three lists always there (unless the
    article has no facts at all, see `DocumentFacts.complete`), ``spoke`` only where true, roles and first words of quotations
    in double quotes, other values in them only where YAML needs it.

    Raises:
        AnnotationError: a fact that a header cannot express, such as a role whose title contains `` @ ``.
    """
    single = {"id": facts.id, "published": facts.published, "event": facts.event, "start": facts.start, "end": facts.end}
    lines = [f"{key}: {_scalar(value)}" for key, value in single.items() if value is not None]
    if facts.venue is not None:
        lines.append(f"venue: {_scalar(_format_venue(facts.venue))}")
    if facts.complete or facts.officials or facts.themes or facts.quotes:
        lines += _format_officials(facts.officials)
        # A word is a theme of its own, unless YAML takes it for a truth value or nothing (`true`, `null`).
        themes = (_scalar(theme) if theme.isidentifier() else _quoted(theme) for theme in facts.themes)
        lines.append(f"themes: [{', '.join(themes)}]")
        lines += _format_quotes(facts.quotes)
    header = "\n".join(lines) + "\n"
    if parse_header(header) != facts:
        raise AnnotationError(f"{facts.id}: the facts cannot be written as a header that reads back the same")
    return header
