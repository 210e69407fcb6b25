"""Reading Indonesian clock times: from the characters of a TIME span to hours, minutes, zone and open end."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kpu_nlp.linking.times_words import (
    CLOCK,
    CLOCK_PREFIX,
    CLOCK_RANGE,
    DAYPART,
    LONG_ZONES,
    NUMBER_WORDS,
    OPEN_END,
    ZONE,
    ZONES,
)

_NOON = 12 * 60
MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True)
class PrintedClock:
    """What a TIME span prints.

    Attributes:
        start, end: minutes after midnight; 1440 for ``24.00``, more for an end on the next day; None where not told.
        zone: ``+07:00``, ``+08:00`` or ``+09:00`` where a zone word stands, else None.
        open_end: ``sampai selesai``.
    """

    start: int | None = None
    end: int | None = None
    zone: str | None = None
    open_end: bool = False


def zone_of(text: str) -> str | None:
    """Return the offset of the first zone word in ``text``, or None."""
    match = ZONE.search(text)
    if match is None:
        return None
    return ZONES[(match["short"] or LONG_ZONES[match["long"].lower()]).lower()]


def _number(printed: str) -> int:
    return int(printed) if printed.isdigit() else NUMBER_WORDS[printed.lower()]


def _by_daypart(hour: int, part: str) -> int | None:
    """Return the hour of 24 that a reader understands by ``hour`` in that part of the day, or None where none fits."""
    if hour > 12:
        return hour
    if part in ("pagi", "subuh") or part.startswith("dini"):
        return hour % 12
    if part == "siang":
        return hour if hour >= 10 else hour + 12
    if part in ("sore", "petang"):
        return hour + 12 if hour < 12 else None
    # Malam: 6 to 11 in the evening, 12 at midnight, 1 to 4 after it.
    if hour == 12:
        return 24
    return hour if hour <= 4 else hour + 12


def _minutes(match: re.Match[str], daypart: str | None) -> int | None:
    """Return the minutes after midnight of one printed time, or None where it is no time or leaves morning and evening open."""
    hour = int(match["hour"]) if match["hour"] else _number(match["word"])
    minute = int(match["minute"] or 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    if daypart is not None:
        placed = _by_daypart(hour, daypart)
        if placed is None:
            return None
        hour = placed
    elif match["minute"] is None and hour < 7:
        # "jam 2" is afternoon to one reader and night to another; "jam 9" is the morning of an office.
        return None
    total = hour * 60 + minute - (30 if match["half"] else 0)
    return _shifted(total, match)


def _shifted(total: int, match: re.Match[str]) -> int | None:
    """Apply ``lewat seperempat`` or ``kurang 10 menit``."""
    if match["side"] is None:
        return total
    if match["quarter"]:
        off = 15 if match["quarter"].lower() == "seperempat" else 30
    elif match["off"]:
        off = _number(match["off"])
    else:
        # "jam delapan lewat": past eight, nobody knows how far.
        return None
    total += -off if match["side"].lower() == "kurang" else off
    return total if 0 <= total <= MIDNIGHT else None


def _daypart(between: str) -> str | None:
    match = DAYPART.search(between)
    return " ".join(match["part"].lower().split()) if match else None


def read_clock(surface: str, daypart: str | None = None) -> PrintedClock:
    """Read what a TIME span prints; a surface without any time gives an empty result.

    Args:
        surface: the characters of the span, and the zone or part of the day that a tagger may have left behind it.
        daypart: the part of the day told before the span (``Rabu malam``), for hours without minutes.
    """
    zone = zone_of(surface)
    plain = CLOCK_PREFIX.sub(" ", ZONE.sub(" ", surface))
    found = list(CLOCK.finditer(plain))
    if not found:
        return PrintedClock(zone=zone)
    times: list[int | None] = []
    for here, match in enumerate(found[:2]):
        following = found[here + 1].start() if here + 1 < len(found) else len(plain)
        part = _daypart(plain[match.end() : following])
        if part is None and match["minute"] is None:
            # jam 1 sampai 3 siang: both in the afternoon.
            part = _daypart(plain[following:]) or daypart
        times.append(_minutes(match, part))
    ranged = CLOCK_RANGE.search(plain, found[0].end())
    start = times[0]
    end = times[1] if len(times) == 2 and ranged else None
    if start is not None and end is not None and end <= start:
        # 20.00 s.d. 02.00; more than half a day back is no night but a slip.
        end = end + MIDNIGHT if start - end >= _NOON else None
    open_end = end is None and ranged is not None and OPEN_END.search(plain, ranged.end()) is not None
    return PrintedClock(start, end, zone, open_end)
