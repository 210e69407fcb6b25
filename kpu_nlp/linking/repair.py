"""Names, titles and organisations that a tagger splits in two, glues together or cuts at the wrong word.

The rules of roles and speech read what stands beside what, so that one wrong edge costs a whole role. What is mended here is
what the text itself decides: two names with a space between are one, ``Kepala Dinas Pendidikan`` is the head of a body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from kpu_nlp.linking import repair_words as words
from kpu_nlp.spans import Span

# A span with these around it is trimmed; nothing of a name begins or ends so.
_EDGES = " \t\xa0,;:"
_SPACE = re.compile(r"[ \t\xa0]+")
_PLACES = frozenset({"ORG", "GPE"})


def join_names(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return the spans with each name whole that two PERSON spans share: ``[Damar] [Wulan Jati]`` is one person."""
    return _joined(spans, lambda one, other: one.label == other.label == "PERSON" and _is_one_name(text, one, other))


def _is_one_name(text: str, one: Span, other: Span) -> bool:
    if _SPACE.fullmatch(text, one.end, other.start) is None:
        return False
    return text[one.end - 1].isalpha() and text[other.start].isupper() and not text[one.start : other.end].isupper()


def repair_spans(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return the spans with names, titles and organisations as the contract cuts them.

    Args:
        text: the article.
        spans: its spans, sorted and without overlap.

    Returns:
        Spans in text order, still without overlap.
    """
    trimmed = [_trimmed(text, span) for span in join_names(text, spans)]
    cut: list[Span] = []
    for span in _joined(trimmed, lambda one, other: _is_one_title(text, one, other)):
        cut.extend(_cut(text, span) if span.label == "ROLE" else [span])
    return _with_whole_bodies(text, _with_kinds_of_place(text, _with_complements(text, cut)))


def _joined(spans: Sequence[Span], is_one: Callable[[Span, Span], bool]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and is_one(joined[-1], span):
            joined[-1] = _merged(joined[-1], span, joined[-1].label)
        else:
            joined.append(span)
    return joined


def _merged(one: Span, other: Span, label: str) -> Span:
    return Span(one.start, other.end, label, min(one.score, other.score))


def _trimmed(text: str, span: Span) -> Span:
    """Return a span without marks at its edges; the comma that goes on with a title stays for `_is_one_title`."""
    if span.label not in {"ORG", "PERSON", "ROLE"}:
        return span
    surface = span.of(text)
    end = span.start + len(surface.rstrip(_EDGES))
    start = span.start if span.label == "ROLE" else span.start + len(surface) - len(surface.lstrip(_EDGES))
    return Span(start, end, span.label, span.score) if start < end else span


def _is_one_title(text: str, one: Span, other: Span) -> bool:
    """Tell whether a title goes on in the next ROLE span: ``[Anggota] [Divisi Hukum]``, ``[Kabag Umum][, Logistik]``."""
    if other.label != "ROLE" or one.label not in {"ROLE", "ORG"}:
        return False
    if one.end == other.start:
        return text[other.start] == "," or one.label == "ROLE"
    if one.label != "ROLE" or _SPACE.fullmatch(text, one.end, other.start) is None:
        return False
    return words.BEGINS_TITLE.match(text, other.start, other.end) is None


def _cut(text: str, role: Span) -> list[Span]:
    """Return the title and the body or place that a ROLE span glues together."""
    for pattern in words.WITH_BODY:
        if found := pattern.fullmatch(text, role.start, role.end):
            return _parts(role, found, "ORG")
    found = words.WITH_PLACE.fullmatch(text, role.start, role.end)
    if found and not words.NO_PLACE.match(found["body"]):
        return _parts(role, found, "ORG" if found["body"][0].isdigit() else "GPE")
    return [role]


def _parts(role: Span, found: re.Match[str], label: str) -> list[Span]:
    return [Span(role.start, found.end("title"), "ROLE", role.score), Span(found.start("body"), role.end, label, role.score)]


def _follows(text: str, span: Span, following: Sequence[Span], labels: frozenset[str]) -> bool:
    """Tell whether the next span has one of the labels and only spaces stand before it."""
    return bool(following) and following[0].label in labels and _SPACE.fullmatch(text, span.end, following[0].start) is not None


def _with_complements(text: str, spans: Sequence[Span]) -> list[Span]:
    """Join a title that says nothing alone with what the tagger took for an organisation or a place."""
    result: list[Span] = []
    position = 0
    while position < len(spans):
        span = spans[position]
        following = spans[position + 1 : position + 3]
        position += 1
        if span.label == "ROLE" and _follows(text, span, following, _PLACES) and _is_complement(text, span, following):
            span = _merged(span, following[0], "ROLE")
            position += 1
        result.append(span)
    return result


def _is_complement(text: str, role: Span, following: Sequence[Span]) -> bool:
    unit = following[0]
    if words.OFFICE.match(text, unit.start, unit.end):
        return False
    if words.WORKING_GROUP.match(text, unit.start, unit.end):
        return unit.label == "ORG"
    if words.INCOMPLETE.fullmatch(text, role.start, role.end):
        return True
    own = words.OWN_UNIT.match(text, unit.start, unit.end)
    return own is not None and _follows(text, unit, following[1:], _PLACES)


def _with_kinds_of_place(text: str, spans: Sequence[Span]) -> list[Span]:
    """Give ``Desa`` of ``[Kepala] [Desa Rimba]`` to the title."""
    result = list(spans)
    for position, span in enumerate(spans):
        if span.label != "ROLE" or not _follows(text, span, spans[position + 1 : position + 2], _PLACES):
            continue
        place = spans[position + 1]
        kind = words.VILLAGE.match(text, place.start, place.end)
        if kind and words.HEAD.fullmatch(text, span.start, span.end):
            name = kind.end() + len(text[kind.end() : place.end]) - len(text[kind.end() : place.end].lstrip())
            result[position] = Span(span.start, kind.end(), "ROLE", span.score)
            result[position + 1] = Span(name, place.end, "GPE", place.score)
    return result


def _with_whole_bodies(text: str, spans: Sequence[Span]) -> list[Span]:
    """Join the parts of a body beside a title: ``Dekan`` ``[Fakultas Hukum] [Universitas Rimba]``."""
    result: list[Span] = []
    for position, span in enumerate(spans):
        previous = result[-1] if result else None
        if (
            previous is not None
            and previous.label == "ORG"
            and len(result) > 1
            and result[-2].label == "ROLE"
            and _SPACE.fullmatch(text, result[-2].end, previous.start)
            and _follows(text, previous, spans[position : position + 1], _PLACES)
            and (span.label == "ORG" or words.OF_A_PLACE.match(text, previous.start, previous.end))
        ):
            result[-1] = _merged(previous, span, "ORG")
        else:
            result.append(span)
    return result
