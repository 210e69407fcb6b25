"""What offsets count: code points, as Python does, or the UTF-16 code units of JavaScript; they differ after an emoji.

A character beyond the Basic Multilingual Plane (U+10000 and above) is one code point and two code units.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal

from kpu_nlp.spans import Span

Unit = Literal["code-points", "utf-16"]
UNITS: tuple[Unit, ...] = ("code-points", "utf-16")

_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]")


def units_differ(text: str, end: int) -> bool:
    """Tell whether an offset up to ``end`` (in either unit) may stand for two places of the text."""
    return _ASTRAL.search(text, 0, end) is not None


def to_unit(text: str, offsets: Sequence[int], unit: Unit) -> list[int]:
    """Return offsets of code points as offsets in ``unit``; the inverse of `from_unit`."""
    if unit == "code-points":
        return list(offsets)
    places = [match.start() for match in _ASTRAL.finditer(text)]
    return [offset + bisect_left(places, offset) for offset in offsets]


def span_offsets(text: str, spans: Sequence[Span], unit: Unit) -> list[tuple[int, int]]:
    """Return start and end of every span in ``unit``."""
    offsets = to_unit(text, [offset for span in spans for offset in (span.start, span.end)], unit)
    return list(zip(offsets[::2], offsets[1::2], strict=True))


def from_unit(text: str, offsets: Sequence[int], unit: Unit) -> list[int | None]:
    """Return offsets in ``unit`` as offsets of code points.

    Returns:
        One offset each; None for one outside the text, or between the two code units of one character.
    """
    if unit == "code-points":
        return [offset if 0 <= offset <= len(text) else None for offset in offsets]
    length = 0
    places: dict[int, int] = {}
    for place, character in enumerate(text):
        places[length] = place
        length += 2 if ord(character) > 0xFFFF else 1
    places[length] = len(text)
    return [places.get(offset) for offset in offsets]
