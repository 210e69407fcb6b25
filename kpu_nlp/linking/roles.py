"""Which role in which organisation belongs to which person."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kpu_nlp.linking.facts import HeldRole, Person
from kpu_nlp.linking.holders import attach
from kpu_nlp.linking.organizations import group_organizations
from kpu_nlp.linking.posts import Name, read_items, sentences
from kpu_nlp.linking.role_mentions import resolve_role_mention
from kpu_nlp.linking.titles import complete_titles
from kpu_nlp.linking.workplaces import Workplaces
from kpu_nlp.spans import Span

__all__ = ["group_organizations", "link_roles", "resolve_role_mention", "title_of"]

_SPACES = re.compile(r"\s+")
_BRACKET_TAIL = re.compile(r"\s*\([^()]*\)$")


def title_of(surface: str) -> str:
    """Return the title that a ROLE span prints: single spaces, without a bracketed abbreviation at its end."""
    title = _SPACES.sub(" ", surface).strip()
    return _BRACKET_TAIL.sub("", title) or title


def link_roles(text: str, spans: Sequence[Span], persons: Sequence[Person]) -> list[HeldRole]:
    """Find the roles that the article tells of its people.

    Args:
        text: the article.
        spans: all its spans in text order.
        persons: the people of `kpu_nlp.linking.persons.link_persons`.

    Returns:
        Each (person, title, organisation) once, in text order.
    """
    spans = complete_titles(text, spans)
    workplaces = Workplaces(text, spans)
    people = {mention.start: (person.id, mention == person.mentions[0]) for person in persons for mention in person.mentions}
    held: list[HeldRole] = []
    for sentence in sentences(text, spans):
        items = read_items(text, sentence, people)
        attach(text, items, sentence)
        workplaces.name(items, sentence)
        held.extend(
            HeldRole(item.person, title_of(post.role.of(text)), post.organization, post.role.start, post.end)
            for item in items
            if isinstance(item, Name)
            for group in item.groups
            for post in group.posts
        )
    return _each_once(held)


def _each_once(held: Sequence[HeldRole]) -> list[HeldRole]:
    """Keep one of equal roles, in the form that is not in capitals."""
    kept: dict[tuple[str, str, str], HeldRole] = {}
    for role in held:
        key = (role.person, role.title.casefold(), (role.organization or "").casefold())
        if key not in kept or (kept[key].title.isupper() and not role.title.isupper()):
            kept[key] = role
    return sorted(kept.values(), key=lambda role: (role.start, role.end))
