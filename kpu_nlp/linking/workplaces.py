"""In which organisation a role is held, where the article prints none beside it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from kpu_nlp.linking import roles_words as words
from kpu_nlp.linking.hosts import find_host
from kpu_nlp.linking.organizations import Organizations
from kpu_nlp.linking.posts import GAP, Group, Item, Name, Post, fits
from kpu_nlp.linking.role_mentions import title_words
from kpu_nlp.spans import Span

# How many spans before a role its organisation is looked for; keeps endless sentences linear.
_REACH = 40

_SPACES = re.compile(r"\s+")


class Workplaces:
    """The organisations of an article as places of work.

    Args:
        text: the article.
        spans: all its spans in text order.
    """

    def __init__(self, text: str, spans: Sequence[Span]) -> None:
        self._text = text
        self._organizations = Organizations(text, spans)
        self._host = find_host(text, spans, self._organizations)
        self._national = self._organizations.national()
        self._speaks_of_nation = False
        self._seat = self._host.place if self._host else None
        self._bodies = [(span, span.of(text)) for span in spans if span.label in {"ORG", "FAC"}]
        self._fitting: dict[re.Pattern[str], list[Span]] = {}
        self._last: Post | None = None
        self._told: dict[tuple[str, tuple[str, ...]], str] = {}
        self._member_of: dict[str, str] = {}

    def learn(self, items: Sequence[Item]) -> None:
        """Note the organisations that are printed with the posts of each person, before any is named."""
        for item in items:
            if not isinstance(item, Name):
                continue
            for group in item.groups:
                for post in group.posts:
                    if post.place is None or post.place.label != "ORG":
                        continue
                    title, office = post.role.of(self._text), self.printed(post.place, post.role)
                    self._told.setdefault((item.person, title_words(title)), office)
                    if words.OF_MEMBER.match(title):
                        self._member_of.setdefault(item.person, office)

    def name(self, items: Sequence[Item], sentence: Sequence[Span]) -> None:
        """Write down the organisation of every post of a sentence."""
        posts = [post for item in items if isinstance(item, Group) for post in item.posts]
        # Beside the Secretary General a bare `Ketua KPU` is the national one too.
        self._speaks_of_nation = any(words.NATIONAL_TITLE.match(post.role.of(self._text)) for post in posts)
        for post in posts:
            post.organization = self.printed(post.place, post.role) if post.place else None
        holders = _holders(items)
        for post, following in zip(reversed(posts[:-1]), reversed(posts[1:]), strict=True):
            # `Ketua dan Anggota KPU Bali`: the organisation stands after the last role of the list.
            if post.organization is None and self._is_shared(post, following, holders):
                post.organization = following.organization
        carried: tuple[Post, int] | None = None
        previous_end = 0
        last, self._last = self._last, None
        for item in items:
            if isinstance(item, Group):
                linked = carried is not None and fits(words.LIST_LINK, self._text, previous_end, item.start)
                beside = words.BESIDE.search(self._text, max(0, item.start - GAP), item.start)
                if carried is None and last is not None and beside:
                    carried, linked = (last, item.start), True
                for number, post in enumerate(item.posts):
                    if number and words.MOVED.search(self._text, item.posts[number - 1].end, post.role.start):
                        linked = False
                    if post.organization is None:
                        post.organization = self._own(post, holders) or self._unprinted(
                            post, sentence, carried[0] if carried and linked else None
                        )
                    if post.place is not None or carried is None or linked:
                        carried = (post, item.end)
                    linked = True
            previous_end = item.end
        self._last = carried[0] if carried and self._is_of_commission(carried[0]) else None

    def _own(self, post: Post, holders: Mapping[int, Sequence[Name]]) -> str | None:
        """Return where the article says elsewhere that the holder has this post, or the membership that it belongs to."""
        title = post.role.of(self._text)
        for name in holders.get(post.number, ()):
            told = self._told.get((name.person, title_words(title)))
            if told is None and words.OF_COMMISSIONER.match(title):
                told = self._member_of.get(name.person)
            if told is not None:
                return told
        return None

    def _is_shared(self, post: Post, following: Post, holders: Mapping[int, Sequence[Name]]) -> bool:
        """Tell whether a post is held in the organisation that is printed after the next one."""
        if not fits(words.SHARED, self._text, post.end, following.role.start):
            return False
        if words.FORMER.match(self._text, following.role.start) and not words.FORMER.match(self._text, post.role.start):
            return False
        # `selaku pengasuh, Ketua KPU Bali Fulan`: a comma between the offices of two people joins nothing.
        own = [name.start for name in holders.get(post.number, ())]
        if not own or self._text[post.end : following.role.start].strip() != ",":
            return True
        return own == [name.start for name in holders.get(following.number, ())]

    def _is_of_commission(self, post: Post) -> bool:
        office = self._organizations.of(post.place) if post.place else None
        return office is not None and office.is_commission

    def printed(self, place: Span, role: Span) -> str:
        """Return the organisation printed beside a role, in the form that counts."""
        group = self._organizations.of(place)
        if group is None:
            return _SPACES.sub(" ", place.of(self._text))
        if group.is_national and group.is_bare:
            of_nation = self._speaks_of_nation or words.NATIONAL_TITLE.match(role.of(self._text))
            office = (self._national if of_nation else self._host) or group
            return office.name
        return self._organizations.specific(group).name

    def _unprinted(self, post: Post, sentence: Sequence[Span], carried: Post | None) -> str | None:
        """Return the organisation of a role without one: by its kind, its list, its sentence, the article's office."""
        title = post.role.of(self._text)
        if words.REGIONAL_TITLE.match(title):
            in_list = carried is not None and words.REGIONAL_TITLE.match(carried.role.of(self._text))
            return carried.organization if carried and in_list else self._seat
        if words.NATIONAL_TITLE.match(title):
            return self._kindred(post.role) or self._acting_for(post, sentence) or self._national_office(post.role)
        kindred, told = self._kindred(post.role), self._acting_for(post, sentence)
        named = told or kindred if words.INSPECTING.search(title) else kindred or told
        if named is None and carried and (carried.place is None or carried.place.label == "ORG"):
            named = carried.organization
        if named is None and words.OUTSIDE.search(title):
            return None
        return named or (self._host.name if self._host else None)

    def _kindred(self, role: Span) -> str | None:
        """Return the nearest body before (else after) of the kind that a title belongs to: a dean's university."""
        title = role.of(self._text)
        for pattern, body in words.KINDRED:
            if pattern.search(title):
                return self._nearest(body, role)
        return None

    def _nearest(self, body: re.Pattern[str], role: Span) -> str | None:
        if body not in self._fitting:
            self._fitting[body] = [span for span, surface in self._bodies if body.match(surface)]
        fitting = self._fitting[body]
        if not fitting:
            return None
        return self.printed(fitting[max(0, bisect_left(fitting, role) - 1)], role)

    def _national_office(self, role: Span) -> str | None:
        if not words.SECRETARY_GENERAL.match(role.of(self._text)):
            secretariat = self._nearest(words.SECRETARIAT_GENERAL, role)
            if secretariat:
                return secretariat
        national = self._national or self._host
        return national.name if national else None

    def _acting_for(self, post: Post, sentence: Sequence[Span]) -> str | None:
        """Return the organisation before a role that acts for it: ``hadir dari KPU yakni Sekretaris``."""
        before = reversed(sentence[max(0, post.number - _REACH) : post.number])
        nearest = next((span for span in before if span.label == "ORG"), None)
        if nearest is None:
            return None
        if fits(words.ACTS_FOR, self._text, nearest.end, post.role.start):
            return self.printed(nearest, post.role)
        if words.FROM_ORGANIZATION.search(self._text, max(0, nearest.start - GAP), nearest.start):
            return self.printed(nearest, post.role)
        return None


def _holders(items: Sequence[Item]) -> dict[int, list[Name]]:
    """Return by a post's number the names that hold it."""
    holders: dict[int, list[Name]] = {}
    for item in items:
        if isinstance(item, Name):
            for group in item.groups:
                for post in group.posts:
                    holders.setdefault(post.number, []).append(item)
    return holders
