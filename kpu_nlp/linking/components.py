"""The linking rules as spaCy components: each reads the tagger's spans, answers one question, and notes the answer on the Doc.

Every answer lies in an extension attribute, ``doc._.kpu_persons`` and so on; the components before it must have run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import srsly
from spacy.language import Language
from spacy.tokens import Doc

from kpu_nlp.labels import THEME_NAMES
from kpu_nlp.linking import facts
from kpu_nlp.linking.dateline import find_dateline
from kpu_nlp.linking.directives import find_directives
from kpu_nlp.linking.events import report_event
from kpu_nlp.linking.persons import link_persons
from kpu_nlp.linking.region_context import article_zone
from kpu_nlp.linking.roles import link_roles
from kpu_nlp.linking.speech import attribute_speech
from kpu_nlp.linking.times import resolve_moments
from kpu_nlp.linking.venues import find_places
from kpu_nlp.spans import Span
from kpu_nlp.stages import timed
from kpu_nlp.tagging.component import read_spans

Component = Callable[[Doc], Doc]

# What is known of an article besides its text, set on the Doc before the pipeline runs.
ARTICLE_EXTENSIONS = ("kpu_published", "kpu_outlet")
FACT_EXTENSIONS = (
    "kpu_dateline",
    "kpu_persons",
    "kpu_roles",
    "kpu_speech",
    "kpu_places",
    "kpu_place_warnings",
    "kpu_times",
    "kpu_event",
    "kpu_directives",
)


def set_extensions() -> None:
    """Register the extension attributes; unanswered questions are None."""
    for name in (*ARTICLE_EXTENSIONS, *FACT_EXTENSIONS):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=None)


set_extensions()


@timed("kpu_dateline")
def add_dateline(doc: Doc) -> Doc:
    """Set ``kpu_dateline`` (place, outlet): where the article says it was written, and for which site."""
    doc._.kpu_dateline = find_dateline(doc.text, read_spans(doc))
    return doc


@timed("kpu_persons")
def add_persons(doc: Doc) -> Doc:
    """Set ``kpu_persons``: which mentions are one person."""
    doc._.kpu_persons = link_persons(doc.text, read_spans(doc))
    return doc


@timed("kpu_roles")
def add_roles(doc: Doc) -> Doc:
    """Set ``kpu_roles``: which person holds which role in which organisation."""
    doc._.kpu_roles = link_roles(doc.text, read_spans(doc), doc._.kpu_persons or [])
    return doc


@timed("kpu_speech")
def add_speech(doc: Doc) -> Doc:
    """Set ``kpu_speech``: who says what."""
    doc._.kpu_speech = attribute_speech(doc.text, read_spans(doc), doc._.kpu_persons or [], doc._.kpu_roles or [])
    return doc


@timed("kpu_places")
def add_places(doc: Doc) -> Doc:
    """Set ``kpu_places`` and ``kpu_place_warnings``: the venues, and the regions that the article leaves open."""
    doc._.kpu_places, doc._.kpu_place_warnings = find_places(doc.text, read_spans(doc), outlet=doc._.kpu_outlet)
    return doc


@timed("kpu_times")
def add_times(doc: Doc) -> Doc:
    """Set ``kpu_times``: what each DATE and TIME span says."""
    text, spans = doc.text, read_spans(doc)
    zone = article_zone(text, spans, outlet=doc._.kpu_outlet)
    doc._.kpu_times = resolve_moments(text, spans, published=doc._.kpu_published, zone=zone)
    return doc


@timed("kpu_event")
def add_event(doc: Doc) -> Doc:
    """Set ``kpu_event``: the gathering that the article reports."""
    doc._.kpu_event = report_event(
        doc.text, read_spans(doc), doc._.kpu_times or [], doc._.kpu_places or [], published=doc._.kpu_published
    )
    return doc


class Directives:
    """Sets ``kpu_directives``: the sentences that carry themes, and who says them."""

    def __init__(self, themes: list[str]) -> None:
        """Take the labels that are themes."""
        self.themes = themes

    @timed("kpu_directives")
    def __call__(self, doc: Doc) -> Doc:
        """Answer the question for one Doc."""
        speech = doc._.kpu_speech or facts.Speech((), (), frozenset())
        doc._.kpu_directives = find_directives(doc.text, read_spans(doc), speech, self.themes)
        return doc


def make_directives(nlp: Language, name: str, *, themes: list[str]) -> Directives:  # noqa: ARG001 - spaCy passes both
    """Create the component ``kpu_directives``; ``themes``: the labels that are themes."""
    return Directives(themes)


def make_dateline(nlp: Language, name: str) -> Component:  # noqa: ARG001 - spaCy passes both, here and below
    """Create the component ``kpu_dateline``."""
    return add_dateline


def make_persons(nlp: Language, name: str) -> Component:  # noqa: ARG001
    """Create the component ``kpu_persons``."""
    return add_persons


def make_roles(nlp: Language, name: str) -> Component:  # noqa: ARG001
    """Create the component ``kpu_roles``."""
    return add_roles


def make_speech(nlp: Language, name: str) -> Component:  # noqa: ARG001
    """Create the component ``kpu_speech``."""
    return add_speech


def make_places(nlp: Language, name: str) -> Component:  # noqa: ARG001
    """Create the component ``kpu_places``."""
    return add_places


def make_times(nlp: Language, name: str) -> Component:  # noqa: ARG001
    """Create the component ``kpu_times``."""
    return add_times


def make_event(nlp: Language, name: str) -> Component:  # noqa: ARG001
    """Create the component ``kpu_event``."""
    return add_event


# In the order in which they run: each may need what those before it set.
PIPELINE = ("kpu_dateline", "kpu_persons", "kpu_roles", "kpu_speech", "kpu_places", "kpu_times", "kpu_event", "kpu_directives")

Language.factory("kpu_dateline", assigns=["doc._.kpu_dateline"], func=make_dateline)
Language.factory("kpu_persons", assigns=["doc._.kpu_persons"], func=make_persons)
Language.factory("kpu_roles", requires=["doc._.kpu_persons"], assigns=["doc._.kpu_roles"], func=make_roles)
Language.factory(
    "kpu_speech", requires=["doc._.kpu_persons", "doc._.kpu_roles"], assigns=["doc._.kpu_speech"], func=make_speech
)
Language.factory("kpu_places", assigns=["doc._.kpu_places", "doc._.kpu_place_warnings"], func=make_places)
Language.factory("kpu_times", assigns=["doc._.kpu_times"], func=make_times)
Language.factory("kpu_event", requires=["doc._.kpu_times", "doc._.kpu_places"], assigns=["doc._.kpu_event"], func=make_event)
Language.factory(
    "kpu_directives",
    default_config={"themes": list(THEME_NAMES)},
    requires=["doc._.kpu_speech"],
    assigns=["doc._.kpu_directives"],
    func=make_directives,
)

_FACT_TYPES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        Span,
        facts.Person,
        facts.HeldRole,
        facts.Quotation,
        facts.Statement,
        facts.Speech,
        facts.ThemeDirective,
        facts.Place,
        facts.Moment,
        facts.Gathering,
    )
}
_TYPE_KEY = "__kpu__"


def encode_fact(value: Any, chain: Callable[[Any], Any] | None = None) -> Any:
    """Turn a fact into what msgpack can write, so that a Doc with facts can be saved and sent between processes."""
    kind = type(value)
    if _FACT_TYPES.get(kind.__name__) is kind:
        found = {entry.name: getattr(value, entry.name) for entry in fields(kind)}
        return {_TYPE_KEY: kind.__name__, **{key: sorted(v) if isinstance(v, frozenset) else v for key, v in found.items()}}
    return chain(value) if chain else value


def decode_fact(value: Any, chain: Callable[[Any], Any] | None = None) -> Any:
    """Turn what `encode_fact` wrote into the fact again."""
    if isinstance(value, dict) and _TYPE_KEY in value:
        kind = value[_TYPE_KEY]
        found = {key: tuple(v) if isinstance(v, list) else v for key, v in value.items() if key != _TYPE_KEY}
        if kind == facts.Speech.__name__:
            found["speakers"] = frozenset(found["speakers"])
        return _FACT_TYPES[kind](**found)
    return chain(value) if chain else value


srsly.msgpack_encoders.register("kpu.facts", func=encode_fact)
srsly.msgpack_decoders.register("kpu.facts", func=decode_fact)
