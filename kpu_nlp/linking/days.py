"""What the DATE spans of one article mean: calendar days, months and years, relative days and weekdays included."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from kpu_nlp.linking.dates import Calendar, Point, PrintedDate, following_point, normalize, read_date
from kpu_nlp.linking.layout import Layout
from kpu_nlp.linking.lead import reported_days
from kpu_nlp.linking.times_words import (
    BACKWARD_SIDES,
    COUNTED_UNIT,
    DAYS_APART,
    EXPECTED,
    FUTURE_SIDES,
    LATER_HINT,
    NEXT_DAY,
    NUMBER_WORDS,
    PAST_SIDES,
    RECURRING,
    RELATIVE_DAY,
    RELATIVE_DAYS,
    RELATIVE_UNIT,
    WEEK,
    WEEKDAYS,
)
from kpu_nlp.spans import Span, labelled

_YEAR = re.compile(r"(?<![\d/.,-])(?:19|20)\d\d(?![\d/])")
_TRAILING_WEEKDAY = re.compile(r"\b(?:" + "|".join(WEEKDAYS) + r"|jum.at)\b[\s,(]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """What a DATE span says: ISO strings, reduced where only a month or a year is told."""

    start: str | None = None
    end: str | None = None


NOTHING = Said()


def published_day(published: str | None) -> date | None:
    """Return the day of an ISO date or date and time, or None for anything else."""
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None


def as_day(iso: str | None) -> date | None:
    """Return the day of a full ISO date; None for a reduced one."""
    return date.fromisoformat(iso) if iso is not None and len(iso) == 10 else None


def moved(day: date, days: int) -> date | None:
    """Return the day so many days later, or None beyond the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


class DateSenses:
    """What the DATE spans of one article mean: first those that stand for themselves, then those that lean on others."""

    def __init__(self, layout: Layout, spans: Sequence[Span], published: date | None) -> None:
        self.layout = layout
        self.published = published
        self.spans = labelled(spans, "DATE")
        self._printed = [read_date(span.of(layout.text)) for span in self.spans]
        self.said = [NOTHING] * len(self.spans)
        full = [day for printed in self._printed for point in printed.points if (day := as_day(point.iso()))]
        self._calendar = Calendar(published, full, _named_years(layout.text, spans) if published is None else ())
        for index in range(len(self.spans)):
            self.said[index] = self._alone(index)
        for index in range(len(self.spans) - 1):
            if not self._printed[index].points and self._renamed(index):
                self.said[index] = self.said[index + 1]
        self.days = [
            (span, first, as_day(said.end) or first)
            for span, said in zip(self.spans, self.said, strict=True)
            if (first := as_day(said.start))
        ]
        self.lead = reported_days(layout, spans, self.days, published)
        for index in range(len(self.spans)):
            if self.said[index] == NOTHING:
                self.said[index] = self._leaning(index)

    def _alone(self, index: int) -> Said:
        """Return what a span says by itself and the day of publication."""
        surface = normalize(self.spans[index].of(self.layout.text))
        printed = self._printed[index]
        if printed.period is not None:
            return self._period(printed)
        if printed.points and not COUNTED_UNIT.search(surface):
            return self._points(index, surface, printed)
        if self.published is None or printed.points:
            return NOTHING
        return self._relative(surface, printed, self.published)

    def _renamed(self, index: int) -> bool:
        """Tell whether the next span says the same day in full: ``hari ini, Selasa (19/7)``."""
        here, following = self.spans[index], self.spans[index + 1]
        gap = self.layout.text[here.end : min(following.start, here.end + 3)]
        if here.end + 3 < following.start or gap.strip(" ,(") or not self._printed[index + 1].points:
            return False
        return as_day(self.said[index + 1].start) is not None and self.said[index + 1].end is None

    def _period(self, printed: PrintedDate) -> Said:
        years = [point.year for point in printed.points if point.year]
        if len(years) != 1 or printed.period is None:
            return NOTHING
        first, last = printed.period
        return Said(Point(month=first, year=years[0]).iso(), Point(month=last, year=years[0]).iso())

    def _points(self, index: int, surface: str, printed: PrintedDate) -> Said:
        first = self._dated(index, surface, printed)
        points = [first]
        for point in printed.points[1:]:
            points.append(following_point(points[-1], point))
        start, last = first.iso(), points[-1].iso() if len(points) > 1 else None
        if start is None or last is None or not (printed.ranged or _consecutive(points)):
            # 21 dan 26 November: two days, not the time between them.
            return Said(start)
        return Said(start, last if last >= start else None)

    def _dated(self, index: int, surface: str, printed: PrintedDate) -> Point:
        """Return the first point, with the year that it does not print."""
        first = printed.points[0]
        if first.year is not None or first.month is None:
            return first
        span = self.spans[index]
        weekdays = printed.weekdays
        if not weekdays and (match := _TRAILING_WEEKDAY.search(self.layout.before(span.start, 12))):
            # A tagger may have left the weekday outside the span.
            weekdays = read_date(match.group()).weekdays
        hint = LATER_HINT.match(self.layout.after(span.end, 30))
        words = surface.split() + (hint.group().lower().split() if hint else [])
        side = -1 if any(word in PAST_SIDES for word in words) else 1 if any(word in FUTURE_SIDES for word in words) else 0
        weekday = weekdays[0] if weekdays and first.day is not None else None
        return replace(first, year=self._calendar.year_of(first, weekday, side))

    def _relative(self, surface: str, printed: PrintedDate, today: date) -> Said:
        """Return what ``kemarin``, ``Senin depan``, ``bulan lalu`` mean on the day of publication."""
        if printed.weekdays:
            return self._marked_weekday(surface, printed, today)
        if match := RELATIVE_DAY.search(surface):
            # "harinya" leans on a day told earlier; "kemarin" behind a week or month is that week's or month's.
            if NEXT_DAY.search(surface) or WEEK.search(surface) or RELATIVE_UNIT.search(surface):
                return self._unit(surface, today)
            return Said(_iso(moved(today, RELATIVE_DAYS[match.group()])))
        return self._unit(surface, today)

    def _unit(self, surface: str, today: date) -> Said:
        match = RELATIVE_UNIT.search(surface)
        if match is None or COUNTED_UNIT.search(surface):
            return NOTHING
        step = 0 if match["side"] == "ini" else -1 if match["side"] in PAST_SIDES else 1
        if match["unit"] == "tahun":
            return Said(Point(year=today.year + step).iso())
        months = today.year * 12 + today.month - 1 + step
        return Said(Point(month=months % 12 + 1, year=months // 12).iso())

    def _marked_weekday(self, surface: str, printed: PrintedDate, today: date) -> Said:
        """Return the days of ``Senin depan``, ``Kamis kemarin``, ``Jumat pekan lalu``, ``Kamis dan Jumat ini``."""
        if surface in ("minggu depan", "minggu lalu", "minggu ini", "minggu kemarin"):
            # "Minggu" is Sunday and week; with these words nearly always week.
            return NOTHING
        first = printed.weekdays[0]
        week = WEEK.search(surface)
        words = surface.split()
        if week is not None and len(words) > 2:
            step = 0 if week["side"] == "ini" else -7 if week["side"] in PAST_SIDES else 7
            start = moved(today, first - today.weekday() + step)
        elif any(word in PAST_SIDES for word in words):
            start = moved(today, -((today.weekday() - first - 1) % 7 + 1))
        elif any(word in FUTURE_SIDES for word in words):
            start = moved(today, (first - today.weekday() - 1) % 7 + 1)
        elif "ini" in words:
            start = moved(today, (first - today.weekday()) % 7)
        else:
            return NOTHING
        last = printed.weekdays[-1]
        end = moved(start, (last - first) % 7) if start is not None and len(printed.weekdays) > 1 else None
        return Said(_iso(start), _iso(end) if end != start else None)

    def _leaning(self, index: int) -> Said:
        """Return what ``keesokan harinya`` or a bare weekday says after the dates around it."""
        span = self.spans[index]
        surface = normalize(span.of(self.layout.text))
        printed = self._printed[index]
        if printed.points:
            return NOTHING
        if printed.weekdays:
            recurring = len(printed.weekdays) > 1 or RECURRING.search(self.layout.before(span.start, 30))
            return NOTHING if recurring or WEEK.search(surface) else self._bare_weekday(index, printed.weekdays[0])
        step = _days_apart(surface)
        known, day = self._told_before(index)
        if step is None or (day is None and (known or self.lead is None or self.layout.quoted(span.start))):
            return NOTHING
        anchor = day or (self.lead.first if self.lead else None)
        return Said(_iso(moved(anchor, step))) if anchor else NOTHING

    def _told_before(self, index: int) -> tuple[bool, date | None]:
        """Return whether the sentence tells a date before this one, and its last day where that is known."""
        if index == 0 or self.layout.sentence(self.spans[index - 1].start) != self.layout.sentence(self.spans[index].start):
            return False, None
        said = self.said[index - 1]
        return True, as_day(said.end) or as_day(said.start)

    def _bare_weekday(self, index: int, weekday: int) -> Said:
        """Return the day of a weekday alone: in the reported range, after a date of its sentence, else near publication."""
        span = self.spans[index]
        if self.lead is not None and self.lead.last > self.lead.first and (self.lead.last - self.lead.first).days < 7:
            within = moved(self.lead.first, (weekday - self.lead.first.weekday()) % 7)
            if within is not None and within <= self.lead.last:
                return Said(_iso(within))
        if self.layout.quoted(span.start):
            return NOTHING
        _, day = self._told_before(index)
        if day is not None:
            return Said(_iso(moved(day, (weekday - day.weekday()) % 7)))
        if self.published is None:
            return NOTHING
        if EXPECTED.search(self.layout.before(span.start, 150)):
            return Said(_iso(moved(self.published, (weekday - self.published.weekday() - 1) % 7 + 1)))
        return Said(_iso(moved(self.published, -((self.published.weekday() - weekday) % 7))))


def _days_apart(surface: str) -> int | None:
    """Return how many days ``sehari sebelumnya``, ``keesokan harinya`` lie from the day told before, or None."""
    if NEXT_DAY.search(surface):
        return 1
    match = DAYS_APART.search(surface)
    if match is None:
        return None
    count = match["count"].strip()
    days = int(count) if count.isdigit() else NUMBER_WORDS.get(count)
    if count == "se":
        days = 1
    if days is None:
        return None
    return -days if match["side"] in BACKWARD_SIDES else days


def _consecutive(points: Sequence[Point]) -> bool:
    days = [as_day(point.iso()) for point in points]
    return all(before is not None and after is not None and (after - before).days == 1 for before, after in pairwise(days))


def _named_years(text: str, spans: Sequence[Span]) -> set[int]:
    """Return every year that the article names outside the numbers of its statutes."""
    laws = labelled(spans, "LAW")
    pieces, last = [], 0
    for law in laws:
        pieces.append(text[last : law.start])
        last = law.end
    pieces.append(text[last:])
    return {int(match.group()) for piece in pieces for match in _YEAR.finditer(piece)}
