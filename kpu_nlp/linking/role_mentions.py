"""Who is meant by an office alone: ``kata Sekjen KPU``, ``ujar Bupati``."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache

from kpu_nlp.linking import roles_words as words
from kpu_nlp.linking.facts import HeldRole, Person
from kpu_nlp.linking.organizations import name_words, same_office
from kpu_nlp.linking.posts import fits
from kpu_nlp.spans import Span

_WORD = re.compile(r"[^\W_]+")
_BRACKETED = re.compile(r"\(([^()]+)\)")
_PLACES = frozenset({"ORG", "GPE"})

# How many told roles before and after a mention are looked at; keeps endless articles linear.
_REACH = 200


@lru_cache(maxsize=4096)
def title_words(title: str) -> tuple[str, ...]:
    """Return a title's words for comparison: abbreviations written out, ``Plt.`` and brackets left out."""
    tokens = _WORD.findall(_BRACKETED.sub(" ", title).casefold())
    kept = [token for token in tokens if token not in words.ACTING] or tokens
    return tuple(word for token in kept for word in words.TITLE_FORMS.get(token, token).split())


def resolve_role_mention(
    text: str,
    role: Span,
    spans: Sequence[Span],
    persons: Sequence[Person],
    roles: Sequence[HeldRole],
    *,
    before: int,
) -> str | None:
    """Find who is meant by a role that is printed without a name.

    Args:
        text: the article.
        role: the ROLE span; an organisation or place directly after it must be the holder's.
        spans: all spans of the article in text order.
        persons: the article's people.
        roles: the roles that the article tells, in text order, from `kpu_nlp.linking.roles.link_roles`.
        before: where the mention stands; among several holders the one told of last before it is meant.

    Returns:
        The person's id; None where nobody, or several people at once (``Anggota``), can be meant.
    """
    place = _place_after(text, role, spans)
    title = role.of(text)
    position = bisect_left(roles, before, key=lambda held: held.start)
    for nearest in (roles[max(0, position - _REACH) : position][::-1], roles[position : position + _REACH]):
        holders = [held.person for held in nearest if _is_held(text, title, place, held)]
        if holders:
            is_one = len(set(holders)) == 1 or not words.PLURAL.match(title)
            return holders[0] if is_one and any(person.id == holders[0] for person in persons) else None
    return None


def _place_after(text: str, role: Span, spans: Sequence[Span]) -> str | None:
    position = bisect_right(spans, role)
    if position == len(spans):
        return None
    place = spans[position]
    if place.label not in _PLACES or not fits(words.TO_ORGANIZATION, text, role.end, place.start):
        return None
    return place.of(text)


def _is_held(text: str, title: str, place: str | None, held: HeldRole) -> bool:
    mention = title_words(title)
    if any(mention == form for form in _forms(text, held)):
        return place is None or held.organization is None or same_office(place, held.organization)
    return _continues(title, place or "", held.title, held.organization or "")


@lru_cache(maxsize=4096)
def _continues(title: str, place: str, held_title: str, organization: str) -> bool:
    """Tell whether a held role goes on from a mention: ``Kadis Dukcapil`` for ``Kepala``, ``Dinas Dukcapil ...``."""
    told = (*title_words(held_title), *name_words(organization))
    sought = (*title_words(title), *name_words(place))
    return len(title_words(title)) > 1 and told[: len(sought)] == sought


def _forms(text: str, held: HeldRole) -> Iterable[tuple[str, ...]]:
    """Return the title of a held role, and the abbreviations that the article prints with it in brackets."""
    yield title_words(held.title)
    for bracket in _BRACKETED.findall(text, held.start, held.end):
        yield title_words(bracket)
