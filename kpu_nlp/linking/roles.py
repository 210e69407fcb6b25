"""Which role in which organisation belongs to which person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kpu_nlp.linking import roles_words as words
from kpu_nlp.linking.facts import HeldRole, Person
from kpu_nlp.linking.holders import attach
from kpu_nlp.linking.organizations import group_organizations
from kpu_nlp.linking.posts import GAP, Group, Item, Name, Post, read_items, sentences
from kpu_nlp.linking.repair import repair_spans
from kpu_nlp.linking.role_mentions import resolve_role_mention, title_words
from kpu_nlp.linking.speech_words import ASKED
from kpu_nlp.linking.titles import complete_titles
from kpu_nlp.linking.workplaces import Workplaces
from kpu_nlp.spans import Span

__all__ = ["group_organizations", "link_roles", "resolve_role_mention", "title_of"]

_SPACES = re.compile(r"\s+")
_BRACKET_TAIL = re.compile(r"\s*\([^()]*\)$")
_THEIR = re.compile(r"(?<=ketua|taris|epala)nya$", re.IGNORECASE)

# How far (characters) before an office that is told again the one stands who holds it.
_BEFORE = 400


def title_of(surface: str) -> str:
    """Return the title that a ROLE span prints: single spaces, no bracketed abbreviation at its end, no ``-nya``."""
    title = _SPACES.sub(" ", surface).strip()
    title = _BRACKET_TAIL.sub("", title) or title
    return _THEIR.sub("", title)


def link_roles(text: str, spans: Sequence[Span], persons: Sequence[Person]) -> list[HeldRole]:
    """Find the roles that the article tells of its people.

    Args:
        text: the article.
        spans: all its spans in text order.
        persons: the people of `kpu_nlp.linking.persons.link_persons`.

    Returns:
        Each (person, title, organisation) once, in text order.
    """
    spans = complete_titles(text, repair_spans(text, spans))
    workplaces = Workplaces(text, spans)
    people = {mention.start: (person.id, mention == person.mentions[0]) for person in persons for mention in person.mentions}
    read: list[tuple[list[Span], list[Item]]] = []
    for sentence in sentences(text, spans):
        items = read_items(text, sentence, people)
        attach(text, items, sentence)
        workplaces.learn(items)
        read.append((sentence, items))
    held: list[HeldRole] = []
    for sentence, items in read:
        workplaces.name(items, sentence)
        for item in items:
            if isinstance(item, Name):
                held.extend(_held(text, item.person, post) for post in _posts(item.groups) if not _is_of_a_day(text, post.role))
    held.extend(_told_again(text, [items for _, items in read], held))
    return _each_once(held)


def _posts(groups: Sequence[Group]) -> Iterator[Post]:
    return (post for group in groups for post in group.posts)


def _held(text: str, person: str, post: Post) -> HeldRole:
    return HeldRole(person, title_of(post.role.of(text)), post.organization, post.role.start, post.end)


def _is_of_a_day(text: str, role: Span) -> bool:
    """Tell whether a role is a function at this one gathering, which is no office: ``menjadi inspektur``."""
    if not words.OF_A_DAY.fullmatch(text, role.start, role.end):
        return False
    return words.MADE_FOR_A_DAY.search(text, max(0, role.start - GAP), role.start) is not None


def _told_again(text: str, read: Sequence[Sequence[Item]], held: Sequence[HeldRole]) -> Iterator[HeldRole]:
    """Yield the offices that mean whom the text speaks of: ``Sekretaris KPU Rimba itu``, ``Sebagai Anggota KPU, ia ...``.

    That is the one named last, whoever only asked aside; who is known to hold the office is meant by it anyhow.
    """
    known = {(title_words(role.title), _body(role.organization)) for role in held}
    given = {id(group) for items in read for item in items if isinstance(item, Name) for group in item.groups}
    subject: Name | None = None
    for items in read:
        for item in items:
            if isinstance(item, Name):
                if not ASKED.search(text, max(0, item.start - GAP), item.start):
                    subject = item
                continue
            near = subject is not None and item.start - subject.end <= _BEFORE and id(item) not in given
            if subject is not None and near and _is_told_again(text, item):
                new = (post for post in item.posts if not _is_known(title_words(post.role.of(text)), post.organization, known))
                yield from (_held(text, subject.person, post) for post in new)


def _body(organization: str | None) -> str:
    """Return the first word of an organisation's name, which tells one kind of body from another."""
    return (organization or "").casefold().partition(" ")[0]


def _is_known(title: tuple[str, ...], organization: str | None, known: set[tuple[tuple[str, ...], str]]) -> bool:
    body = _body(organization)
    return any(title == other and (not body or not its or body == its) for other, its in known)


def _is_told_again(text: str, group: Group) -> bool:
    if group.posts[-1].place is None:
        return False
    if words.AS_ONE.search(text, max(0, group.start - GAP), group.start):
        return words.WHO.match(text, group.end) is not None
    return words.THAT_ONE.match(text, group.end) is not None


def _each_once(held: Sequence[HeldRole]) -> list[HeldRole]:
    """Keep one of equal roles, in the form that is not in capitals."""
    kept: dict[tuple[str, str, str], HeldRole] = {}
    for role in held:
        key = (role.person, role.title.casefold(), (role.organization or "").casefold())
        if key not in kept or (kept[key].title.isupper() and not role.title.isupper()):
            kept[key] = role
    return sorted(kept.values(), key=lambda role: (role.start, role.end))
