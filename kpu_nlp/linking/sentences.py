"""Sentence offsets of Indonesian news: a pure function on strings, so that the tagger can break its windows with it too.

A sentence never crosses a line break. A full stop inside a quotation ends a sentence of the quotation as well, so a
quotation of three sentences gives three; the quotation marks stay with the sentence that they touch.
"""

from __future__ import annotations

import re

from kpu_nlp.linking.sentence_words import (
    ENUMERATORS,
    LOWER_ABBREVIATIONS,
    NUMBERED_ABBREVIATIONS,
    STREET_WORDS,
    TITLE_ABBREVIATIONS,
)

# A run of sentence ends with the marks that close around it; what follows decides in `_ends_sentence`.
_CANDIDATE = re.compile(
    r"""(?P<stop>[.!?…]{1,8})(?P<closers>["”’'»)\]‟]{0,4})(?=\s|[^\W\d_]|["“„‘«])"""
    r"""|(?P<line>[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+)"""
)
_WORD_BEFORE = re.compile(r"[^\W_]+\Z")
_DEGREE_NEXT = re.compile(r"[A-Z][A-Za-z]{0,3}\.|[A-Z]{2}\b,")
_DOTTED_BEFORE = re.compile(r"(?<![^\W_])[A-Z][A-Za-z]{0,3}(?:\.[A-Za-z]{1,4})+\Z")
_PLAIN_CAPITAL = re.compile(r"[A-Z][a-z]+(?=\s)")
_LOOK_BACK = 24  # longer than any abbreviation
_OPENERS = "\"“„‘'«(["
_CLOSERS = "\"”’'»)]‟"


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the sentences of ``text`` as half-open offsets, without the white space around them.

    Abbreviations of Indonesian news (``Jl.``, ``No.``, ``Dr.``, ``S.H.``, ``dkk.``), initials, clock times and grouped numbers
    do not end a sentence; a full stop whose space is missing (``selesai.Kegiatan``) does. Every character that is not white
    space lies in exactly one sentence.
    """
    sentences: list[tuple[int, int]] = []
    start = 0
    for candidate in _CANDIDATE.finditer(text):
        if candidate.group("line") is not None:
            _add(text, start, candidate.start(), sentences)
            start = candidate.end()
        elif _ends_sentence(text, candidate):
            _add(text, start, candidate.end(), sentences)
            start = candidate.end()
    _add(text, start, len(text), sentences)
    return sentences


def _add(text: str, start: int, end: int, sentences: list[tuple[int, int]]) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        start += len(piece) - len(piece.lstrip())
        sentences.append((start, start + len(stripped)))


def _ends_sentence(text: str, candidate: re.Match[str]) -> bool:
    stop, end = candidate.group("stop"), candidate.end()
    following = text[end : end + _LOOK_BACK]
    if not following[0].isspace():
        return _ends_without_space(text, candidate)
    following = following.lstrip(" \t\xa0")
    if not following or following[0].isspace():
        return True  # the line ends here
    first = following[1] if following[0] in _OPENERS and len(following) > 1 else following[0]
    if first.islower() and not (following[0] in "“„«" and stop != "…"):
        # `"Ayo!" kata X`: the cue belongs to the sentence; a plain word before a full stop is a careless capital.
        return stop == "." and not candidate.group("closers") and _is_plain_word(text, candidate.start())
    if stop != "." or candidate.group("closers").strip(")"):
        return True
    return not _is_abbreviation(text, candidate.start(), following)


def _word_before(text: str, position: int) -> str:
    match = _WORD_BEFORE.search(text, max(0, position - _LOOK_BACK), position)
    return match.group() if match else ""


def _is_plain_word(text: str, position: int) -> bool:
    word = _word_before(text, position)
    return len(word) > 4 and word.isalpha() and word.islower() and word not in TITLE_ABBREVIATIONS


def _is_abbreviation(text: str, position: int, following: str) -> bool:
    """Tell whether the full stop at ``position``, before a capital or a digit, belongs to the word before it."""
    word = _word_before(text, position)
    if not word:
        return False
    start = position - len(word)
    dotted = start > 0 and text[start - 1] == "."
    if word.isdigit():
        return len(word) <= 2 and not dotted and _opens_item(text, start)
    if dotted and len(word) <= 4:
        return bool(_DEGREE_NEXT.match(following)) or not _is_degree(text, position)
    if len(word) == 1:
        return word.isupper() or _opens_item(text, start)
    lowered = word.lower()
    if lowered in NUMBERED_ABBREVIATIONS:
        return following[0].isdigit()
    return lowered in LOWER_ABBREVIATIONS or (lowered in TITLE_ABBREVIATIONS and word != lowered)


def _is_degree(text: str, position: int) -> bool:
    """Tell a degree after a name (``S.H.``, ``M.Si.``) from initials before one (``K.H.``) and from ``s.d.``."""
    match = _DOTTED_BEFORE.search(text, max(0, position - _LOOK_BACK), position)
    if match is None:
        return False
    return match.group()[0] in "SMAPL" and not text[max(0, match.start() - _LOOK_BACK) : match.start()].endswith(STREET_WORDS)


def _opens_item(text: str, start: int) -> bool:
    """Tell whether the number at ``start`` counts an item of a list: it opens its line or follows a colon or semicolon."""
    before = text[max(0, start - 12) : start].rstrip(" \t\xa0")
    return not before or before[-1] in "\n\r:;" or before.endswith(ENUMERATORS)


def _ends_without_space(text: str, candidate: re.Match[str]) -> bool:
    """Tell whether ``selesai.Kegiatan`` breaks here: a word or number, a full stop, and a capitalised word."""
    position, end = candidate.start(), candidate.end()
    following = text[end : end + 2]
    if following[0] in _OPENERS:
        return following[0] != '"' or following[1:].isupper()
    if not (following[0].isupper() and following[1:].isalpha()):
        return False
    if candidate.group("closers") or candidate.group("stop") != ".":
        return True
    word = _word_before(text, position)
    start = position - len(word)
    if not word or word[0].isdigit():
        return position > 0 and (bool(word) or text[position - 1] in _CLOSERS or text[position - 1].isspace())
    if start > 0 and text[start - 1] == ".":
        # `M.Si.M.H` is one run of degrees, `S.H.Dalam` is not.
        return bool(_PLAIN_CAPITAL.match(text, end)) and (len(word) > 4 or _is_degree(text, position))
    # Two words in capitals are the parts of a number (`PHPU.BUP-XXIII`).
    return len(word) > 1 and word.lower() not in TITLE_ABBREVIATIONS and (word.islower() or following[1:].islower())
