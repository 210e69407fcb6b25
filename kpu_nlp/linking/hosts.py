"""The office of the election commission that an article is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kpu_nlp.linking import organizations_words as words
from kpu_nlp.linking.organizations import Organization, Organizations, is_contraction, name_words
from kpu_nlp.spans import Span

# The outlet stands in the dateline, under the headline; nothing is looked for further down.
_HEAD = 600

_EMBEDDING = frozenset({"FAC", "EVENT", "LAW"})


def find_host(text: str, spans: Sequence[Span], organizations: Organizations) -> Organization | None:
    """Find the office whose article this is.

    The outlet in the dateline decides (``kab-ngawi.kpu.go.id``); without one it is the office named most often, in halls and
    meetings too (``Aula KPU Kabupaten Ngawi``), at a tie the first.

    Args:
        text: the article.
        spans: all its spans in text order.
        organizations: its organisations.

    Returns:
        The office, or None where the article names no office of the commission.
    """
    offices = [group for group in organizations.groups if group.is_commission and group.is_one_office and not group.is_national]
    outlet = words.OUTLET.search(text, 0, _HEAD)
    if outlet is not None:
        site = _site_of(outlet)
        host = _of_site(site, offices) if site else organizations.national()
        if host is not None:
            return host
    embedded = [name for span in spans if span.label in _EMBEDDING for name in _offices_in(span.of(text))]
    if offices:
        counts = {id(group): len(group.mentions) for group in offices}
        by_name = {(group.key.head, *group.key.rest): group for group in reversed(offices)}
        for name in embedded:
            if (group := _named(name_words(name), by_name)) is not None:
                counts[id(group)] += 1
        return max(offices, key=lambda group: counts[id(group)])
    return next((Organization.of_form(name) for name in embedded), None) or organizations.national()


def _site_of(outlet: re.Match[str]) -> str:
    """Return the region in an outlet's address, without marks and prefixes; empty for the national site."""
    return re.sub(r"[^a-z]", "", words.SITE_KIND.sub("", outlet["site"].casefold()))


def _of_site(site: str, offices: Iterable[Organization]) -> Organization | None:
    for group in offices:
        if site in ("".join(group.key.rest), *group.key.rest) or is_contraction(site, group.key.rest):
            return group
    return None


def _offices_in(surface: str) -> list[str]:
    """Return the commission's offices that a hall's or a meeting's name carries."""
    return [match.group() for match in words.EMBEDDED_OFFICE.finditer(surface)]


def _named(name: tuple[str, ...], offices: dict[tuple[str, ...], Organization]) -> Organization | None:
    """Return the office that a name begins with; a meeting's name may run on after it."""
    for end in range(len(name), 1, -1):
        if name[:end] in offices:
            return offices[name[:end]]
    return None
