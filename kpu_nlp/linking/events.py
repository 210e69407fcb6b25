"""The gathering that an article reports (the `event` of the JSON contract): its name, time, way of meeting and venue.

Articles name several meetings, days and places. Each is weighed by where it stands: the lead sentence, beside the reported day,
behind a verb of holding or attending. The weights are judgement, checked on the training part of the corpus.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from kpu_nlp.linking.days import published_day
from kpu_nlp.linking.events_words import (
    AT,
    BARE_WORD,
    BEGINS,
    CALLED_OFF,
    CLOSED,
    CLOSING,
    ENDS,
    FROM_ELSEWHERE,
    HELD,
    HYBRID,
    MEANWHILE,
    MEETING_PLATFORM,
    NOT_THE_OPENING,
    ONLINE_PLACE,
    ONLINE_WAY,
    OPENED,
    OTHER_GATHERING,
    POSTPONED,
    ROOM,
    SERVICE,
)
from kpu_nlp.linking.facts import Gathering, Moment, Place
from kpu_nlp.linking.gatherings import tells_of_a_gathering
from kpu_nlp.linking.layout import Layout
from kpu_nlp.linking.lead import Reported, reported_days
from kpu_nlp.spans import Span, labelled

# No article names its own gathering later than this among its events, hours and places.
_MOST = 40
# Characters between the reported date and its hour: ") malam, mulai ".
_BESIDE = 16
# A name that scores less is that of another gathering, which a late paragraph mentions. Of the annotated articles, those that
# have a gathering give their names -1.7 and more, those without -4.3 and less, but for one.
_NO_NAME = -3.0
# Without a named gathering, a place that scores no better is an address for enquiries or a stop on the way.
_NO_VENUE = -2.2


def report_event(
    text: str,
    spans: Sequence[Span],
    moments: Sequence[Moment],
    places: Sequence[Place],
    *,
    published: str | None = None,
) -> Gathering | None:
    """Find the gathering that the article reports.

    Args:
        text: the article.
        spans: its spans, sorted, of any label.
        moments: what its DATE and TIME spans say, in text order (`times.resolve_moments`).
        places: its venues in text order, each with its FAC span among the mentions.
        published: the day of publication as an ISO date, or None.

    Returns:
        The gathering, or None where the article tells neither a name nor a time nor a venue.
    """
    report = _Report(text, spans, moments, places, published)
    return report.gathering()


class _Report:
    """One article, seen for its gathering."""

    def __init__(
        self, text: str, spans: Sequence[Span], moments: Sequence[Moment], places: Sequence[Place], published: str | None
    ) -> None:
        self.text = text
        self.layout = Layout(text, spans)
        self.spans = spans
        self.moments = moments
        self.places = places
        self.published = published_day(published)
        self.day = self._find_day()

    def gathering(self) -> Gathering | None:
        name = self._name()
        clock = self._clock()
        venue = self._venue(name)
        if name is None and not self._unnamed(venue):
            return None
        start, end, open_end = self._when(clock)
        return Gathering(
            name=_plain_name(name.of(self.text)) if name else None,
            start=start,
            end=end,
            open_end=open_end,
            mode=self._mode(name, venue),
            venue=venue,
        )

    def _unnamed(self, venue: int | None) -> bool:
        """Tell whether the article reports a gathering that it does not name: its day or place is not enough."""
        anchors = [self.day.span.start] if self.day is not None else []
        if venue is not None:
            anchors += [span.start for span in self.places[venue].mentions]
        return bool(anchors) and tells_of_a_gathering(self.layout, self.spans, anchors)

    def _find_day(self) -> Reported | None:
        days: list[tuple[Span, date, date]] = []
        for moment in self.moments:
            if moment.kind == "date" and moment.start is not None and len(moment.start) == 10:
                first = date.fromisoformat(moment.start)
                last = date.fromisoformat(moment.end) if moment.end is not None and len(moment.end) == 10 else first
                days.append((moment.span, first, last))
        return reported_days(self.layout, self.spans, days, self.published)

    def _together(self, offset: int) -> float:
        """Return how near an offset stands to the reported day: its sentence, its paragraph."""
        if self.day is None:
            return 0.0
        there = self.day.span.start
        if self.layout.sentence(there) == self.layout.sentence(offset):
            return 2.0
        return 0.5 if self.layout.paragraph(there) == self.layout.paragraph(offset) else 0.0

    def _position(self, offset: int) -> float:
        """Return what speaks against a late place: paragraphs and sentences from the lead; a headline counts as the second."""
        sentence = self.layout.sentence(offset)
        paragraph = self.layout.paragraph(offset)
        if paragraph == 0 and self.layout.paragraphs > 1:
            return -1.0
        return -0.5 * min(paragraph, 8) - 0.3 * min(sentence, 12)

    # The name

    def _name(self) -> Span | None:
        named = labelled(self.spans, "EVENT")[:_MOST]
        events = [span for span in named if CALLED_OFF.match(self.layout.after(span.end, 80)) is None]
        title = _words(self.text[: self.layout.title_end])
        best = max(events, key=lambda span: (self._weigh_name(span, title), -span.start), default=None)
        if best is None or self._weigh_name(best, title) <= _NO_NAME:
            return None
        # The same name in the body is written as it is, not as headlines are.
        same = [span for span in events if span.of(self.text).casefold() == best.of(self.text).casefold()]
        return next((span for span in same if span.start >= self.layout.title_end), best)

    def _weigh_name(self, span: Span, title: frozenset[str]) -> float:
        before = self.layout.before(span.start, 60)
        words = _words(span.of(self.text))
        score = self._position(span.start) + self._together(span.start)
        score += 1.0 * (HELD.search(before) is not None)
        score -= 1.5 * (OTHER_GATHERING.search(before) is not None)
        score -= 2.0 * self.layout.quoted(span.start)
        if span.start >= self.layout.title_end:
            score += 2.0 * len(words & title) / max(1, len(words))
        # The full name, not the headline's short one.
        score += 0.1 * min(len(words), 10)
        return score

    # The hour

    def _clock(self) -> Moment | None:
        clocks = [moment for moment in self.moments if moment.kind != "date" and self._on_day(moment)][:_MOST]
        best = max(clocks, key=lambda moment: (self._weigh_clock(moment), -moment.span.start), default=None)
        return best if best is not None and self._weigh_clock(best) > -1.5 else None

    def _on_day(self, moment: Moment) -> bool:
        """Tell whether a clock time can be the gathering's: on its first day, or without any day where none is known."""
        if self.day is None:
            return moment.kind == "time"
        return moment.kind == "datetime" and moment.start is not None and moment.start[:10] == self.day.first.isoformat()

    def _weigh_clock(self, moment: Moment) -> float:
        span = moment.span
        before = self.layout.before(span.start, 60)
        # "Acara berlangsung dari pukul ..." may close the report, so that a late place says little.
        score = -0.2 * min(self.layout.paragraph(span.start), 5) - 0.15 * min(self.layout.sentence(span.start), 8)
        score += self._together(span.start)
        score += 1.5 * (BEGINS.search(before[-45:]) is not None) + 1.5 * (OPENED.search(before) is not None)
        score += 1.0 * (moment.end is not None or moment.open_end)
        score += 2.0 * self._beside_day(span)
        score -= 3.0 * (ENDS.search(before[-45:]) is not None) + 4.0 * (POSTPONED.search(before) is not None)
        score -= 3.0 * (NOT_THE_OPENING.search(before) is not None)
        score -= 2.0 * (MEANWHILE.search(self.layout.before(span.start, 140)) is not None)
        score -= 3.0 * self.layout.quoted(span.start)
        return score

    def _beside_day(self, span: Span) -> bool:
        """Tell whether a date that says the reported day, in whatever words, stands directly before a clock time."""
        if self.day is None:
            return False
        first = self.day.first.isoformat()
        return any(
            0 <= span.start - moment.span.end <= _BESIDE
            for moment in self.moments
            if moment.span == self.day.span or (moment.kind == "date" and moment.start == first and moment.end is None)
        )

    def _when(self, clock: Moment | None) -> tuple[str | None, str | None, bool]:
        """Return start, end and open end from the reported day and hour."""
        if self.day is None:
            return None, None, clock.open_end if clock else False
        first = self.day.first.isoformat()
        last = self.day.last.isoformat() if self.day.last > self.day.first else None
        if clock is None:
            return first, last, False
        if last is not None:
            # Over several days the hour is that of the opening; one that is told for every day ends none of them.
            return clock.start, self._closing(last, "") or last, False
        end = clock.end or (None if clock.open_end else self._closing(first, clock.start or ""))
        return clock.start, end, clock.open_end

    def _closing(self, day: str, after: str) -> str | None:
        """Return the hour at which the gathering closed on its last day, where the article tells it by itself."""
        for moment in self.moments:
            if moment.kind != "datetime" or moment.start is None or moment.start[:10] != day or moment.start <= after:
                continue
            told = self.layout.told_before(moment.span.start, 140)
            if (CLOSED.search(told) or CLOSING.search(told)) and not self.layout.quoted(moment.span.start):
                return moment.start
        return None

    # The venue

    def _venue(self, name: Span | None) -> int | None:
        best: tuple[float, int] | None = None
        for index, place in enumerate(self.places[:_MOST]):
            for span in labelled(place.mentions, "FAC") or place.mentions:
                score = self._weigh_place(span, name)
                if best is None or score > best[0]:
                    best = (score, index)
        if best is None or (name is None and best[0] <= _NO_VENUE):
            return None
        return self._fuller(best[1])

    def _fuller(self, index: int) -> int:
        """Return the place whose longer name takes up a headline's short one, else the place itself."""
        place = self.places[index]
        if (
            place.name is None
            or place.address is not None
            or any(span.start >= self.layout.title_end for span in place.mentions)
        ):
            return index
        for other, candidate in enumerate(self.places[:_MOST]):
            if other != index and candidate.name is not None and place.name.casefold() in candidate.name.casefold():
                return other
        return index

    def _weigh_place(self, span: Span, name: Span | None) -> float:
        before = self.layout.before(span.start, 30)
        score = self._position(span.start) + self._together(span.start)
        if name is not None and self.layout.sentence(name.start) == self.layout.sentence(span.start):
            score += 1.0
        surface = span.of(self.text)
        platform = _is_platform(surface)
        score += 1.5 * (AT.search(before) is not None)
        # "Melalui Zoom Meeting" is how a platform is named as the place.
        score -= 1.5 * (FROM_ELSEWHERE.search(before) is not None and not platform)
        score -= 3.0 * (POSTPONED.search(self.layout.before(span.start, 60)) is not None)
        if ONLINE_PLACE.search(surface) and not ROOM.match(surface):
            # A channel that only shows the meeting is hardly where it is held.
            score -= 1.0 if platform else 3.0
        score -= 2.0 * (SERVICE.search(self.layout.before(span.start, 60)) is not None)
        score -= 2.0 * self.layout.quoted(span.start)
        return score

    # The way of meeting

    def _mode(self, name: Span | None, venue: int | None) -> Literal["onsite", "online", "hybrid"] | None:
        anchors = [span.start for span in (name, self.day.span if self.day else None) if span is not None]
        if venue is not None:
            anchors += [span.start for span in self.places[venue].mentions[:1]]
        around = " ".join(self.layout.around(offset) for offset in dict.fromkeys(anchors))
        if HYBRID.search(around):
            return "hybrid"
        if venue is None:
            return "online" if ONLINE_WAY.search(around) else None
        surfaces = [span.of(self.text) for span in self.places[venue].mentions]
        if any(ONLINE_PLACE.search(surface) and not ROOM.match(surface) for surface in surfaces):
            return "online"
        platform = any(
            _is_platform(span.of(self.text)) and self._together(span.start) > 0 for span in labelled(self.spans, "FAC")
        )
        return "hybrid" if platform else "onsite"


def _plain_name(surface: str) -> str:
    """Return an event's name without the bare word before it: ``Acara Pelantikan PPK`` is named ``Pelantikan PPK``."""
    name = " ".join(surface.split())
    return BARE_WORD.sub("", name) or name


def _is_platform(name: str) -> bool:
    return MEETING_PLATFORM.search(name) is not None and not ROOM.match(name)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in text.lower().split() if len(word) > 3)
