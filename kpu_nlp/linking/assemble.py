"""From the facts on a Doc to the JSON contract."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from spacy.tokens import Doc

from kpu_nlp.linking.facts import Gathering, HeldRole, Moment, Person, Place, Speech, ThemeDirective
from kpu_nlp.linking.organizations import group_organizations
from kpu_nlp.schema import (
    Article,
    Directive,
    Entity,
    Event,
    Extraction,
    Mention,
    ModelInfo,
    Named,
    Official,
    Quote,
    Region,
    Role,
    Theme,
    Time,
    Venue,
)
from kpu_nlp.spans import Span, labelled
from kpu_nlp.tagging.component import read_spans

NO_ENTITIES = "no entities found: is this an Indonesian news article?"


def build_extraction(article: Article, doc: Doc, *, model: ModelInfo, themes: Mapping[str, str]) -> Extraction:
    """Build the extraction of an article.

    Args:
        article: the article as read; dateline and outlet are filled in where they are not known yet.
        doc: its Doc after the whole pipeline ran.
        model: name and version of the model.
        themes: the Indonesian name of each label that is a theme, in the order of the output.
    """
    text = doc.text
    spans = read_spans(doc)
    speech: Speech = doc._.kpu_speech
    dateline, outlet = doc._.kpu_dateline
    return Extraction(
        article=article.model_copy(update={"dateline": article.dateline or dateline, "outlet": article.outlet or outlet}),
        event=_event(doc._.kpu_event),
        officials=tuple(_official(text, person, doc._.kpu_roles, speech) for person in doc._.kpu_persons),
        venues=tuple(_venue(text, place) for place in doc._.kpu_places),
        times=tuple(_time(text, moment) for moment in doc._.kpu_times),
        themes=_themes(text, doc._.kpu_directives, themes),
        quotes=tuple(
            Quote(**_where(text, quote.start, quote.end), speaker=quote.speaker, cue=quote.cue) for quote in speech.quotations
        ),
        organizations=tuple(
            Named(name=name, mentions=_mentions(text, mentions)) for name, mentions in group_organizations(text, spans)
        ),
        places=_names(text, labelled(spans, "GPE")),
        elections=_names(text, labelled(spans, "ELECTION")),
        regulations=_names(text, labelled(spans, "LAW")),
        entities=tuple(Entity(**_where(text, span.start, span.end), label=span.label, score=span.score) for span in spans),
        model=model,
        warnings=(*(() if spans else (NO_ENTITIES,)), *(doc._.kpu_place_warnings or ())),
    )


def _where(text: str, start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "text": text[start:end]}


def _mentions(text: str, spans: Iterable[Span]) -> tuple[Mention, ...]:
    return tuple(Mention(start=span.start, end=span.end, text=span.of(text)) for span in spans)


def _confidence(spans: Sequence[Span]) -> float:
    return max((span.score for span in spans), default=0.0)


def _event(gathering: Gathering | None) -> Event | None:
    if gathering is None:
        return None
    return Event(
        name=gathering.name,
        start=gathering.start,
        end=gathering.end,
        open_end=gathering.open_end,
        mode=gathering.mode,
        venue=gathering.venue,
    )


def _official(text: str, person: Person, roles: Sequence[HeldRole], speech: Speech) -> Official:
    return Official(
        id=person.id,
        name=person.name,
        titles=person.titles,
        roles=tuple(
            Role(title=role.title, organization=role.organization, text=text[role.start : role.end])
            for role in roles
            if role.person == person.id
        ),
        spoke=person.id in speech.speakers,
        confidence=_confidence(person.mentions),
        mentions=_mentions(text, person.mentions),
    )


def _venue(text: str, place: Place) -> Venue:
    region = None
    if place.region_code and place.region_name and place.region_province:
        region = Region(code=place.region_code, name=place.region_name, province=place.region_province)
    return Venue(
        name=place.name,
        address=place.address,
        place=place.place,
        region=region,
        confidence=_confidence(place.mentions),
        mentions=_mentions(text, place.mentions),
    )


def _time(text: str, moment: Moment) -> Time:
    span = moment.span
    return Time(
        text=span.of(text),
        start=moment.start,
        end=moment.end,
        open_end=moment.open_end,
        kind=moment.kind,
        span=Mention(start=span.start, end=span.end, text=span.of(text)),
    )


def _themes(text: str, directives: Sequence[ThemeDirective], names: Mapping[str, str]) -> tuple[Theme, ...]:
    by_label: defaultdict[str, list[ThemeDirective]] = defaultdict(list)
    for directive in directives:
        by_label[directive.label].append(directive)
    counts = {label: sum(len(directive.spans) for directive in found) for label, found in by_label.items()}
    total = sum(counts.values())
    return tuple(
        Theme(
            theme=label.lower(),
            label=name,
            count=counts[label],
            salience=round(counts[label] / total, 4),
            directives=tuple(
                Directive(
                    start=directive.start,
                    end=directive.end,
                    text=text[directive.start : directive.end],
                    speaker=directive.speaker,
                    spans=_mentions(text, directive.spans),
                )
                for directive in by_label[label]
            ),
        )
        for label, name in names.items()
        if counts.get(label)
    )


def _names(text: str, spans: Sequence[Span]) -> tuple[Named, ...]:
    """Group spans of like surface, case and spacing aside, under the first form printed."""
    groups: dict[str, list[Span]] = {}
    for span in spans:
        groups.setdefault(" ".join(span.of(text).casefold().split()), []).append(span)
    return tuple(Named(name=mentions[0].of(text), mentions=_mentions(text, mentions)) for mentions in groups.values())
