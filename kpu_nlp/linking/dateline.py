"""The dateline of an article: the place and the outlet that open its first paragraph.

``Malang, jatim.kpu.go.id- Hadir ...``, ``TERNATE – KPU ...``, ``Bula (kabarpulau) -- ...``, ``Sekadau, 26 Agustus 2015``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kpu_nlp.linking.dateline_words import (
    DATELINE_GAPS,
    HOST,
    KEPT_UPPER,
    LEAD_IN,
    LOWER_WORDS,
    OFFICE_START,
    PREPOSITION,
    PROPER_WORDS,
)
from kpu_nlp.linking.regions import find_areas
from kpu_nlp.spans import Span

# The dateline stands in the first paragraph, which a title, a subtitle or a letterhead's lines can precede.
_LINES = 4
_REACH = 2000
# A page that was flattened to one line has its headline, of at most so many characters, before the dateline.
_HEADLINE = 300

_LEAD_IN = re.compile(LEAD_IN)
_HOST = re.compile(rf"[\s,.(\[–—-]{{0,4}}({HOST})", re.IGNORECASE)
_BRACKETED_OUTLET = re.compile(r"\s*[(\[]([^\W\d][^()\[\]\n]{1,60})[)\]]")
_GAPS = tuple(re.compile(pattern) for pattern in DATELINE_GAPS)
_STRONG = _GAPS[0]
_OFFICE_START = re.compile(OFFICE_START)
_PLACE_AND_HOST = re.compile(rf"([A-Z][\w'’ -]{{1,40}}?)\s?[,(]\s*((?i:{HOST}))")
_HOST_ALONE = re.compile(rf"({HOST})[\s)\]]*[–—-]", re.IGNORECASE)
_OUTLET = re.compile(rf"\s?[,(.]\s?({HOST})", re.IGNORECASE)
_OFFICE = re.compile(rf"\s?[,.]\s?{OFFICE_START}")
_PREPOSITION = re.compile(PREPOSITION, re.IGNORECASE)
_PROPER_WORDS = re.compile(PROPER_WORDS)


def well_cased(name: str) -> str:
    """Return a name that is printed in capitals as it is written elsewhere: ``TANJUNG REDEB`` as ``Tanjung Redeb``."""
    if not name.isupper():
        return name
    words = re.split(r"([^\W_]+(?:['’][^\W_]+)*)", name)
    return "".join(_cased_word(word, first=index == 1) for index, word in enumerate(words))


def _cased_word(word: str, *, first: bool) -> str:
    if word in KEPT_UPPER:
        return word
    return word.lower() if not first and word.lower() in LOWER_WORDS else word.capitalize()


def find_dateline(text: str, spans: Sequence[Span]) -> tuple[str | None, str | None]:
    """Find the place and the outlet that open an article.

    Args:
        text: the article, title on its first line.
        spans: its spans, sorted.

    Returns:
        The place, capitals undone (``TERNATE`` is ``Ternate``), and the outlet as printed (``jatim.kpu.go.id``), each None
        where the article names none.
    """
    lines = list(_first_lines(text))
    for number, (start, end) in enumerate([*lines[1:], *lines[:1]]):
        # The title comes last, and counts only where the article seems to have none.
        strict = number == len(lines) - 1
        place, outlet = _read_line(text, start, end, spans, strict=strict)
        if place or outlet:
            return (well_cased(place) if place else None), outlet
    if len(lines) == 1 and lines[0][1] - lines[0][0] > _HEADLINE:
        return _read_flattened(text, *lines[0], spans)
    return None, None


def _read_flattened(text: str, start: int, end: int, spans: Sequence[Span]) -> tuple[str | None, str | None]:
    """Find the dateline behind the headline of a page that was flattened to one line."""
    for place in spans[: _LINES * 40]:
        if place.start > start + _HEADLINE:
            break
        if place.label != "GPE" or _PREPOSITION.search(text, max(start, place.start - 12), place.start):
            continue
        outlet = _OUTLET.match(text, place.end, end)
        if outlet or _STRONG.match(text, place.end, end) or _OFFICE.match(text, place.end, end):
            return well_cased(place.of(text)), outlet.group(1) if outlet else None
    return None, None


def dateline_end(text: str) -> int:
    """Return the offset before which a dateline can stand."""
    return min(_REACH, max((end for _, end in _first_lines(text)), default=0))


def _first_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the first lines that are not blank."""
    start, found = 0, 0
    while found < _LINES and start < len(text):
        newline = text.find("\n", start)
        end = len(text) if newline < 0 else newline
        if text[start:end].strip():
            found += 1
            yield start, end
        start = end + 1


def _read_line(text: str, start: int, end: int, spans: Sequence[Span], *, strict: bool) -> tuple[str | None, str | None]:
    lead_in = _LEAD_IN.match(text, start, end)
    first = lead_in.end() if lead_in else start
    place = next((span for span in spans[: _LINES * 40] if first <= span.start and span.end <= end), None)
    if place is not None and place.label == "GPE" and _opens_line(text, first, place):
        opened, outlet = _after_place(text, place, end, spans, strict=strict)
        return (text[first : place.end], outlet) if opened else (None, None)
    if place is not None and place.label == "GPE" and place.start < first + _HEADLINE:
        host = _OUTLET.match(text, place.end, end)
        if host:
            # Behind a headline or a menu, the site still says that the place before it is the dateline's.
            return place.of(text), host.group(1)
    return _read_untagged(text, first, end, strict=strict)


def _opens_line(text: str, first: int, place: Span) -> bool:
    """Tell whether a place opens its line, or would if the tagger had not left its first word out: ``TANJUNG [REDEB]``."""
    if place.start == first:
        return True
    return _PROPER_WORDS.fullmatch(text, first, place.start) is not None and bool(find_areas(text[first : place.end]))


def _read_untagged(text: str, first: int, end: int, *, strict: bool) -> tuple[str | None, str | None]:
    """Read a dateline whose place the tagger missed: a host name or a dash behind a known place says that it is one."""
    stop = min(end, first + 120)
    written = _PLACE_AND_HOST.match(text, first, stop)
    if written:
        # An office that signs with its site is no place.
        return (None if _OFFICE_START.match(written.group(1)) else written.group(1)), written.group(2)
    alone = _HOST_ALONE.match(text, first, stop)
    if alone:
        return None, alone.group(1)
    words = _PROPER_WORDS.match(text, first, stop)
    if not strict and words and _STRONG.match(text, words.end(), stop) and find_areas(words.group().strip()):
        return words.group().strip(), None
    return None, None


def _after_place(text: str, place: Span, end: int, spans: Sequence[Span], *, strict: bool) -> tuple[bool, str | None]:
    """Tell whether what follows a place makes it a dateline, and the outlet."""
    host = _HOST.match(text, place.end, end)
    if host:
        return True, host.group(1)
    bracketed = _BRACKETED_OUTLET.match(text, place.end, end)
    if bracketed and _STRONG.match(text, bracketed.end(), end):
        return True, bracketed.group(1).strip()
    if _STRONG.match(text, place.end, end):
        return True, None
    return not strict and _is_weakly_marked(text, place, end, spans), None


def _is_weakly_marked(text: str, place: Span, end: int, spans: Sequence[Span]) -> bool:
    """Tell whether a comma, a full stop, a date or an office after a place makes it a dateline."""
    following = next((span for span in spans if span.start >= place.end), None)
    if following is not None and following.label == "GPE" and text[place.end : following.start].strip() == ",":
        # ``Malang, Jawa Timur – `` is a dateline, ``Malang, Kediri dan Blitar`` is none.
        return _STRONG.match(text, following.end, end) is not None
    if following is not None and following.label in ("DATE", "ORG") and text[place.end : following.start] == " ":
        return following.label == "DATE" or _OFFICE_START.match(text, following.start) is not None
    return any(gap.match(text, place.end, end) for gap in _GAPS[1:])
