"""In which organisation a role is held, where the article prints none beside it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from kpu_nlp.linking import roles_words as words
from kpu_nlp.linking.hosts import find_host
from kpu_nlp.linking.organizations import Organizations
from kpu_nlp.linking.posts import GAP, Group, Item, Post, fits
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

    def name(self, items: Sequence[Item], sentence: Sequence[Span]) -> None:
        """Write down the organisation of every post of a sentence."""
        posts = [post for item in items if isinstance(item, Group) for post in item.posts]
        # Beside the Secretary General a bare `Ketua KPU` is the national one too.
        self._speaks_of_nation = any(words.NATIONAL_TITLE.match(post.role.of(self._text)) for post in posts)
        for post in posts:
            post.organization = self.printed(post.place, post.role) if post.place else None
        for post, following in zip(reversed(posts[:-1]), reversed(posts[1:]), strict=True):
            # `Ketua dan Anggota KPU Bali`: the organisation stands after the last role of the list.
            if post.organization is None and fits(words.SHARED, self._text, post.end, following.role.start):
                post.organization = following.organization
        carried: tuple[Post, int] | None = None
        previous_end = 0
        for item in items:
            if isinstance(item, Group):
                linked = carried is not None and fits(words.LIST_LINK, self._text, previous_end, item.start)
                for post in item.posts:
                    if post.organization is None:
                        post.organization = self._unprinted(post, sentence, carried[0] if carried and linked else None)
                    if post.place is not None or carried is None or linked:
                        carried = (post, item.end)
                    linked = True
            previous_end = item.end

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
