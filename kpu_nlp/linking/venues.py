"""The places of an article: a building or platform with the street and the town printed after it, and their region.

A place printed without a town stands in the dateline's town where it is named in the paragraph that opens the article's report:
``Trenggalek, kab-trenggalek.kpu.go.id – ... di Hotel Bukit Jaas`` is in Trenggalek.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kpu_nlp.linking.dateline import find_dateline
from kpu_nlp.linking.facts import Place
from kpu_nlp.linking.region_context import ArticleRegions, decide_area, read_regions, region_inside
from kpu_nlp.linking.regions import VILLAGE_WORDS, Area
from kpu_nlp.linking.venues_words import (
    BUILDING_WORDS,
    LIST_AFTER,
    NAME_TO_ADDRESS,
    ONLINE_WORDS,
    ROOM_TO_BUILDING,
    ROOM_WORDS,
    TO_PLACE,
    WIDER_WORDS,
)
from kpu_nlp.spans import Span, labelled

_NAME_TO_ADDRESS = re.compile(NAME_TO_ADDRESS, re.IGNORECASE)
_TO_PLACE = re.compile(TO_PLACE, re.IGNORECASE)
_ROOM_TO_BUILDING = re.compile(ROOM_TO_BUILDING, re.IGNORECASE)
_LIST_AFTER = re.compile(LIST_AFTER, re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")

# A gap between two parts of a place is short: " yang beralamat di ".
_LONGEST_GAP = 24

# A name is compared with this many earlier ones of the same first word: enough for any article, and linear for a long file.
_MOST_COMPARED = 40


@dataclass(slots=True)
class _Found:
    """One mention of a place, or several merged."""

    name: str | None
    address: str | None
    places: tuple[str, ...]
    mentions: list[Span]
    start: int
    words: tuple[str, ...] = field(default=())

    @property
    def place(self) -> str | None:
        return ", ".join(self.places) or None

    @property
    def online(self) -> bool:
        return self.name is not None and is_online(self.name)


def is_online(name: str) -> bool:
    """Tell whether a place's name is that of a meeting platform or a channel."""
    return not ONLINE_WORDS.isdisjoint(_WORD.findall(name.casefold()))


def find_places(text: str, spans: Sequence[Span], *, outlet: str | None = None) -> tuple[list[Place], list[str]]:
    """Find the places where something happens, in order of first mention, and warnings.

    Args:
        text: the article.
        spans: its spans, sorted.
        outlet: the publishing site where it is known from elsewhere than the text.

    Returns:
        The places, and one warning ``ambiguous region: Malang`` per name that several regions bear and the article does not decide.
    """
    parts = labelled(spans, "FAC", "ADDRESS", "GPE")
    found = _merge(list(_read_mentions(text, parts)))
    if not found:
        return [], []
    dateline, _ = find_dateline(text, spans)
    context = read_regions(text, spans, outlet=outlet)
    if dateline is not None:
        found = _locate(text, found, dateline)
    warnings: dict[str, None] = {}
    places = [_finish(entry, context, warnings) for entry in found]
    return places, list(warnings)


def _read_mentions(text: str, parts: Sequence[Span]) -> list[_Found]:
    mentions: list[_Found] = []
    index = 0
    while index < len(parts):
        if parts[index].label == "GPE":
            index += 1
            continue
        taken = _take_place(text, parts, index)
        mentions.append(_describe(text, taken))
        index += len(taken)
    return mentions


def _take_place(text: str, parts: Sequence[Span], index: int) -> list[Span]:
    """Return the spans of one place, from a FAC or ADDRESS on."""
    taken = [parts[index]]
    rest = list(parts[index + 1 : index + 5])
    if taken[0].label == "FAC" and rest and _is_room_in(text, taken[0], rest[0]):
        taken.append(rest.pop(0))
    if taken[0].label == "FAC" and rest and rest[0].label == "ADDRESS" and _gap(text, taken[-1], rest[0], _NAME_TO_ADDRESS):
        taken.append(rest.pop(0))
    if rest and rest[0].label == "GPE" and _gap(text, taken[-1], rest[0], _TO_PLACE):
        taken.append(rest.pop(0))
        if rest and rest[0].label == "GPE" and _widens(text, taken[-1], rest[0]):
            taken.append(rest.pop(0))
    return taken


def _gap(text: str, left: Span, right: Span, pattern: re.Pattern[str]) -> bool:
    between = text[left.end : right.start]
    return len(between) <= _LONGEST_GAP and "\n" not in between and (not between or pattern.fullmatch(between) is not None)


def _first_word(text: str, span: Span) -> str:
    word = _WORD.search(text, span.start, span.end)
    return word.group().casefold() if word else ""


def _is_room_in(text: str, room: Span, building: Span) -> bool:
    """Tell whether a room and the building after it are one place, not two of a list."""
    if building.label != "FAC" or not _gap(text, room, building, _ROOM_TO_BUILDING) or _LIST_AFTER.match(text, building.end):
        return False
    return _first_word(text, room) in ROOM_WORDS and _first_word(text, building) in BUILDING_WORDS


def _widens(text: str, narrow: Span, wide: Span) -> bool:
    """Tell whether a second place name only widens the first: a village and its district."""
    if text[narrow.end : wide.start].strip() != "," or "\n" in text[narrow.end : wide.start]:
        return False
    return _first_word(text, narrow) in VILLAGE_WORDS or _first_word(text, wide) in WIDER_WORDS


def _describe(text: str, taken: list[Span]) -> _Found:
    names = [span for span in taken if span.label == "FAC"]
    addresses = [span for span in taken if span.label == "ADDRESS"]
    name = text[names[0].start : names[-1].end] if names else None
    return _Found(
        name=name,
        address=addresses[0].of(text) if addresses else None,
        places=tuple(span.of(text) for span in taken if span.label == "GPE"),
        mentions=taken,
        start=taken[0].start,
        words=tuple(_WORD.findall((name or taken[0].of(text)).casefold())),
    )


def _merge(mentions: list[_Found]) -> list[_Found]:
    """Make one of the mentions of one place: the same name, or a shorter form of it with the same first word."""
    merged: list[_Found] = []
    by_first_word: dict[tuple[bool, str], list[_Found]] = {}
    for mention in mentions:
        key = (mention.name is not None, mention.words[0] if mention.words else "")
        known = by_first_word.setdefault(key, [])
        same = next((entry for entry in known if _same_place(entry, mention)), None)
        if same is not None:
            _absorb(same, mention)
            continue
        merged.append(mention)
        if len(known) < _MOST_COMPARED:
            known.append(mention)
    return merged


def _same_place(known: _Found, other: _Found) -> bool:
    if known.places and other.places and known.places[0].casefold() != other.places[0].casefold():
        return False
    if known.address and other.address and known.address.casefold() != other.address.casefold():
        return False
    if known.name is None:
        return known.words == other.words
    short, long = sorted((known.words, other.words), key=len)
    remaining = iter(long)
    return all(word in remaining for word in short)


def _absorb(known: _Found, other: _Found) -> None:
    if len(other.words) > len(known.words) or (known.name is not None and known.name.isupper() and other.words == known.words):
        known.name, known.words = other.name, other.words
    known.address = known.address or other.address
    known.places = known.places or other.places
    known.mentions = known.mentions + other.mentions


def _locate(text: str, found: list[_Found], dateline: str) -> list[_Found]:
    """Give the dateline's town to the places without a town of their own in the first paragraph of the body that names a place."""
    title_end = text.find("\n")
    opening: int | None = None
    for entry in found:
        body = [span.start for span in entry.mentions if span.start > title_end]
        if entry.online or entry.name is None or not body:
            continue
        paragraph = text.count("\n", 0, body[0])
        opening = paragraph if opening is None else opening
        if paragraph == opening and not entry.places:
            entry.places = (dateline,)
    return found


def _finish(entry: _Found, context: ArticleRegions, warnings: dict[str, None]) -> Place:
    area = None if entry.online else _decide(entry, context, warnings)
    return Place(
        name=entry.name,
        address=entry.address,
        place=entry.place,
        region_code=area.code if area is not None else None,
        region_name=area.name if area is not None else None,
        region_province=area.province if area is not None else None,
        mentions=tuple(entry.mentions),
    )


def _decide(entry: _Found, context: ArticleRegions, warnings: dict[str, None]) -> Area | None:
    """Decide the region by the printed town, narrowest first, then by a region inside the building's name."""
    ambiguous: str | None = None
    own = region_inside(entry.name) if entry.name is not None else None
    if own is not None and own.kind != "province":
        # ``Aula KPU Kota Malang, Malang``: the building says which Malang.
        context = replace(context, offices=frozenset({own.code}))
    for name in entry.places:
        decision = decide_area(name, context)
        if decision.area is not None:
            return decision.area
        ambiguous = ambiguous or (name if decision.ambiguous else None)
    if own is not None and own.kind != "province":
        return own
    if ambiguous is not None:
        warnings[f"ambiguous region: {ambiguous}"] = None
    return None
