"""Which ORG spans name one organisation, and which of its printed forms counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from kpu_nlp.linking import organizations_words as words
from kpu_nlp.spans import Span

# How many longer names a contracted place name (`Tapteng`) is compared with; keeps endless lists linear.
_REACH = 100

# A contraction has at most this many letters, and contracts at most this many words.
_LETTERS = 12
_PARTS = 5

_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+")
_BRACKETED = re.compile(r"(?P<long>[^()]+?)\s*\((?P<short>[^\W\d_][\w.\- ]*)\)\s*(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Key:
    """What an organisation's name says, however it is written.

    Attributes:
        head: the abbreviation (``kpu``), or the first word of a name without one.
        rest: the other words, kinds of areas left out.
        kind: the kind of area, or None where the name does not say it.
        is_class: the name means many offices.
    """

    head: str
    rest: tuple[str, ...]
    kind: str | None
    is_class: bool


@dataclass(slots=True)
class Organization:
    """One organisation of an article: how it is written, and where."""

    key: _Key
    kinds: set[str] = field(default_factory=set)
    forms: dict[str, int] = field(default_factory=dict)
    mentions: list[Span] = field(default_factory=list)

    @classmethod
    def of_form(cls, name: str) -> Organization:
        """Return an organisation that is printed only inside another name."""
        return cls(_common_key(name), forms={name: 1})

    def add(self, name: str, span: Span, kind: str | None) -> None:
        """Record a mention under its printed form."""
        self.forms[name] = self.forms.get(name, 0) + 1
        self.mentions.append(span)
        if kind:
            self.kinds.add(kind)

    @property
    def name(self) -> str:
        """The form that counts: the longest that begins with the abbreviation, not in capitals where another is printed."""
        return max(self.forms, key=self._rank)

    def _rank(self, form: str) -> tuple[bool, bool, int]:
        first = _WORD.search(form)
        short = first is not None and first.group().casefold() == self.key.head
        shouted = form.isupper() and len(form.split()) > 1
        return short, not shouted, len(form)

    @property
    def is_bare(self) -> bool:
        """Whether the name is an abbreviation alone: ``KPU``, ``Bawaslu``."""
        return not self.key.rest and not self.key.is_class

    @property
    def is_commission(self) -> bool:
        """Whether it is an office of the election commission."""
        return self.key.head in words.COMMISSION and not self.key.is_class

    @property
    def is_national(self) -> bool:
        """Whether it is the national office, by name or because no region is named."""
        return self.is_commission and (not self.key.rest or self.key.rest[0] in words.NATIONAL)

    @property
    def place(self) -> str | None:
        """The place in the name: ``Ngawi`` of ``KPU Kabupaten Ngawi``."""
        if not self.is_one_office or self.is_national:
            return None
        return " ".join(self.name.split(" ")[-len(self.key.rest) :])

    @property
    def is_one_office(self) -> bool:
        """Whether the name says which office is meant."""
        return bool(self.key.rest) and not self.key.is_class


def _abbreviated(name: str, learned: dict[str, str]) -> str:
    """Replace a long name at the beginning by its abbreviation, whether the article prints it in brackets or not."""
    bracketed = _BRACKETED.fullmatch(name)
    if bracketed and bracketed["short"][:1].isupper():
        long_name = bracketed["long"].casefold()
        if long_name not in learned:
            learned[long_name] = bracketed["short"].casefold()
        return f"{bracketed['short']} {bracketed['rest']}".strip()
    folded = name.casefold()
    position = len(folded)
    while position > 0:
        if (short := learned.get(folded[:position]) or words.LONG_NAMES.get(folded[:position])) is not None:
            return short + name[position:]
        position = folded.rfind(" ", 0, position)
    return name


def _is_named(tokens: Sequence[str], index: int) -> bool:
    """Tell whether a kind of area is part of the area's name: ``Kota`` of Lima Puluh Kota."""
    return index > 0 and tokens[index - 1] in words.NAMED_KINDS


def _key_of(name: str, learned: dict[str, str]) -> _Key:
    short = words.NATIONAL_LONG.sub("RI", _abbreviated(name, learned))
    tokens = [token.casefold() for token in _WORD.findall(short)]
    head, others = (tokens[0], tokens[1:]) if tokens else ("", [])
    kinds = [index for index, token in enumerate(others) if token in words.KINDS and not _is_named(others, index)]
    kind = words.KINDS[others[kinds[0]]] if kinds else None
    rest = tuple(token for index, token in enumerate(others) if index not in kinds and token not in words.SILENT)
    return _Key(head, rest, kind, words.CLASS_FORM.search(short) is not None or (kind is not None and not rest))


def is_contraction(short: str, parts: Sequence[str]) -> bool:
    """Tell whether ``short`` contracts the words ``parts``: ``tapteng`` for Tapanuli Tengah, ``ntt``, ``kaltara``.

    ``Kepulauan`` before the name may be left out (``babel``) or not (``kepri``). One of the words alone is another area's name.
    """
    if short in parts:
        return False
    if len(parts) > 1 and parts[0] in words.LEFT_OUT and is_contraction(short, parts[1:]):
        return True
    if not (2 <= len(parts) <= _PARTS and 2 <= len(short) <= _LETTERS and short[0] == parts[0][:1]):
        return False
    return _contracts(short, parts)


def _contracts(short: str, parts: Sequence[str]) -> bool:
    """Tell whether ``short`` is made of a beginning of the first part and letters, in their order, of each other part."""
    if len(parts) == 1:
        letters = iter(parts[0])
        return bool(short) and all(letter in letters for letter in short)
    longest = 0
    while longest < min(len(short), len(parts[0])) and short[longest] == parts[0][longest]:
        longest += 1
    return any(_contracts(short[size:], parts[1:]) for size in range(longest, 0, -1))


@lru_cache(maxsize=4096)
def _common_key(name: str) -> _Key:
    """Return a name's key by common knowledge alone, whatever an article's brackets say."""
    return _key_of(name, {})


@lru_cache(maxsize=4096)
def name_words(name: str) -> tuple[str, ...]:
    """Return the words of an organisation's name for comparison: the abbreviation for a long name, no kinds of areas."""
    key = _common_key(name)
    return (key.head, *key.rest) if key.head else ()


@lru_cache(maxsize=4096)
def same_office(name: str, other: str) -> bool:
    """Tell whether two names may mean one organisation or place: a bare abbreviation fits every office of its kind."""
    one, two = _common_key(name), _common_key(other)
    if one.kind and two.kind and one.kind != two.kind:
        return False
    places = [tuple(word for word in name_words(each) if word not in words.KINDS) for each in (name, other)]
    if places[0] == places[1] or (one.head == two.head and (not one.rest or not two.rest)):
        return True
    if one.head != two.head:
        return False
    return any(
        len(short) == 1 and is_contraction(short[0], full) for short, full in ((one.rest, two.rest), (two.rest, one.rest))
    )


def _contracts_office(short: str, office: Organization) -> bool:
    """Tell whether ``short`` contracts the place of an office, with its kind (``kbb``) or without."""
    rest = office.key.rest
    return is_contraction(short, rest) or any(is_contraction(short, (kind, *rest)) for kind in office.kinds)


class Organizations:
    """The organisations of an article.

    Args:
        text: the article.
        spans: all its spans in text order; the ORG spans are grouped.
    """

    def __init__(self, text: str, spans: Iterable[Span]) -> None:
        learned: dict[str, str] = {}
        self.groups: list[Organization] = []
        self._of_span: dict[int, Organization] = {}
        self._by_name: dict[tuple[str, tuple[str, ...]], list[Organization]] = {}
        keyed: list[tuple[str, _Key, Span]] = []
        for span in spans:
            if span.label == "ORG":
                name = _SPACES.sub(" ", span.of(text)).strip()
                keyed.append((name, _key_of(name, learned), span))
        # Names that say the kind of their area come first, so that `KPU Malang` meets both offices of that name.
        for name, key, span in sorted(keyed, key=lambda entry: entry[1].kind is None):
            self._place(name, key, span)
        self._join_contractions()
        for group in self.groups:
            group.mentions.sort()
        self.groups.sort(key=lambda group: group.mentions[0].start)

    def _place(self, name: str, key: _Key, span: Span) -> None:
        candidates = self._by_name.setdefault((key.head, key.rest), [])
        fitting = [
            group
            for group in candidates
            if group.key.is_class == key.is_class and (key.kind is None or not group.kinds or key.kind in group.kinds)
        ]
        if fitting:
            group = max(fitting, key=lambda group: len(group.mentions))
        else:
            group = Organization(key)
            candidates.append(group)
            self.groups.append(group)
        group.add(name, span, key.kind)
        self._of_span[span.start] = group

    def _join_contractions(self) -> None:
        """Join `KPU Tapteng` with `KPU Kabupaten Tapanuli Tengah`."""
        long_by_head: dict[str, list[Organization]] = {}
        for group in self.groups:
            if len(group.key.rest) > 1 and not group.key.is_class:
                long_by_head.setdefault(group.key.head, []).append(group)
        absorbed: set[int] = set()
        for group in self.groups:
            if len(group.key.rest) != 1 or group.key.is_class:
                continue
            for other in long_by_head.get(group.key.head, [])[:_REACH]:
                contradicts = group.kinds and other.kinds and not group.kinds & other.kinds
                if not contradicts and _contracts_office(group.key.rest[0], other):
                    self._absorb(other, group)
                    absorbed.add(id(group))
                    break
        self.groups = [group for group in self.groups if id(group) not in absorbed]

    def _absorb(self, group: Organization, other: Organization) -> None:
        group.mentions = sorted(group.mentions + other.mentions)
        group.kinds |= other.kinds
        for form, count in other.forms.items():
            group.forms[form] = group.forms.get(form, 0) + count
        for span in other.mentions:
            self._of_span[span.start] = group

    def of(self, span: Span) -> Organization | None:
        """Return the organisation of an ORG span."""
        return self._of_span.get(span.start)

    def national(self) -> Organization | None:
        """Return the national commission: the form that says so (``KPU RI``) before the bare abbreviation."""
        national = [group for group in self.groups if group.is_national]
        return min(national, key=lambda group: not group.key.rest, default=None)

    def _whole(self, unit: Organization) -> Organization:
        """Return the one unit of which ``unit`` is the short form, or itself."""
        size = len(unit.key.rest)
        longer = [
            other
            for other in self.groups
            if other.key.head == unit.key.head and len(other.key.rest) > size and other.key.rest[:size] == unit.key.rest
        ]
        return longer[0] if size and len(longer) == 1 else unit

    def specific(self, group: Organization) -> Organization:
        """Return the one office that a bare name (``Bawaslu``) can only mean, or the group itself.

        The bodies of villages and polling stations are many even where one of them is named.
        """
        if group.key.head in words.UNITS:
            return self._whole(group)
        if not group.is_bare or group.key.head in words.LOCAL_BODIES:
            return group
        offices = [other for other in self.groups if other.key.head == group.key.head and other.is_one_office]
        return offices[0] if len(offices) == 1 else group


def group_organizations(text: str, spans: Sequence[Span]) -> list[tuple[str, list[Span]]]:
    """Group the ORG spans of an article by the organisation they name.

    Args:
        text: the article.
        spans: all its spans in text order.

    Returns:
        For each organisation, in order of first mention, the printed form that counts and its mentions. Of several forms the
        longest that begins with the abbreviation counts, the long name only where no such form is printed.
    """
    return [(group.name, group.mentions) for group in Organizations(text, spans).groups]
