"""Who says what: the speaker of each quotation, and the sentences of reported speech."""

from __future__ import annotations

from collections.abc import Sequence

from kpu_nlp.linking.actors import find_actors
from kpu_nlp.linking.facts import HeldRole, Person, Speech
from kpu_nlp.linking.listening import Listener
from kpu_nlp.linking.quotes import Quoted, find_quotations
from kpu_nlp.linking.repair import repair_spans
from kpu_nlp.linking.role_mentions import resolve_role_mention
from kpu_nlp.linking.sentences import split_sentences
from kpu_nlp.linking.titles import complete_titles
from kpu_nlp.spans import Span


def attribute_speech(text: str, spans: Sequence[Span], persons: Sequence[Person], roles: Sequence[HeldRole]) -> Speech:
    """Find the quotations and reported statements of an article and tell who says them.

    Args:
        text: the article.
        spans: its spans, sorted and without overlap.
        persons: its persons.
        roles: the roles they hold; a speaker named by role alone (``kata Sekjen KPU``) is looked up in them.
    """
    spans = complete_titles(text, repair_spans(text, spans))

    def resolve(span: Span) -> str | None:
        return resolve_role_mention(text, span, spans, persons, roles, before=span.start)

    quoted = [quote for quote in find_quotations(text) if not _is_name(quote, spans)]
    listener = Listener(text, quoted, split_sentences(text), find_actors(text, spans, persons, resolve))
    return listener.listen()


def _is_name(quote: Quoted, spans: Sequence[Span]) -> bool:
    """Tell whether the quotation marks belong to a name: they stand inside a span."""
    return any(span.start <= quote.open and quote.close <= span.end for span in spans)
