"""Titles that a tagger cuts short: ``Kepala`` for ``Kepala Sekretariat``, ``Pejabat`` for ``Pejabat Eselon II dan III``."""

from __future__ import annotations

from collections.abc import Sequence

from kpu_nlp.linking import titles_words as words
from kpu_nlp.spans import Span

# How far (characters) a title is looked for after its first word; the longest list of topics is shorter.
_REACH = 120

_OFFICES = frozenset({"ORG", "GPE", "FAC", "ROLE"})
_HOLDERS = frozenset({"ORG", "GPE", "PERSON"})


def complete_titles(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return the spans with each ROLE span as long as its title.

    Args:
        text: the article.
        spans: its spans, sorted and without overlap.

    Returns:
        Spans in text order, still without overlap. A ROLE span that grows takes the place of the spans it covers; of an ORG
        span that it covers in part (``Sekretariat`` of ``Sekretariat Bawaslu``) the rest stays.
    """
    completed: list[Span] = []
    position = 0
    while position < len(spans):
        span = spans[position]
        position += 1
        end = _title_end(text, span, spans[position : position + 2]) if span.label == "ROLE" else span.end
        if end == span.end:
            completed.append(span)
            continue
        completed.append(Span(span.start, end, "ROLE", span.score))
        while position < len(spans) and spans[position].start < end:
            completed.extend(_rest(text, spans[position], end))
            position += 1
    return completed


def _rest(text: str, span: Span, start: int) -> list[Span]:
    """Return what stays of an ORG span after a title that ends inside it."""
    if span.label != "ORG" or span.end <= start:
        return []
    start += len(text[start : span.end]) - len(text[start : span.end].lstrip(" \t\xa0,"))
    return [Span(start, span.end, "ORG", span.score)] if start < span.end else []


def _title_end(text: str, role: Span, following: Sequence[Span]) -> int:
    """Return where the title ends that a ROLE span begins."""
    limit = min(len(text), role.end + _REACH)
    start = _skip_spaces(text, role.end, limit)
    ranks = words.RANKED.search(text, role.start, role.end)
    echelon = words.ECHELON.match(text, ranks.start() if ranks else start, limit)
    if echelon:
        return max(role.end, echelon.end())
    if start == role.end or not words.HEAD.fullmatch(text, role.start, role.end):
        return role.end
    if following and following[0].start == start:
        return _tagged_unit(text, following, limit) or role.end
    return _untagged_unit(text, start, following, limit) or role.end


def _tagged_unit(text: str, following: Sequence[Span], limit: int) -> int | None:
    """Return where a unit ends that the tagger took for an organisation, or None where it is one."""
    unit = following[0]
    surface_end = min(unit.end, limit)
    found = words.UNIT.match(text, unit.start, surface_end)
    if unit.label not in _OFFICES or not found or words.OWN_OFFICE.match(text, unit.start, surface_end):
        return None
    if found.end() < unit.end:
        return found.end() if unit.label == "ORG" and words.TO_OFFICE.match(text, found.end(), unit.end) else None
    if words.BARE_UNIT.fullmatch(text, unit.start, unit.end) or _leads_on(text, unit.end, following[1:]):
        return unit.end
    return None


def _untagged_unit(text: str, start: int, following: Sequence[Span], limit: int) -> int | None:
    """Return where a unit ends that the tagger passed over, before an organisation, a name or a mark; else None."""
    found = words.UNIT.match(text, start, min(limit, following[0].start) if following else limit)
    if found and not words.OWN_OFFICE.match(text, start, limit) and _leads_on(text, found.end(), following):
        return found.end()
    bare = words.BARE_UNIT.match(text, start, limit)
    return bare.end() if bare and words.MARK.match(text, bare.end()) else None


def _leads_on(text: str, end: int, following: Sequence[Span]) -> bool:
    """Tell whether an organisation or a name follows at once."""
    if not following or following[0].label not in _HOLDERS:
        return False
    return words.AFTER_UNIT.fullmatch(text, end, following[0].start) is not None


def _skip_spaces(text: str, start: int, limit: int) -> int:
    while start < limit and text[start] in " \t\xa0":
        start += 1
    return start
