"""Which of several regions a name means in an article, and in which time zone the article stands.

The article decides through its other names: the office that publishes it (``kab-ende.kpu.go.id``), the offices it speaks of
(``KPU Kota Malang``), regions that it names with their kind (``Kabupaten Malang``, ``Wali Kota Malang``), and its provinces.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kpu_nlp.linking.dateline import dateline_end, find_dateline
from kpu_nlp.linking.dateline_words import HOST
from kpu_nlp.linking.regions import Area, area_of_code, find_areas
from kpu_nlp.linking.regions_words import NAMING_WORDS, OFFICE_WORDS, PROVINCE_ZONES, VILLAGE_WORDS
from kpu_nlp.schema import Region
from kpu_nlp.spans import Span, labelled

_HOST = re.compile(HOST, re.IGNORECASE)
_COMMISSION = re.compile(r"kpu|kip", re.IGNORECASE)
_BOTH_KINDS = re.compile(r"\b(?:kabupaten|kab\.?)\s*(?:/|dan|&)\s*$", re.IGNORECASE)
_OFFICE_BEFORE = re.compile(r"\b(?:KPUD?|KIP|Komisi Pemilihan Umum|Komisi Independen Pemilihan)\W{1,4}$", re.IGNORECASE)
_NAMING = re.compile(
    r"\b(" + "|".join(sorted((re.escape(word).replace("\\ ", r"\s") for word in NAMING_WORDS), key=len, reverse=True)) + r")\b"
    r"\.?(?:[ \t]+adm(?:inistrasi|inistratif|\.)?)?[ \t]+(?=\w)",
    re.IGNORECASE,
)
_VILLAGE = tuple(f"{word} " for word in VILLAGE_WORDS)

# A name's words; a comma or a full stop ends it, so that the next sentence is never read as a part of it.
_NAME = re.compile(r"[A-Z0-9][\w'’]*(?:[ -](?:dan[ ])?[A-Z][\w'’]*){0,4}")


@dataclass(frozen=True, slots=True)
class ArticleRegions:
    """What an article tells of regions.

    Attributes:
        outlet: the regency, city or province of the publishing office, or None.
        offices: codes of the regencies and cities whose commission is spoken of.
        named: codes of the regencies and cities that are named with their kind, those of the offices included.
        provinces: how often each province is told, directly or by one of its regencies.
    """

    outlet: Area | None
    offices: frozenset[str]
    named: frozenset[str]
    provinces: Counter[str]


@dataclass(frozen=True, slots=True)
class Decision:
    """The area that a name means, or None; ``ambiguous`` where it can mean several and the article does not say which."""

    area: Area | None
    ambiguous: bool = False


@lru_cache(maxsize=4096)  # bounded: a bulk job meets names without end
def outlet_area(outlet: str) -> Area | None:
    """Return the region of a publishing office by its host name: ``kab-ende.kpu.go.id``, ``kpu-bone.go.id``."""
    labels = [label for label in outlet.casefold().split(".") if label not in ("www", "kpu", "go", "id", "com")]
    if not labels or not _COMMISSION.search(outlet):
        return None
    label = re.sub(r"^(?:kpu|kip)d?-?", "", labels[0])
    kind = None
    for word in ("kabupaten", "kab", "kota", "provinsi", "prov"):
        if label.startswith((f"{word}-", f"{word}_")) or (label.endswith(word) and label != word):
            kind, label = word, label.removeprefix(word).strip("-_") if label.startswith(word) else label.removesuffix(word)
            break
    return _only(_settlements(find_areas(f"{kind} {label}" if kind else label, districts=False)))


def read_regions(text: str, spans: Sequence[Span], *, outlet: str | None = None) -> ArticleRegions:
    """Collect what an article tells of regions.

    Args:
        text: the article.
        spans: its spans, sorted.
        outlet: the publishing site where it is known from elsewhere than the text.
    """
    offices: set[str] = set()
    named: set[str] = set()
    provinces: Counter[str] = Counter()
    publisher = _publisher(text, outlet)
    if publisher is not None:
        provinces[publisher.province_code] += 1
    for area, of_office in _named_areas(text):
        provinces[area.province_code] += 1
        if area.kind != "province":
            named.add(area.code)
            if of_office:
                offices.add(area.code)
    for surface, count in Counter(span.of(text) for span in labelled(spans, "GPE")).items():
        found = {area.province_code for area in find_areas(surface, districts=False)}
        if len(found) == 1:
            provinces[found.pop()] += count
    return ArticleRegions(publisher, frozenset(offices), frozenset(named), provinces)


def _publisher(text: str, outlet: str | None) -> Area | None:
    hosts = [outlet] if outlet else []
    hosts += [match.group() for match in _HOST.finditer(text, 0, dateline_end(text))]
    return next((area for area in map(outlet_area, hosts) if area is not None), None)


def _named_areas(text: str) -> Iterable[tuple[Area, bool]]:
    """Yield the areas that the text names with a word of kind or office before them, and whether the office is a commission."""
    for match in _NAMING.finditer(text):
        word = " ".join(match.group(1).casefold().split())
        name = _NAME.match(text, match.end())
        if name is None:
            continue
        kind = NAMING_WORDS[word]
        before = text[max(0, match.start() - 40) : match.start()]
        of_office = word in OFFICE_WORDS or _OFFICE_BEFORE.search(before) is not None
        if kind == "city" and _BOTH_KINDS.search(before):
            # ``Kabupaten/Kota Malang`` means both.
            for area in _longest(name.group(), "regency"):
                yield area, of_office
        found = _longest(name.group(), kind)
        if len(found) == 1:
            yield found[0], of_office


@lru_cache(maxsize=4096)  # bounded: a bulk job meets names without end
def _longest(name: str, kind: str | None) -> tuple[Area, ...]:
    """Return the areas of one kind whose name is the longest beginning of ``name``."""
    ends = [match.end() for match in re.finditer(r"[\w'’]+", name)]
    for end in reversed(ends):
        found = [area for area in find_areas(name[:end], districts=False) if kind in (None, area.kind)]
        if found:
            return tuple(found)
    return ()


def _only(areas: Sequence[Area]) -> Area | None:
    return areas[0] if len(areas) == 1 else None


def _one_district(areas: Sequence[Area]) -> Area | None:
    """Return the only area; of several districts with one name in one regency, the regency: Maba and Kota Maba."""
    if len(areas) > 1 and len({area.regency for area in areas}) == 1:
        return area_of_code(areas[0].regency)
    return _only(areas)


def _settlements(areas: Sequence[Area]) -> list[Area]:
    """Leave a province out where a city or regency has its name: a place called Bengkulu is the city."""
    upper = [area for area in areas if area.kind in ("city", "regency")]
    return upper or [area for area in areas if area.kind == "province"]


def decide_area(name: str, context: ArticleRegions) -> Decision:
    """Decide which area a place's name means in an article.

    The publishing office counts first, then the offices spoken of, then the other regions named, then the provinces. A district
    of one of those regencies counts before a regency of the same name elsewhere, but not before a city: the name is then
    ambiguous. A district's name elsewhere than in the article's provinces is no evidence at all. A village lies in the regency
    of the article where it names only one.
    """
    found = find_areas(name)
    upper = _settlements(found)
    districts = [area for area in found if area.kind == "district"]
    home = {context.outlet.code} if context.outlet is not None and context.outlet.kind != "province" else set()
    if not found and name.casefold().startswith(_VILLAGE):
        regencies = home | context.named
        return Decision(area_of_code(next(iter(regencies))) if len(regencies) == 1 else None)
    has_city = any(area.kind == "city" for area in upper)
    for evidence in (home, context.offices, context.named):
        hit = _only([area for area in upper if area.code in evidence])
        if hit is None and not has_city:
            hit = _one_district([area for area in districts if area.regency in evidence])
        if hit is not None:
            return Decision(hit)
    if len(upper) == 1:
        return Decision(upper[0])
    return _decide_by_province(upper or districts, context)


def _decide_by_province(areas: Sequence[Area], context: ArticleRegions) -> Decision:
    if not areas:
        return Decision(None)
    own = {context.outlet.province_code} if context.outlet is not None else set()
    plausible: list[Area] = list(areas)
    for evidence in (own, set(context.provinces)):
        inside = [area for area in areas if area.province_code in evidence]
        hit = _one_district(inside)
        if hit is not None:
            return Decision(hit)
        if inside:
            plausible = inside
            break
    if plausible[0].kind == "district" and context.provinces and plausible[0].province_code not in context.provinces:
        return Decision(None)
    return Decision(plausible[0]) if len(plausible) == 1 else Decision(None, ambiguous=True)


def decide_region(name: str, context: ArticleRegions) -> Region | None:
    """Return the region that a place's name means in an article, or None where it means none or the article does not decide."""
    area = decide_area(name, context).area
    return area.region() if area is not None else None


def region_inside(name: str) -> Area | None:
    """Return the one region that is named with its kind inside another name: ``Aula KPU Kota Batu``."""
    return _only(list({area.code: area for area, _ in _named_areas(name)}.values()))


def article_zone(text: str, spans: Sequence[Span], *, outlet: str | None = None) -> str | None:
    """Return the zone offset of an article's place: ``+07:00`` (WIB), ``+08:00`` (WITA) or ``+09:00`` (WIT).

    The dateline decides, then the publishing office, then the zone of most regions named; None where the article names none or
    two zones equally often. The zones are those of Presidential Decree 41 of 1987.

    Args:
        text: the article.
        spans: its spans, sorted.
        outlet: the publishing site where it is known from elsewhere than the text.
    """
    context = read_regions(text, spans, outlet=outlet)
    place, _ = find_dateline(text, spans)
    if place is not None:
        decided = decide_area(place, context).area
        zone = _common_zone([decided] if decided is not None else _settlements(find_areas(place)))
        if zone is not None:
            return zone
    if context.outlet is not None:
        return PROVINCE_ZONES.get(context.outlet.province_code)
    votes: Counter[str] = Counter()
    for province, count in context.provinces.items():
        votes[PROVINCE_ZONES[province]] += count
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def _common_zone(areas: Iterable[Area]) -> str | None:
    zones = {PROVINCE_ZONES.get(area.province_code) for area in areas}
    return zones.pop() if len(zones) == 1 else None
