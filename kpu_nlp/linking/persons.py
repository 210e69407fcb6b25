"""Which PERSON spans name one human being, and which part of a name is a title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from kpu_nlp.linking import persons_words as words
from kpu_nlp.linking.facts import Person
from kpu_nlp.linking.repair import join_names
from kpu_nlp.spans import Span

# How many earlier people that share a word with a name are looked at, newest first; keeps endless lists linear.
_REACH = 64

# A clipped name has at least this many letters; a name this near to a role or organisation before it is a new one.
_CLIPPED = 4
_ADJACENT = 3
# How far before a nickname its cue (`akrab disapa`) may stand, in characters.
_CUE_REACH = 60

_LETTERS = re.compile(r"[^\W\d_]+")
_APOSTROPHES = re.compile(r"['’‘`´ʼʻ′\"“”]")
_NAME_WORD = re.compile(r"[\w-]+")
_SPACES = re.compile(r"\s+")
_TOKEN = re.compile(r"\S+")
_HEADS = {form: head for head, forms in words.NAME_FORMS.items() for form in forms.split()}
_GLUED = re.compile(r"((?:[A-Za-z]{1,5}\.)+)(?=[A-Z][a-z]{2})")


def _key(token: str) -> str:
    """Return the letters of a title, without dots, spaces and case."""
    return "".join(_LETTERS.findall(token)).casefold()


def _leading_end(name: str) -> tuple[int, list[str]]:
    """Return where the name begins after titles and ranks, and those titles as printed."""
    position = 0
    titles: list[str] = []
    while match := _TOKEN.search(name, position):
        token = match.group()
        glued = _GLUED.match(token)  # Dr.Budi, H.Ahmad
        if glued:
            token = glued.group(1)
        end = _title_end(token, name, match.start() + len(token))
        if end is None and titles and token.isupper() and _key(token) in words.DOTTED_LEADING_TITLES:
            end = match.start() + len(token)  # `KRT. RM Fulan`: after a title the next needs no dot
        if end is None or not any(mark.isalpha() for mark in name[end:]):
            break
        titles.append(name[match.start() : end])
        position = end
    return position, titles


def _title_end(token: str, name: str, end: int) -> int | None:
    """Return the end of the title that ``token`` begins, or None if it is no title."""
    key = _key(token)
    if key in words.RANKS:
        return _rank_end(name, end)
    following = _TOKEN.search(name, end)
    pair = (key, _key(following.group()) if following else "")
    if following and pair in words.TITLE_PAIRS:
        return following.end()
    if pair in words.NAME_PAIRS:
        return None
    if key in words.LEADING_TITLES or ("." in token and key in words.DOTTED_LEADING_TITLES):
        return end
    return None


def _rank_end(name: str, end: int) -> int:
    """Return the end of a rank with its service and corps: ``Letkol Laut (P)``."""
    while match := _TOKEN.search(name, end):
        token = match.group()
        if _key(token) not in words.RANK_TAILS and not words.RANK_CORPS.fullmatch(token):
            break
        end = match.end()
    return end


def _is_degree(part: str) -> bool:
    """Tell whether a word without a comma before it is a degree."""
    key = _key(part)
    if key in words.DEGREES:
        return "." in part or any(mark.isupper() for mark in part[1:])
    return key in words.DOTTED_DEGREES and "." in part[:-1]


def _split_trailing(name: str) -> tuple[str, list[str]]:
    """Take degrees off the end of a name: parts after a comma by their shape, words before it by the list."""
    parts = [part.strip() for part in re.split(r"[,;]", name)]
    titles: list[str] = []
    while len(parts) > 1 and (not parts[-1] or _are_degrees(parts[-1])):
        titles[:0] = _single_degrees(parts.pop())
    name = ", ".join(part for part in parts if part)
    while match := re.fullmatch(r"(.+?)\s+((?:[SM]\.\s)?\S+)", name):
        if not _is_degree(match.group(2)):
            break
        titles.insert(0, match.group(2))
        name = match.group(1)
    return name, titles


def _are_degrees(part: str) -> bool:
    return all(words.DEGREE_SHAPE.fullmatch(one) or _is_degree(one) for one in _single_degrees(part))


def _single_degrees(part: str) -> list[str]:
    """Split ``S.H M.H`` at its spaces, but keep ``S. Pd.`` whole."""
    if not part:
        return []
    return [one.strip() for one in re.split(r"(?<![SMA]\.)(?<!\b[SMA])\s+", part)]


def split_titles(surface: str) -> tuple[str, tuple[str, ...]]:
    """Split a PERSON span into the name and its titles.

    Args:
        surface: the span as printed, e.g. ``Dr. H. Said Hasyim, S.H., M.Si.``

    Returns:
        The name with single spaces and the titles and degrees as printed, in their order. A surface that is nothing but
        titles is its own name.
    """
    whole = _SPACES.sub(" ", surface).strip(" ,;")
    start, leading = _leading_end(whole)
    name, trailing = _split_trailing(whole[start:].strip(" ,"))
    if not any(mark.isalpha() for mark in name):
        return whole, ()
    return name, tuple(leading + trailing)


def _name_key(name: str) -> tuple[str, ...]:
    """Return the words of a name for comparison: case, dots and apostrophes removed, given names in one spelling."""
    plain = _APOSTROPHES.sub("", name).casefold()
    return tuple(_HEADS.get(word, word) for word in _NAME_WORD.findall(plain))


def _same_word(one: str, other: str) -> bool:
    """Tell whether two words of a name may be the same: equal, or one the other's initial."""
    return one == other or (min(len(one), len(other)) == 1 and one[:1] == other[:1])


def _is_short_for(short: Sequence[str], full: Sequence[str]) -> bool:
    """Tell whether every word of ``short`` stands in ``full`` in this order, at least one of them written out."""
    written_out = False
    position = 0
    for word in short:
        while position < len(full) and not _same_word(word, full[position]):
            position += 1
        if position == len(full):
            return False
        written_out = written_out or (len(word) > 1 and word == full[position])
        position += 1
    return written_out or tuple(short) == tuple(full)


@dataclass(slots=True)
class _Cluster:
    """The mentions found so far of one person."""

    key: tuple[str, ...]
    name: str
    nicknames: set[tuple[str, ...]] = field(default_factory=set)
    titles: dict[str, str] = field(default_factory=dict)
    mentions: list[Span] = field(default_factory=list)

    def accepts(self, key: tuple[str, ...]) -> bool:
        return key in self.nicknames or _is_short_for(key, self.key) or _is_short_for(self.key, key)

    @property
    def last(self) -> int:
        return self.mentions[-1].start

    def add(self, span: Span, name: str, key: tuple[str, ...], titles: Iterable[str]) -> None:
        self.mentions.append(span)
        for title in titles:
            self.titles.setdefault(_key(title), title)
        if _fullness(name, key) > _fullness(self.name, self.key):
            self.name, self.key = name, key


def _fullness(name: str, key: tuple[str, ...]) -> tuple[int, int, bool]:
    """Order forms of a name: more words, more letters written out, not in capitals throughout."""
    return len(key), sum(mark.isalpha() for mark in name), not name.isupper()


class _Directory:
    """The people found so far, by the words of their names, newest mention last."""

    def __init__(self) -> None:
        self.clusters: list[_Cluster] = []
        self._by_word: dict[str, dict[int, None]] = {}

    def find(self, key: tuple[str, ...]) -> int | None:
        """Return the person mentioned last whose name fits ``key``; an equal name goes before a short form."""
        fitting: int | None = None
        for word in key:
            for index in islice(reversed(self._by_word.get(word, {})), _REACH):
                cluster = self.clusters[index]
                if cluster.key == key:
                    return index
                if cluster.accepts(key) and (fitting is None or cluster.last > self.clusters[fitting].last):
                    fitting = index
        return fitting

    def find_nickname(self, key: tuple[str, ...], between: str) -> int | None:
        """Return whom a clipped name means (``Linda`` for ``Lindawati``), or whom the article has just given a nickname.

        Args:
            key: the name's words.
            between: the text since the last mention of anybody.
        """
        if len(key) > 1 or not self.clusters:
            return None
        if words.NICKNAME_CUE.search(between):
            return max(
                range(max(0, len(self.clusters) - _REACH), len(self.clusters)), key=lambda index: self.clusters[index].last
            )
        if len(key[0]) < _CLIPPED:
            return None
        recent = sorted(
            range(max(0, len(self.clusters) - _REACH), len(self.clusters)), key=lambda index: -self.clusters[index].last
        )
        return next((index for index in recent if any(word.startswith(key[0]) for word in self.clusters[index].key)), None)

    def record(self, index: int) -> None:
        """Note that a person has just been mentioned."""
        cluster = self.clusters[index]
        for word in chain(cluster.key, *cluster.nicknames):
            newest = self._by_word.setdefault(word, {})
            newest.pop(index, None)
            newest[index] = None


def _introduced(spans: Sequence[Span], position: int) -> bool:
    """Tell whether the PERSON span at ``position`` stands directly after a role or an organisation, as a new name does."""
    if position == 0 or spans[position - 1].label not in {"ROLE", "ORG", "GPE"}:
        return False
    return spans[position].start - spans[position - 1].end <= _ADJACENT


def link_persons(text: str, spans: Sequence[Span]) -> list[Person]:
    """Group the PERSON spans of an article by the human being they name.

    A later short form (first name, last name, a part in the middle), a form with other titles, in capitals or with initials
    joins the person it fits; where it fits several, the one mentioned last.

    Args:
        text: the article.
        spans: all spans of the article in text order.

    Returns:
        The people in order of first mention, ids ``o1``, ``o2``, ...
    """
    directory = _Directory()
    spans = join_names(text, spans)
    last_end = 0
    for position, span in enumerate(spans):
        if span.label != "PERSON":
            continue
        name, titles = split_titles(span.of(text))
        key = _name_key(name)
        if not key:
            continue
        index = directory.find(key)
        if index is None and not _introduced(spans, position):
            index = directory.find_nickname(key, text[max(last_end, span.start - _CUE_REACH) : span.start])
            if index is not None:
                directory.clusters[index].nicknames.add(key)
        if index is None:
            index = len(directory.clusters)
            directory.clusters.append(_Cluster(key, name))
        directory.clusters[index].add(span, name, key, titles)
        directory.record(index)
        last_end = span.end
    return [
        Person(f"o{number}", cluster.name, tuple(cluster.titles.values()), tuple(cluster.mentions))
        for number, cluster in enumerate(directory.clusters, start=1)
    ]
