"""Find what stands in quotation marks and is said, with any mark style, paired or not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kpu_nlp.linking.speech_words import CUE_AFTER, CUE_INSIDE, LEADING_VERBS, NAMING, SOURCES

_PARAGRAPH = re.compile(r"[^\n\r]+")
_DOUBLE = '"“”„‟«»＂'
_MARK = re.compile(r"''|[\"“”„‟«»＂'‘’‚‛`´]")
_WORD = re.compile(r"[^\W\d_][\w-]*|[.!?](?=\s)")
_LEAD = 80  # characters before a quotation in which a verb of saying still leads to it
_BEFORE_OPENING = "([{:;—–-=/"
_AFTER_CLOSING = ".,;:!?)]}—–-/…"
_OPENS, _CLOSES, _EITHER = "opens", "closes", "either"


@dataclass(frozen=True, slots=True)
class Quoted:
    """A stretch in quotation marks, within one paragraph.

    Attributes:
        open: offset of the opening mark.
        start, end: what stands between the marks, without white space at its edges.
        close: offset after the closing mark; ``end`` where there is none.
        closed: whether a closing mark is printed.
    """

    open: int
    start: int
    end: int
    close: int
    closed: bool


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    double: bool
    shape: str


def find_quotations(text: str) -> list[Quoted]:
    """Return the direct quotations of ``text``, in text order.

    Any mark opens and any mark of the same kind (double, single) closes, since articles mix them (``„ ... "``). A quotation
    without a closing mark ends before its cue (``..., katanya``), else with its paragraph. Titles, slogans and single words in
    quotation marks are left out, and so are apostrophes.
    """
    found: list[Quoted] = []
    runs_on = False  # the paragraph before ends inside a quotation
    for paragraph in _PARAGRAPH.finditer(text):
        start, end = paragraph.span()
        marks = _marks(text, start, end)
        pairs = _pair(text, marks, end) if marks else []
        if runs_on and marks and marks[0].double and marks[0].shape != _OPENS and marks[0].start > start:
            # The next paragraph of the same quotation, printed without an opening mark of its own.
            pairs = _pair(text, [_Mark(start, start, True, _OPENS), *marks], end)
        found += [quoted for quoted in pairs if _is_said(text, quoted, (start, end))]
        runs_on = bool(found) and not found[-1].closed and found[-1].close == len(text[:end].rstrip())
    return found


def verb_before(text: str, start: int, opening: int) -> str | None:
    """Return the last verb of saying in the sentence that leads to a quotation (`X mengatakan, "`), as printed; else None."""
    for word in reversed(_WORD.findall(text, max(start, opening - _LEAD), opening)):
        if word[-1] in ".!?":
            return None
        if word.lower().removesuffix("nya") in LEADING_VERBS:
            return str(word)
    return None


def cue_after(text: str, quoted: Quoted) -> re.Match[str] | None:
    """Return the match of `CUE_AFTER` behind a quotation (`,” jelasnya`), if a verb of saying stands there."""
    cue = CUE_AFTER.match(text, quoted.close)
    if cue is None or cue.group("pronoun") or cue.group("cue").lower() in SOURCES:
        return cue
    # `... siap.” Pesan itu disambut tepuk tangan.` is a new sentence; `”..., Pesan Ketua KPU` in a headline is a cue.
    return None if cue.group("cue")[0].isupper() and text[quoted.end - 1] in ".!?…" else cue


def _marks(text: str, start: int, end: int) -> list[_Mark]:
    marks = []
    for match in _MARK.finditer(text, start, end):
        left = text[match.start() - 1] if match.start() > start else " "
        right = text[match.end()] if match.end() < end else " "
        double = len(match.group()) == 2 or match.group() in _DOUBLE
        if not double and left.isalnum() and right.isalnum():
            continue  # an apostrophe: Qur'an, Jum'at
        opens = left.isspace() or left in _BEFORE_OPENING or left in _DOUBLE
        closes = right.isspace() or right in _AFTER_CLOSING or right in _DOUBLE
        # `mudah,"kata` closes and `berkata,"Kita` opens: where neither side is free only what is open tells.
        shape = _EITHER if opens == closes else _OPENS if opens else _CLOSES
        if shape == _EITHER and match.group() in "“„«‘" and not right.isspace():
            shape = _OPENS
        marks.append(_Mark(match.start(), match.end(), double, shape))
    return marks


def _pair(text: str, marks: list[_Mark], paragraph_end: int) -> list[Quoted]:
    found: list[Quoted] = []
    opening: _Mark | None = None
    index = 0
    while index < len(marks):
        mark = marks[index]
        if opening is None:
            if _can_open(text, marks, index, paragraph_end):
                opening = mark
        elif mark.shape == _OPENS:
            if _is_nested(marks, index):
                index += 1
            elif mark.double == opening.double:
                _add(text, opening, mark.start, None, found)
                opening = mark
        elif mark.double == opening.double or not _closes_later(marks, index, opening):
            _add(text, opening, mark.start, mark, found)
            opening = None
        index += 1
    if opening is not None:
        _add(text, opening, paragraph_end, None, found)
    return found


def _can_open(text: str, marks: list[_Mark], index: int, paragraph_end: int) -> bool:
    mark = marks[index]
    if mark.shape == _CLOSES:
        return False
    if mark.double:
        return mark.start == 0 or not text[mark.start - 1].isdigit()  # 15" is inches
    if mark.shape == _EITHER:
        return False
    following = marks[index + 1] if index + 1 < len(marks) else None
    if following is not None:
        return following.shape != _OPENS
    return CUE_INSIDE.search(text, mark.end, paragraph_end) is not None


def _is_nested(marks: list[_Mark], index: int) -> bool:
    """Tell whether the mark that opens inside an open quotation has its own closing mark besides the quotation's."""
    inner = marks[index]
    if index + 2 >= len(marks):
        return not inner.double and index + 1 < len(marks) and not marks[index + 1].double
    return marks[index + 1].shape != _OPENS and marks[index + 1].double == inner.double and marks[index + 2].shape == _CLOSES


def _closes_later(marks: list[_Mark], index: int, opening: _Mark) -> bool:
    """Tell whether a mark of the opening's own kind closes the quotation after the odd mark at ``index``."""
    following = marks[index + 1] if index + 1 < len(marks) else None
    return following is not None and following.double == opening.double and following.shape != _OPENS


def _add(text: str, opening: _Mark, end: int, closing: _Mark | None, found: list[Quoted]) -> None:
    if closing is None:
        cue = CUE_INSIDE.search(text, opening.end, end)
        if cue is not None:
            end = cue.start()
    content = text[opening.end : end]
    stripped = content.strip()
    if not stripped:
        return
    start = opening.end + len(content) - len(content.lstrip())
    end = start + len(stripped)
    found.append(Quoted(opening.start, start, end, closing.end if closing else end, closing is not None))


def _is_said(text: str, quoted: Quoted, paragraph: tuple[int, int]) -> bool:
    """Tell speech from a title, a slogan or a word in quotation marks."""
    content = text[quoted.start : quoted.end]
    words = content.split()
    if not any(char.isalpha() for char in content):
        return False
    before = text[max(paragraph[0], quoted.open - 80) : quoted.open]
    if cue_after(text, quoted):
        return True
    if NAMING.search(before):
        return False
    if content[-1] in ",.!?…" or not quoted.closed:
        return len(words) > 1 or verb_before(text, paragraph[0], quoted.open) is not None
    if before.rstrip().endswith(":") or verb_before(text, paragraph[0], quoted.open) is not None:
        return len(words) > 2
    lower = sum(word[0].islower() for word in words)
    return len(words) >= 5 and 2 * lower >= len(words)
