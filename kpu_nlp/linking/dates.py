"""Reading Indonesian dates: from the characters of a DATE span to calendar days.

`read_date` says what is printed (days, months, years, weekday); `Calendar` supplies the year that is not printed, by the
rule of the JSON contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from kpu_nlp.linking.times_words import (
    APOSTROPHES,
    DATE_TOKEN,
    MONTHS,
    ORDINALS,
    PERIODS,
    ROMAN,
    WEEKDAYS,
)

# A weekday falls on the same date again after 5, 6 or 11 years, 12 across a leap year that is left out, and
# 29 February after 28: nothing further away can be nearest.
_NEAR_YEARS = 12
_LEAP_YEARS = 28
_ANCHORS = 20


@dataclass(frozen=True, slots=True)
class Point:
    """What is printed of one date; None where it is not."""

    day: int | None = None
    month: int | None = None
    year: int | None = None

    def iso(self) -> str | None:
        """Return the date in ISO 8601, reduced to month or year where no more is printed; None for an impossible one."""
        if self.year is None:
            return None
        if self.month is None:
            return None if self.day else f"{self.year:04d}"
        if self.day is None:
            return f"{self.year:04d}-{self.month:02d}" if 1 <= self.month <= 12 else None
        found = calendar_day(self.year, self.month, self.day)
        return found.isoformat() if found else None


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """What a DATE span prints.

    Attributes:
        points: the dates, in printed order, months and years shared as a reader shares them.
        ranged: the points are the two ends of a range.
        weekdays: the weekdays printed, 0 for Monday; ``malam Minggu`` is Saturday.
        period: first and last month of ``triwulan II``, ``semester I``.
    """

    points: tuple[Point, ...] = ()
    ranged: bool = False
    weekdays: tuple[int, ...] = ()
    period: tuple[int, int] | None = None


def calendar_day(year: int, month: int, day: int) -> date | None:
    """Return the day, or None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def full_year(printed: str) -> int:
    """Return the year of two or four digits; two digits are of this century (the commission was founded in 1999)."""
    return int(printed) if len(printed) == 4 else 2000 + int(printed)


def normalize(surface: str) -> str:
    """Return the surface in lower case, apostrophes dropped, one space between words."""
    return " ".join(APOSTROPHES.sub("", surface).lower().split())


def _split_numeric(printed: str) -> list[Point]:
    """Read ``18/7``, ``18/7/2022``, ``16-03-2021``, ``2022-07-18``; two numbers that are no day and month are two days."""
    parts = re.split(r"[/.\-]", printed)
    if len(parts) == 3 and len(parts[0]) == 4:
        return [Point(int(parts[2]), int(parts[1]), int(parts[0]))]
    if len(parts) == 3:
        return [Point(int(parts[0]), int(parts[1]), full_year(parts[2]))]
    day, month = int(parts[0]), int(parts[1])
    return [Point(day, month)] if 1 <= month <= 12 else [Point(day), Point(month)]


class _Reader:
    """Collects the points of one surface from left to right."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.ranged = False
        self.weekdays: list[int] = []
        self.period: tuple[int, int] | None = None
        self._before = ""

    def take(self, kind: str, printed: str) -> None:
        """Take one token."""
        if kind in ("iso", "full", "daymonth"):
            self.points += _split_numeric(printed)
        elif kind == "day":
            self._day(printed)
        elif kind == "year":
            self._year(int(printed))
        elif kind == "range":
            self.ranged = True
        elif kind == "word":
            self._word(printed)
        self._before = printed

    def _day(self, printed: str) -> None:
        if self._before in PERIODS:
            self._start_period(self._before, printed)
        elif 1 <= int(printed) <= 31:
            self.points.append(Point(day=int(printed)))

    def _year(self, year: int) -> None:
        last = self.points[-1] if self.points else None
        if last is not None and last.year is None and last.month is not None:
            self.points[-1] = replace(last, year=year)
        else:
            self.points.append(Point(year=year))

    def _word(self, word: str) -> None:
        if word in WEEKDAYS:
            # The evening "of Sunday" is the evening before it.
            self.weekdays.append((WEEKDAYS[word] - (self._before == "malam")) % 7)
        elif word in MONTHS:
            last = self.points[-1] if self.points else None
            if last is not None and last.day is not None and last.month is None:
                self.points[-1] = replace(last, month=MONTHS[word])
            else:
                self.points.append(Point(month=MONTHS[word]))
        elif self._before in PERIODS:
            self._start_period(self._before, word)

    def _start_period(self, kind: str, number: str) -> None:
        length = PERIODS[kind]
        place = ROMAN.get(number) or ORDINALS.get(number)
        if place is not None and place * length <= 12:
            self.period = ((place - 1) * length + 1, place * length)


def _share(points: list[Point]) -> list[Point]:
    """Give each point the month and the year that its neighbour prints for both (``11-13 Desember 2022``)."""
    for here in range(len(points) - 2, -1, -1):
        point, following = points[here], points[here + 1]
        if point.day is not None and point.month is None:
            point = replace(point, month=following.month, year=following.year)
        if point.year is None and point.month is not None and following.year is not None and following.month is not None:
            later = (point.month, point.day or 0) > (following.month, following.day or 31)
            point = replace(point, year=following.year - later)
        points[here] = point
    for here in range(1, len(points)):
        points[here] = following_point(points[here - 1], points[here])
    return points


def following_point(point: Point, following: Point) -> Point:
    """Return ``following`` with the year of the date before it, or the next year where it would lie earlier."""
    if following.year is None and following.month is not None and point.year is not None and point.month is not None:
        earlier = (following.month, following.day or 31) < (point.month, point.day or 0)
        return replace(following, year=point.year + earlier)
    return following


def read_date(surface: str) -> PrintedDate:
    """Read what a DATE span prints; a surface without any date gives an empty result."""
    reader = _Reader()
    for match in DATE_TOKEN.finditer(normalize(surface)):
        # The group that names the kind of token; `mark` is only the separator inside `full`.
        kind = "full" if match.lastgroup == "mark" else match.lastgroup or ""
        reader.take(kind, match.group())
    ranged = reader.ranged and len(reader.points) > 1
    return PrintedDate(tuple(_share(reader.points)), ranged, tuple(reader.weekdays), reader.period)


class Calendar:
    """What an article tells about the years it speaks of.

    Args:
        published: the day of publication, or None.
        dated: the dates that the article prints in full.
        years: every year that the article names.
    """

    def __init__(self, published: date | None, dated: Iterable[date] = (), years: Iterable[int] = ()) -> None:
        self.published = published
        # The first few are enough to place the rest, and keep a year-long chronicle from costing its square.
        self._anchors = list(dict.fromkeys(dated))[:_ANCHORS]
        self._years = sorted(set(years))
        self._found: dict[tuple[Point, int | None], int | None] = {}

    def year_of(self, point: Point, weekday: int | None = None, side: int = 0) -> int | None:
        """Return the year of a date that is printed without one, or None where the article does not decide it.

        Args:
            point: day and month, or a month alone.
            weekday: the weekday that must fit, or None.
            side: -1 for a date that must not lie after publication (``Februari lalu``), 1 for one not before it, else 0.
        """
        if point.month is None or not 1 <= point.month <= 12:
            return None
        if self.published is not None:
            return self._nearest(point, weekday, self.published, side)
        key = (point, weekday)
        if key not in self._found:
            self._found[key] = self._without_publication(point, weekday)
        return self._found[key]

    def _nearest(self, point: Point, weekday: int | None, anchor: date, side: int = 0) -> int | None:
        """Return the fitting year whose date lies nearest to ``anchor``; the earlier of two equally near."""
        reach = _LEAP_YEARS if (point.month, point.day) == (2, 29) else _NEAR_YEARS
        best: tuple[int, int] | None = None
        for year in range(anchor.year - reach, anchor.year + reach + 1):
            found = calendar_day(year, point.month or 1, point.day or 15)
            if found is None or (weekday is not None and found.weekday() != weekday):
                continue
            distance = (found - anchor).days
            if side * distance < 0:
                continue
            if best is None or abs(distance) < best[0]:
                best = (abs(distance), year)
        return best[1] if best else None

    def _without_publication(self, point: Point, weekday: int | None) -> int | None:
        anchors = self._anchors
        if not anchors:
            if weekday is None and len(self._years) != 1:
                return None
            # Seen from its middle, a year's own dates are nearer than any other year's.
            anchors = [date(year, 7, 1) for year in self._years]
        ranked = []
        for anchor in anchors:
            year = self._nearest(point, weekday, anchor)
            found = calendar_day(year, point.month or 1, point.day or 15) if year else None
            if found is not None:
                ranked.append((abs((found - anchor).days), found.year))
        return min(ranked)[1] if ranked else None
