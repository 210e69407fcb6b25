"""What every DATE and TIME span says, as ISO 8601 (the `times` of the JSON contract).

Dates that print no day are given in the reduced forms of ISO 8601: ``2019`` for a year, ``2019-03`` for a month.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from kpu_nlp.linking.clocks import MIDNIGHT, PrintedClock, read_clock, zone_of
from kpu_nlp.linking.days import NOTHING, DateSenses, as_day, moved, published_day
from kpu_nlp.linking.facts import Moment
from kpu_nlp.linking.layout import Layout
from kpu_nlp.linking.times_words import DAYPART, RECURRING, UNTIL_DONE, ZONE
from kpu_nlp.spans import Span, labelled

_LEFT_BEHIND = re.compile(rf"\s*(?:(?:{DAYPART.pattern})\s*)?(?:{ZONE.pattern})?", re.IGNORECASE)
# Characters between an hour and the date behind it: ", hari ".
_AT_ONCE = 8


class _Clocks:
    """Gives the TIME spans of one article their day and zone."""

    def __init__(self, dates: DateSenses, spans: Sequence[Span], zone: str | None) -> None:
        self._dates = dates
        self._layout = dates.layout
        times = labelled(spans, "TIME")
        zones = {found for span in times if (found := zone_of(span.of(self._layout.text)))}
        # Where the province is unknown, an article that prints one zone only speaks of that zone.
        self._zone = zone or (zones.pop() if len(zones) == 1 else None)
        self._by_sentence: dict[int, list[int]] = {}
        for index, span in enumerate(dates.spans):
            self._by_sentence.setdefault(self._layout.sentence(span.start), []).append(index)

    def moment(self, span: Span) -> Moment:
        """Return what one TIME span says."""
        text = self._layout.text
        left = _LEFT_BEHIND.match(self._layout.after(span.end, 25))
        surface = span.of(text) + (left.group() if left else "")
        before = DAYPART.search(self._layout.before(span.start, 25))
        clock = read_clock(surface, before["part"].lower() if before else None)
        rest = self._layout.after(span.end + (left.end() if left else 0), 30)
        open_end = clock.open_end or (clock.end is None and UNTIL_DONE.match(rest) is not None)
        zone = clock.zone or self._zone
        if clock.start is None or zone is None:
            return Moment(span, None, None, open_end, "time")
        day = self._day(span)
        start, end = _clock_iso(day, clock, zone)
        return Moment(span, start, end, open_end, "datetime" if day and start else "time")

    def _day(self, span: Span) -> date | None:
        """Return the day of a clock time: told in its sentence, else the day that the article reports."""
        index = self._date_in_sentence(span)
        if index is None:
            return self._dates.lead.first if self._dates.lead else None
        said = self._dates.said[index]
        day = as_day(said.start)
        lead = self._dates.lead
        if day is None and lead is not None and said == NOTHING and not _recurs(self._layout, self._dates.spans[index]):
            return lead.first
        return day

    def _date_in_sentence(self, span: Span) -> int | None:
        """Return the index of the date that a clock time goes with: the one before it in its sentence, else the one after."""
        found = self._by_sentence.get(self._layout.sentence(span.start), [])
        before = [index for index in found if self._dates.spans[index].start < span.start]
        if before:
            return before[-1]
        # A date behind the hour is its own only when it follows at once: "pukul 09.00 WIB, Senin (4/3)".
        near = [index for index in found if self._dates.spans[index].start - span.end <= _AT_ONCE]
        return near[0] if near else None


def _recurs(layout: Layout, span: Span) -> bool:
    return RECURRING.search(layout.before(span.start, 30)) is not None


def _clock_iso(day: date | None, clock: PrintedClock, zone: str) -> tuple[str | None, str | None]:
    def iso(minutes: int | None) -> str | None:
        if minutes is None:
            return None
        hours = f"{minutes % MIDNIGHT // 60:02d}:{minutes % 60:02d}{zone}"
        if day is None:
            return hours
        on = moved(day, minutes // MIDNIGHT)
        return f"{on.isoformat()}T{hours}" if on else None

    return iso(clock.start), iso(clock.end)


def resolve_moments(text: str, spans: Sequence[Span], *, published: str | None = None, zone: str | None = None) -> list[Moment]:
    """Say what every DATE and TIME span means.

    A date without a year takes the year in which its weekday fits nearest to ``published``; where that is unknown, nearest to
    the dates and years that the article names. A clock time takes the date of its sentence, else the day that the article
    reports; without any zone its start stays None. What the article does not decide (``pekan lalu``, ``H-7``, ``tanggal 5``)
    stays None.

    Args:
        text: the article.
        spans: its spans, sorted, of any label.
        published: the day of publication as an ISO date, or None.
        zone: the zone offset of the article's province (``+07:00``), for times without a zone word; None where unknown.

    Returns:
        One moment per DATE and TIME span, in text order.
    """
    layout = Layout(text, spans)
    dates = DateSenses(layout, spans, published_day(published))
    clocks = _Clocks(dates, spans, zone)
    said = dict(zip(dates.spans, dates.said, strict=True))
    moments = []
    for span in labelled(spans, "DATE", "TIME"):
        if span.label == "TIME":
            moments.append(clocks.moment(span))
        else:
            moments.append(Moment(span, said[span].start, said[span].end, False, "date"))
    return moments
