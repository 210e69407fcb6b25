"""Phrases that name somebody who can speak: `Ketua KPU Jatim, Choirul`, `Choirul`, `Sekjen KPU`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kpu_nlp.linking.facts import Person
from kpu_nlp.linking.speech_words import ADDRESS, COORDINATED, LINKED, OBLIQUE, OPENER
from kpu_nlp.spans import Span, labelled

_LOOK_BACK = 60  # characters: the longest phrase of `OBLIQUE` with its adverbs


@dataclass(frozen=True, slots=True)
class Actor:
    """A phrase that names one person, by name or by role.

    Attributes:
        start, end: the phrase, role and organisation included.
        name: the PERSON span, or the first ROLE span of a phrase without a name.
        person: the person's id; None where the role cannot be told.
        oblique: the phrase is no subject (`didampingi X`, `kepada X`).
    """

    start: int
    end: int
    name: Span
    person: str | None
    oblique: bool


class Actors:
    """The actors of an article in text order, with a search by offset."""

    def __init__(self, actors: Sequence[Actor]) -> None:
        self._actors = sorted(actors, key=lambda actor: actor.start)
        self._starts = [actor.start for actor in self._actors]

    def between(self, start: int, end: int) -> list[Actor]:
        """Return the actors whose phrase begins in ``[start, end)``."""
        return self._actors[bisect_left(self._starts, start) : bisect_left(self._starts, end)]


def find_actors(text: str, spans: Sequence[Span], persons: Sequence[Person], resolve: Callable[[Span], str | None]) -> Actors:
    """Group PERSON, ROLE and ORG spans that stand together into actors.

    Args:
        text: the article.
        spans: its spans.
        persons: its persons.
        resolve: tells who holds the role of a ROLE span without a name beside it.
    """
    ids = {(mention.start, mention.end): person.id for person in persons for mention in person.mentions}
    actors: list[Actor] = []
    for phrase in _phrases(text, labelled(spans, "PERSON", "ROLE", "ORG", "GPE")):
        if all(span.label != "PERSON" for span in phrase):
            _add(text, actors, phrase, phrase[0], resolve(phrase[0]))
        for part in _parts(phrase):
            name = next(span for span in part if span.label == "PERSON")
            _add(text, actors, part, name, ids.get((name.start, name.end)))
    return Actors(actors)


def _phrases(text: str, spans: Sequence[Span]) -> list[list[Span]]:
    """Split the spans where more than a comma, a bracket or a linking word stands between two; keep what names somebody."""
    phrases: list[list[Span]] = []
    for span in spans:
        between = text[phrases[-1][-1].end : span.start] if phrases else ""
        linked = bool(phrases) and len(between) < _LOOK_BACK and LINKED.fullmatch(between) is not None
        if linked and not ("," in between and span.label == "ROLE" and OPENER.search(_before(text, phrases[-1][0].start))):
            phrases[-1].append(span)
        else:
            phrases.append([span])
    return [named for phrase in phrases if (named := _named(phrase))]


def _parts(phrase: list[Span]) -> list[list[Span]]:
    """Split a phrase at its names: the roles between two belong to the second, those after the last one to the last one."""
    parts: list[list[Span]] = []
    part: list[Span] = []
    for span in phrase:
        part.append(span)
        if span.label == "PERSON":
            parts.append(part)
            part = []
    if parts:
        parts[-1] += part
    return parts


def _named(phrase: list[Span]) -> list[Span]:
    """Drop the organisations and places before the first role or name."""
    first = next((index for index, span in enumerate(phrase) if span.label in ("PERSON", "ROLE")), len(phrase))
    return phrase[first:]


def _before(text: str, start: int) -> str:
    return text[max(0, start - _LOOK_BACK) : start]


def _add(text: str, actors: list[Actor], phrase: Sequence[Span], name: Span, person: str | None) -> None:
    start = phrase[0].start
    before = ADDRESS.sub("", _before(text, start))
    oblique = OBLIQUE.search(before) is not None
    if not oblique and actors and actors[-1].oblique and start - actors[-1].end < _LOOK_BACK:
        # A list goes on (`didampingi X, Y dan Z`), but what opens a sentence ends with its comma.
        opened = OPENER.search(_before(text, actors[-1].start)) is not None
        oblique = not opened and COORDINATED.fullmatch(text, actors[-1].end, start) is not None
    actors.append(Actor(start, phrase[-1].end, name, person, oblique))
