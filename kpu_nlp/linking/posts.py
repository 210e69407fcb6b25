"""Roles with the organisations printed beside them, and names, in the order in which a sentence tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kpu_nlp.linking import roles_words as words
from kpu_nlp.spans import Span

# A gap longer than this (characters) joins nothing.
GAP = 60

_TAKING_PART = frozenset({"ROLE", "PERSON", "ORG", "GPE", "FAC"})
_PLACES = frozenset({"ORG", "GPE", "FAC"})


@dataclass(slots=True)
class Post:
    """A ROLE span with the organisation it is held in.

    Attributes:
        role: the span.
        place: the ORG, GPE or FAC span printed with it, or None.
        end: where role and organisation end.
        organization: as the contract writes it; None until it is known.
        number: the post's place in its sentence, counted in spans.
    """

    role: Span
    place: Span | None
    end: int
    number: int
    organization: str | None = None


@dataclass(slots=True)
class Group:
    """The posts of one holder, printed together: ``Anggota KPU RI Divisi Hukum``."""

    posts: list[Post]

    @property
    def start(self) -> int:
        """Where the first role begins."""
        return self.posts[0].role.start

    @property
    def end(self) -> int:
        """Where the last role ends, its organisation included."""
        return self.posts[-1].end


@dataclass(slots=True)
class Name:
    """A PERSON span and the posts that are told of it here.

    Attributes:
        span: the mention.
        person: the person's id.
        is_first: whether the article names the person for the first time.
        groups: what is told of the person at this mention.
    """

    span: Span
    person: str
    is_first: bool
    groups: list[Group] = field(default_factory=list)

    @property
    def start(self) -> int:
        """Where the name begins."""
        return self.span.start

    @property
    def end(self) -> int:
        """Where the name ends."""
        return self.span.end


Item = Group | Name


def fits(pattern: re.Pattern[str], text: str, start: int, end: int) -> bool:
    """Tell whether the gap ``text[start:end]`` is short and matches ``pattern`` as a whole."""
    return end - start <= GAP and pattern.fullmatch(text, start, end) is not None


def sentences(text: str, spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Yield the spans of each sentence that can take part in a role."""
    sentence: list[Span] = []
    last_end = 0
    for span in spans:
        if sentence and span.start > last_end and _ends_between(text, last_end, span):
            yield sentence
            sentence = []
        if span.label in _TAKING_PART:
            sentence.append(span)
        last_end = span.end
    if sentence:
        yield sentence


def _ends_between(text: str, last_end: int, span: Span) -> bool:
    """Tell whether a sentence ends before a span; a signature belongs to the role above it."""
    if span.label == "PERSON" and fits(words.SIGNED, text, last_end, span.start):
        return False
    return words.SENTENCE_END.search(text, last_end, span.start) is not None


def read_items(text: str, sentence: Sequence[Span], people: dict[int, tuple[str, bool]]) -> list[Item]:
    """Return the groups of posts and the names of a sentence, in text order.

    Args:
        text: the article.
        sentence: the spans of one sentence.
        people: by the start of a mention, the person's id and whether it is the first mention.
    """
    items: list[Item] = []
    position = 0
    while position < len(sentence):
        span = sentence[position]
        position += 1
        if span.label == "PERSON" and span.start in people:
            items.append(Name(span, *people[span.start]))
        if span.label != "ROLE":
            continue
        place = sentence[position] if position < len(sentence) else None
        if place is None or not _is_place_of(text, span, place):
            post = Post(span, None, span.end, position - 1)
        else:
            post = Post(span, place, place.end, position - 1)
            position += 1
        previous = items[-1] if items else None
        following = sentence[position] if position < len(sentence) else None
        if isinstance(previous, Group) and _same_holder(text, previous, post, following):
            previous.posts.append(post)
        else:
            items.append(Group([post]))
    return items


def _is_place_of(text: str, role: Span, place: Span) -> bool:
    return place.label in _PLACES and fits(words.TO_ORGANIZATION, text, role.end, place.start)


def _same_holder(text: str, group: Group, post: Post, following: Span | None) -> bool:
    """Tell whether a post continues the group before it: a division, a former office, or ``yang juga``, ``merangkap``."""
    if words.STAND_IN.search(text, max(0, group.start - GAP), group.start):
        return False  # `mewakili camat, juga Ketua ...`
    if words.FORMER.match(text, post.role.start) and fits(words.ALSO_FORMER, text, group.end, post.role.start):
        return (
            following is None or following.label != "PERSON" or not fits(words.CLOSE, text, post.end, following.start)
        ) and not words.FORMER.match(text, group.start)
    if fits(words.SAME_HOLDER, text, group.end, post.role.start):
        return True
    if not fits(words.TO_DIVISION, text, group.end, post.role.start):
        return False
    title, last = post.role.of(text), group.posts[-1]
    if last.place is not None and last.place.label == "ORG" and words.DIVISION.match(title):
        return True
    return words.MEMBER.match(last.role.of(text)) is not None and words.BARE_DIVISION.match(title) is not None
