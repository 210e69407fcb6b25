"""Slips in the header of an annotated article: keys, forms, and agreement with the article's text and spans."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import yaml

from kpu_nlp.annotation.facts import BARE_KEYS, HEADER_KEYS, compose_header
from kpu_nlp.labels import THEME_NAMES
from kpu_nlp.spans import Span, labelled

Finding = tuple[int, str]
"""A line of the file (the header begins on line 2), and what is wrong there."""

_REQUIRED = ("officials", "themes", "quotes")
_TEXTS = ("id", "published", "event", "start", "end", "venue")
_ENTRY_KEYS = {"officials": ("name", "roles", "spoke"), "quotes": ("starts", "speaker")}
_FIRST_LINE = 2
# Deeper nodes stand in no header; the limit also ends the walk of an anchor that contains itself.
_DEEPEST = 4

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# WIB, WITA, WIT
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\+0[789]:00")


@dataclass(slots=True)
class _Header:
    """The values of a header, and the line of the file on which each stands."""

    data: dict[str, Any]
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    doubled: list[Finding] = field(default_factory=list)

    def line(self, *path: str | int) -> int:
        """Return the line of a value, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, _FIRST_LINE)

    def entries(self, key: str) -> list[tuple[int, dict[str, Any]]]:
        """Return the entries of a list that have the right form, with their place in it."""
        values = self.data.get(key)
        return [(at, value) for at, value in enumerate(values) if isinstance(value, dict)] if isinstance(values, list) else []

    def texts(self, key: str) -> list[tuple[int, str]]:
        """Return the plain values of a list, with their place in it."""
        values = self.data.get(key)
        return [(at, value) for at, value in enumerate(values) if isinstance(value, str)] if isinstance(values, list) else []

    def locate(self, node: yaml.Node, path: tuple[str | int, ...] = ()) -> None:
        """Note the line of every value below ``node``."""
        if len(path) > _DEEPEST:
            return
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                below = (*path, str(key.value))
                line = key.start_mark.line + _FIRST_LINE
                if below in self.lines:
                    self.doubled.append((line, f"header key {key.value} stands twice"))
                self.lines[below] = line
                self.locate(value, below)
        elif isinstance(node, yaml.SequenceNode):
            for at, value in enumerate(node.value):
                self.lines[(*path, at)] = value.start_mark.line + _FIRST_LINE
                self.locate(value, (*path, at))


def header_findings(header: str, stem: str, text: str, spans: Sequence[Span]) -> Iterator[Finding]:
    """Yield what is wrong with a header.

    Args:
        header: the YAML between the ``---`` lines.
        stem: the file's name without its ending, which the id must equal.
        text: the article without markup.
        spans: its spans.

    Raises:
        HeaderError: the YAML is broken or is no mapping.
    """
    data, node = compose_header(header)
    found = _Header(data)
    found.locate(node)
    yield from found.doubled
    yield from _keys(found)
    if isinstance(data.get("id"), str) and data["id"] != stem:
        yield found.line("id"), f"id {data['id']!r} is not the file's name {stem!r}"
    yield from _dates(found)
    if isinstance(data.get("venue"), str) and data["venue"].count("|") != 2:
        yield found.line("venue"), f"venue {data['venue']!r} is not of the form 'name | address | place' (a part may be empty)"
    if all(key in BARE_KEYS for key in data):
        return
    yield from _officials(found, [span.of(text) for span in labelled(spans, "PERSON")])
    yield from _themes(found, {span.label for span in spans})
    yield from _quotes(found, text)


def _keys(header: _Header) -> Iterator[Finding]:
    data = header.data
    for key in data:
        if key not in HEADER_KEYS:
            yield header.line(key), f"unknown header key {key} (known: {', '.join(HEADER_KEYS)})"
    if not data.get("id"):
        yield header.line("id"), "header lacks id"
    bare = all(key in BARE_KEYS for key in data)
    for key in () if bare else _REQUIRED:
        if key not in data:
            yield _FIRST_LINE, f"header lacks {key} (write '{key}: []' where there are none)"
    for key in _TEXTS:
        if key in data and (key != "id" or data[key]) and not (isinstance(data[key], str) and data[key].strip()):
            yield header.line(key), f"{key} is no text (leave the key out where the article does not tell it)"
    for key in _REQUIRED:
        if not isinstance(data.get(key, []), list):
            yield header.line(key), f"{key} is not a list (write '{key}: []' where there are none)"
    yield from _entry_keys(header)


def _entry_keys(header: _Header) -> Iterator[Finding]:
    for key, known in _ENTRY_KEYS.items():
        values = header.data.get(key)
        for at, entry in enumerate(values) if isinstance(values, list) else ():
            if not isinstance(entry, dict):
                yield header.line(key, at), f"entry {at + 1} of {key} is not made of 'key: value' lines"
                continue
            for name in entry:
                if name not in known:
                    yield header.line(key, at, str(name)), f"unknown key {name} in {key} (known: {', '.join(known)})"


def _is_date(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return _DATE.fullmatch(written) is not None


def _is_moment(written: str) -> bool:
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return False
    return _MOMENT.fullmatch(written) is not None


def _dates(header: _Header) -> Iterator[Finding]:
    data = header.data
    published, start, end = (data.get(key) for key in ("published", "start", "end"))
    if isinstance(published, str) and not _is_date(published):
        yield header.line("published"), f"published {published!r} is no date of the form 2022-07-22"
    for key, written in (("start", start), ("end", end)):
        if not isinstance(written, str) or (key == "end" and written == "open") or _is_date(written) or _is_moment(written):
            continue
        forms = "2022-07-22 or 2022-07-22T09:00+08:00 (zone +07:00, +08:00 or +09:00)"
        yield header.line(key), f"{key} {written!r} is not of the form {forms}" + (" or 'open'" if key == "end" else "")
    if isinstance(start, str) and isinstance(end, str) and _ends_before(start, end):
        yield header.line("end"), f"end {end} lies before start {start}"


def _ends_before(start: str, end: str) -> bool:
    """Compare two moments by the clock where both have one, else by the day; a wrong form is no matter of order."""
    if _is_moment(start) and _is_moment(end):
        return datetime.fromisoformat(end) < datetime.fromisoformat(start)
    days = (start[:10], end[:10])
    return all(_is_date(day) for day in days) and end != "open" and days[1] < days[0]


def _officials(header: _Header, people: Sequence[str]) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    for at, official in header.entries("officials"):
        name = official.get("name")
        if not isinstance(name, str) or not name.strip():
            yield header.line("officials", at), "official without a name"
            continue
        seen[name] += 1
        if seen[name] == 2:
            yield header.line("officials", at, "name"), f"official {name!r} is listed twice"
        if not any(name in person for person in people):
            yield header.line("officials", at, "name"), f"official {name!r} is in no PERSON span"
        if official.get("spoke", True) not in (True, False):
            yield header.line("officials", at, "spoke"), f"spoke of {name!r} is neither true nor false"
        yield from _roles(header, at, official.get("roles"))


def _roles(header: _Header, at: int, roles: Any) -> Iterator[Finding]:
    line = header.line("officials", at, "roles")
    if not isinstance(roles, list):
        yield line, "roles is not a list (write 'roles: [\"Ketua @ KPU NTB\"]', or 'roles: []' where none is told)"
        return
    for number, role in enumerate(roles):
        line = header.line("officials", at, "roles", number)
        title, mark, _ = f"{role} ".partition(" @ ")
        if not isinstance(role, str) or not mark:
            yield line, f"role {role!r} lacks ' @ organisation' (write '{role} @' where the article tells none)"
        elif not title.strip():
            yield line, f"role {role!r} lacks a title before the @"


def _themes(header: _Header, labels: Iterable[str]) -> Iterator[Finding]:
    listed = [theme for _, theme in header.texts("themes")]
    line = header.line("themes")
    marked = {label.lower() for label in labels}
    for theme, times in Counter(listed).items():
        if theme not in marked:
            yield line, f"theme {theme} is listed, but no span is marked {theme.upper()}"
        if times > 1:
            yield line, f"theme {theme} is listed twice"
    # Of a label beyond the guidelines nothing says whether it is a theme.
    for theme in sorted(name.lower() for name in THEME_NAMES):
        if theme in marked and theme not in listed:
            yield line, f"theme {theme} has a span, but is not listed"


def _quotes(header: _Header, text: str) -> Iterator[Finding]:
    names = {official.get("name") for _, official in header.entries("officials")}
    for at, quote in header.entries("quotes"):
        starts, speaker = quote.get("starts"), quote.get("speaker")
        if not isinstance(starts, str) or not starts.strip():
            yield header.line("quotes", at), "quote without its first words (starts)"
        elif starts not in text:
            yield header.line("quotes", at, "starts"), f"quote not in the text: {starts!r}"
        if speaker is not None and speaker not in names:
            yield header.line("quotes", at, "speaker"), f"speaker {speaker!r} is no official"
