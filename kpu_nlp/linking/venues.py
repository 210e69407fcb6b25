"""The places of an article: a building or platform with the street and the town printed after it, and their region.

A place printed without a town stands in the dateline's town where it is named in the sentence that first names a place, which
is the one that tells the event: ``Ngawi, kab-ngawi.kpu.go.id – ... di Hotel Melati`` is in Ngawi. A village printed with its
district is a place without a building: ``mendatangi Desa Jaya, Kecamatan Maju``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kpu_nlp.linking.dateline import find_dateline, well_cased
from kpu_nlp.linking.facts import Place
from kpu_nlp.linking.place_edges import mend_names
from kpu_nlp.linking.region_context import ArticleRegions, decide_area, read_regions, region_inside
from kpu_nlp.linking.regions import Area, find_areas
from kpu_nlp.linking.regions_words import AREA_KINDS, CAPITAL_REGENCIES, NAMING_WORDS, OFFICE_WORDS, VILLAGE_WORDS
from kpu_nlp.linking.venues_words import (
    BUILDING_WORDS,
    LIST_AFTER,
    LIST_COMMA,
    NAME_TO_ADDRESS,
    NAMED_AFTER_WORDS,
    ONLINE_WORDS,
    ROOM_TO_BUILDING,
    ROOM_WORDS,
    TO_PLACE,
    TO_VILLAGE,
    WIDER_WORDS,
)
from kpu_nlp.spans import Span, labelled

_NAME_TO_ADDRESS = re.compile(NAME_TO_ADDRESS, re.IGNORECASE)
_TO_PLACE = re.compile(TO_PLACE, re.IGNORECASE)
_TO_VILLAGE = re.compile(TO_VILLAGE, re.IGNORECASE)
_ROOM_TO_BUILDING = re.compile(ROOM_TO_BUILDING, re.IGNORECASE)
_LIST_AFTER = re.compile(LIST_AFTER, re.IGNORECASE)
_LIST_COMMA = re.compile(LIST_COMMA)
# Villages go by these too, where they stand before a name: "Negeri Latuhalat", but not "SMA Negeri 1".
_VILLAGES = VILLAGE_WORDS | {"negeri", "ohoi", "lembang"}
_WORD = re.compile(r"[^\W_]+")
_NAME_WORD = re.compile(r"[^\s,]+")
_SENTENCE_END = re.compile(r"\n|(?<=[^\W_]{3})[.!?][”\"’)]?\s+(?=[^\W_a-z])")

# A gap between two parts of a place is short: " yang beralamat di ".
_LONGEST_GAP = 24

# Characters from a district to the building there: " , Senin (8/7/2024). Setelah menempuh dua jam perjalanan, ...".
_LONGEST_WAY = 300

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
        return _shown(self.places)

    @property
    def online(self) -> bool:
        return self.name is not None and is_online(self.name)


def _shown(places: Sequence[str]) -> str | None:
    """Return the printed places as a reader wants them: the town without what it lies in, a village only with its district."""
    if len(places) < 2:
        return ", ".join(places) or None
    narrow, wide = (place.casefold().replace(".", " ").split()[0] for place in places[:2])
    if narrow not in _VILLAGES:
        return places[0]
    return ", ".join(places) if wide in WIDER_WORDS else places[1]


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
        The places, and one warning ``ambiguous region: Malang`` per name that several regions bear, undecided by the article.
    """
    mended = mend_names(text, spans)
    parts = [mended.get(span, span) for span in labelled(spans, "FAC", "ADDRESS", "GPE")]
    found = _merge(list(_read_mentions(text, parts)))
    printed = {full: span for span, full in mended.items()}
    for entry in found:
        entry.mentions = [printed.get(span, span) for span in entry.mentions]
    if not found:
        return [], []
    context = read_regions(text, spans, outlet=outlet)
    _locate(text, parts, found, find_dateline(text, spans)[0] or _town_in_title(text, parts), context)
    warnings: dict[str, None] = {}
    places = [_finish(entry, context, warnings) for entry in found]
    return places, list(warnings)


def _read_mentions(text: str, parts: Sequence[Span]) -> list[_Found]:
    mentions: list[_Found] = []
    index = 0
    while index < len(parts):
        taken = (_take_village if parts[index].label == "GPE" else _take_place)(text, parts, index)
        if not taken:
            index += 1
            continue
        mentions.append(_describe(text, taken))
        index += len(taken)
    return mentions


def _take_place(text: str, parts: Sequence[Span], index: int) -> list[Span]:
    """Return the spans of one place, from a FAC or ADDRESS on."""
    taken = [parts[index]]
    rest = list(parts[index + 1 : index + 5])
    if taken[0].label == "FAC" and rest and _is_room_in(text, taken[0], *rest[:2]):
        taken.append(rest.pop(0))
    if taken[0].label == "FAC" and rest and rest[0].label == "ADDRESS" and _gap(text, taken[-1], rest[0], _NAME_TO_ADDRESS):
        taken.append(rest.pop(0))
    if rest and rest[0].label == "GPE" and _gap(text, taken[-1], rest[0], _TO_PLACE):
        taken.append(rest.pop(0))
        if rest and rest[0].label == "GPE" and _widens(text, taken[-1], rest[0]):
            taken.append(rest.pop(0))
    return taken


def _take_village(text: str, parts: Sequence[Span], index: int) -> list[Span]:
    """Return a village and its district where something takes place in them; none for any other place name."""
    taken = list(parts[index : index + 2])
    if len(taken) < 2 or taken[1].label != "GPE" or _first_word(text, taken[0]) not in _VILLAGES:
        return []
    before = text[max(0, taken[0].start - 30) : taken[0].start]
    return taken if _widens(text, *taken) and _TO_VILLAGE.search(before) else []


def _gap(text: str, left: Span, right: Span, pattern: re.Pattern[str]) -> bool:
    between = text[left.end : right.start]
    return len(between) <= _LONGEST_GAP and "\n" not in between and (not between or pattern.fullmatch(between) is not None)


def _first_word(text: str, span: Span) -> str:
    word = _WORD.search(text, span.start, span.end)
    return word.group().casefold() if word else ""


def _is_room_in(text: str, room: Span, building: Span, following: Span | None = None) -> bool:
    """Tell whether a room and the building after it are one place, not two of a list."""
    if building.label != "FAC" or not _gap(text, room, building, _ROOM_TO_BUILDING) or _LIST_AFTER.match(text, building.end):
        return False
    if text[room.end : building.start] == " ":
        # Two places of a list have a mark or a word between them; this is one, cut in two.
        return True
    if following is not None and following.label == "FAC" and _gap(text, building, following, _LIST_COMMA):
        return False
    return _first_word(text, room) in ROOM_WORDS and _first_word(text, building) in BUILDING_WORDS


def _widens(text: str, narrow: Span, wide: Span) -> bool:
    """Tell whether a second place name only widens the first: a village and its district."""
    if text[narrow.end : wide.start].strip() != "," or "\n" in text[narrow.end : wide.start]:
        return False
    return _first_word(text, narrow) in _VILLAGES or _first_word(text, wide) in WIDER_WORDS


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
    known.mentions += other.mentions


def _locate(text: str, parts: Sequence[Span], found: list[_Found], dateline: str | None, context: ArticleRegions) -> None:
    """Give a town to the places of the sentence that first names one, where the event is told, if none is printed after them.

    The town is the dateline's, unless the report goes to a district of it or the building's name ends in another town; without
    a dateline, that of the building's name.
    """
    title_end = text.find("\n")
    scene_end: int | None = None
    for entry in found:
        body = [span for span in entry.mentions if span.start > title_end]
        if entry.online or entry.name is None or not body:
            continue
        if scene_end is None:
            sentence_end = _SENTENCE_END.search(text, body[0].end)
            scene_end = sentence_end.start() if sentence_end else len(text)
        if body[0].start > scene_end or entry.places:
            # Past the scene; or the report has left the dateline's town: in Batu and in a hall of Malang.
            return
        town = _district_before(text, parts, body[0]) or _town_in_name(entry.name, dateline, context)
        entry.places = (town,) if town else ()


def _district_before(text: str, parts: Sequence[Span], building: Span) -> str | None:
    """Return the district that the report goes to before it names a building there: ``ke Kecamatan Maju ... di Balai Desa``."""
    for span in reversed([span for span in parts if building.start - _LONGEST_WAY < span.start < building.start]):
        if span.label == "GPE" and "\n" not in text[span.end : building.start]:
            word = _first_word(text, span)
            if AREA_KINDS.get(word) == "district" and text[max(0, span.start - 4) : span.start].casefold().endswith(" ke "):
                return span.of(text)
    return None


def _town_in_title(text: str, parts: Sequence[Span]) -> str | None:
    """Return the place that a headline reports from: ``FGD di Kuala Pembuang Soroti ...``."""
    title_end = text.find("\n")
    in_title = (span for span in parts if span.label == "GPE" and span.end <= title_end)
    return next(
        (
            well_cased(span.of(text))
            for span in in_title
            if text[max(0, span.start - 4) : span.start].casefold().endswith(" di ")
        ),
        None,
    )


def _town_in_name(name: str, dateline: str | None, context: ArticleRegions) -> str | None:
    """Return the dateline's town, or the one at the end of a building's name where that is another or none is known."""
    if dateline is not None and _is_office_elsewhere(name, dateline, context):
        return None
    if not NAMED_AFTER_WORDS.isdisjoint(_WORD.findall(name.casefold())):
        return dateline
    words = [(match.group(), match.start()) for match in _NAME_WORD.finditer(name)]
    for count in (3, 2, 1):
        if len(words) <= count:
            continue
        before, town = words[-count - 1][0].casefold().rstrip("."), name[words[-count][1] :]
        kind = AREA_KINDS.get(before)
        if not town[:1].isupper() or before in VILLAGE_WORDS or words[-count][0].casefold().rstrip(".") in AREA_KINDS:
            continue
        if kind == "regency" or before in OFFICE_WORDS:
            alike = {area.kind for area in find_areas(town, districts=False)}
            if "regency" in alike:
                # An office of Kabupaten Malang need not stand in the city of that name; one of Kabupaten Gianyar is in Gianyar.
                return dateline or (town if alike == {"regency"} else None)
        area = decide_area(town, context).area if kind not in ("regency", "province") else None
        if area is None or (before in NAMING_WORDS and area.kind == "regency"):
            continue
        if dateline is None:
            return town if area.kind != "province" else None
        return town if kind is None and _is_elsewhere(area, dateline, context) else dateline
    return dateline


def _is_elsewhere(area: Area, dateline: str, context: ArticleRegions) -> bool:
    """Tell whether a town is another city than the dateline's, or a district of the dateline's regency."""
    home = decide_area(dateline, context).area
    if home is None or area.code == home.code:
        return False
    return area.kind == "city" or (area.kind == "district" and home.kind == "regency" and area.regency == home.code)


def _is_office_elsewhere(name: str, dateline: str, context: ArticleRegions) -> bool:
    """Tell whether a building is that of an office elsewhere than in the dateline's town: the province's, or another city's."""
    own, home = region_inside(name), decide_area(dateline, context).area
    if own is None or home is None or home.kind == "province":
        return False
    if own.kind == "province":
        return home.kind != "city" and home.regency not in CAPITAL_REGENCIES
    return own.kind == "city" and own.code != home.regency


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
    """Decide the region by the printed towns, the narrowest that has a code, then by a region inside the building's name."""
    ambiguous: str | None = None
    own = region_inside(entry.name) if entry.name is not None else None
    if own is not None and own.kind != "province":
        # ``Aula KPU Kota Malang, Malang``: the building says which Malang.
        context = replace(context, offices=frozenset({own.code}))
    decided: list[Area] = []
    for name in entry.places:
        decision = decide_area(name, context)
        decided += [decision.area] if decision.area is not None else []
        ambiguous = ambiguous or (name if decision.ambiguous else None)
    if decided:
        return max(decided, key=lambda area: len(area.code))
    if own is not None and own.kind != "province":
        return own
    if ambiguous is not None:
        warnings[f"ambiguous region: {ambiguous}"] = None
    return None
