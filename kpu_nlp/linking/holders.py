"""Which name a group of posts is told of: the one before it, the one after it, or a list of names."""

from __future__ import annotations

from collections.abc import Sequence

from kpu_nlp.linking import roles_words as words
from kpu_nlp.linking.organizations_words import CLASS_FORM
from kpu_nlp.linking.posts import GAP, Group, Item, Name, fits
from kpu_nlp.spans import Span

# Entries of one list that are looked back on; keeps endless lists linear.
_LIST = 60


def attach(text: str, items: Sequence[Item], sentence: Sequence[Span]) -> None:
    """Give each group of posts in a sentence to the names that hold it.

    Args:
        text: the article.
        items: the sentence's groups and names; the names' ``groups`` are filled.
        sentence: the sentence's spans.
    """
    position = 0
    while position < len(items):
        item = items[position]
        position += 1
        if isinstance(item, Name):
            continue
        before = items[position - 2] if position > 1 else None
        after = items[position] if position < len(items) else None
        if isinstance(before, Name) and _belongs_before(text, before, item, after, sentence):
            position = _give_back(text, items, position - 1)
        elif isinstance(before, Group) and _sums_up(text, before, item):
            for name in _names_back(text, items, position - 2):
                name.groups.append(item)
        elif isinstance(after, Name) and _reaches(text, item, after, sentence) and not _is_unnamed(text, item, after):
            _give_on(text, item, items, position)


def _is_unnamed(text: str, group: Group, after: Name) -> bool:
    """Tell whether the name after a role is another's: the holder is only spoken for, or one of a crowd.

    ``Mewakili Bupati, Fulan membuka ...`` leaves the holder unnamed, ``Mewakili Bupati Fulan, ...`` names them.
    """
    place = group.posts[-1].place
    announced = words.LIST_CUE.search(text, group.end, after.start)
    if place is not None and CLASS_FORM.search(place.of(text)) and announced is None:
        return True  # `35 Ketua KPU se-Jawa Tengah, Fulan menyebut ...`
    if fits(words.CLOSE, text, group.end, after.start):
        return False
    start = max(0, group.start - GAP)
    if words.STAND_IN.search(text, start, group.start):
        return True
    return announced is None and words.CROWD.search(text, start, group.start) is not None


def _reaches(text: str, group: Group, name: Name, sentence: Sequence[Span]) -> bool:
    """Tell whether nothing but announcing words, or the place the holder comes from, stands between a group and a name."""
    if fits(words.BEFORE_NAME, text, group.end, name.start):
        return True
    position = group.posts[-1].number + 1 + (group.posts[-1].place is not None)
    between = sentence[position] if position < len(sentence) else None
    if between is None or between.label not in {"GPE", "ORG"} or between.end > name.start:
        return False
    return fits(words.FROM_PLACE, text, group.end, between.start) and fits(words.BEFORE_NAME, text, between.end, name.start)


def _comes_from(text: str, name: Name, group: Group, sentence: Sequence[Span]) -> bool:
    """Tell whether the organisation of the holder stands between the name and the role: ``X dari KPU Bali selaku Anggota``."""
    position = group.posts[0].number - 1
    office = sentence[position] if position >= 0 else None
    if office is None or office.label != "ORG" or not fits(words.FROM_PLACE, text, name.end, office.start):
        return False
    return fits(words.AFTER_NAME, text, office.end, group.start)


def _belongs_before(text: str, name: Name, group: Group, after: Item | None, sentence: Sequence[Span]) -> bool:
    """Tell whether a group is told of the name before it and not of the one after it."""
    if fits(words.AFTER_NAME, text, name.end, group.start):
        return True
    if not fits(words.APPOSITION, text, name.end, group.start):
        return _comes_from(text, name, group, sentence)
    if (isinstance(after, Name) and fits(words.CLOSE, text, group.end, after.start)) or _speaks(text, name, group, after):
        return False
    if name.groups and not words.FORMER.match(text, group.start):
        # `anggota yaitu A Divisi Hukum, B Divisi SDM`: only without a comma, and only a division.
        # Where semicolons part the entries of a list, a comma does not.
        parted = "," in text[name.end : group.start] and not text.startswith(";", group.end)
        return not parted and words.BARE_DIVISION.match(text, group.start) is not None
    # Between two commas the one who is new to the article is introduced.
    introduces_after = not name.groups and isinstance(after, Name) and after.is_first and not name.is_first
    return not (introduces_after and after is not None and _precedes(text, group, after))


def _speaks(text: str, name: Name, group: Group, after: Item | None) -> bool:
    """Tell whether a role after a name opens a clause: ``Gantikan X, Ketua KPU: ...``, ``Menurut X, operator ...``."""
    if text.startswith(":", group.end) and not isinstance(after, Name):
        return True
    is_source = words.SOURCE.search(text, max(0, name.start - GAP), name.start) is not None
    return is_source and words.GOES_ON.match(text, group.end) is None


def _precedes(text: str, group: Group, after: Item) -> bool:
    """Tell whether nothing but announcing words stands between a group and what follows it."""
    return fits(words.BEFORE_NAME, text, group.end, after.start)


def _sums_up(text: str, before: Group, group: Group) -> bool:
    """Tell whether a group is told of all the names before it: ``A, Divisi Hukum; B, Divisi SDM (semuanya Anggota)``."""
    return fits(words.AFTER_NAME, text, before.end, group.start) and bool(words.ALL_OF.search(text, before.end, group.start))


def _give_back(text: str, items: Sequence[Item], position: int) -> int:
    """Give the group at ``position`` to the name or names before it; return the position after what was given."""
    group = items[position]
    name = items[position - 1]
    assert isinstance(group, Group)  # noqa: S101 - the caller's tests, for the type checker
    assert isinstance(name, Name)  # noqa: S101
    cue = words.ALL_OF.search(text, name.end, group.start)
    names = _names_back(text, items, position - 1)
    groups = _groups_on(text, items, position)
    if len(names) > 1 and (len(groups) >= len(names) if cue else len(groups) == len(names)):
        for one, its in zip(names, groups, strict=False):
            one.groups.append(its)
        return position + len(names)
    if cue and len(names) > 1:
        count = words.COUNT_OF.get(cue.group().casefold(), len(names))
        names = names[-count:]
    else:
        names = [name]
    for one in names:
        one.groups.append(group)
    return position + 1


def _names_back(text: str, items: Sequence[Item], position: int) -> list[Name]:
    """Return the list of names that ends at ``position``, in text order; groups told of them may stand between."""
    names: list[Name] = []
    following: Item | None = None
    for item in reversed(items[max(0, position + 1 - _LIST) : position + 1]):
        if following is not None and not _is_linked(text, item, following):
            break
        if isinstance(item, Name):
            names.insert(0, item)
        following = item
    return names


def _is_linked(text: str, item: Item, following: Item) -> bool:
    """Tell whether two neighbours stand in one list of names, each with its own role after it or none."""
    if isinstance(item, Name) and isinstance(following, Group):
        return following in item.groups and words.BARE_DIVISION.match(text, following.posts[-1].role.start) is not None
    return isinstance(following, Name) and fits(words.BETWEEN_NAMES, text, item.end, following.start)


def _groups_on(text: str, items: Sequence[Item], position: int) -> list[Group]:
    """Return the groups from ``position`` on that are joined by commas and ``dan``."""
    groups: list[Group] = []
    for item in items[position : position + _LIST]:
        if not isinstance(item, Group) or (groups and not fits(words.SHARED, text, groups[-1].end, item.start)):
            break
        groups.append(item)
    last = position + len(groups)
    if len(groups) > 1 and last < len(items) and isinstance(items[last], Name) and _precedes(text, groups[-1], items[last]):
        groups.pop()  # that one is told of the name after it
    return groups


def _give_on(text: str, group: Group, items: Sequence[Item], position: int) -> None:
    """Give a group to the name after it, and to the names of a list where its title is one that several people hold."""
    first = items[position]
    shared = words.PLURAL.search(group.posts[0].role.of(text)) or words.LIST_CUE.search(text, group.end, first.start)
    previous: Item = group
    for index in range(position, len(items)):
        item = items[index]
        if isinstance(item, Group):
            # `A (Divisi Hukum), B (Divisi Teknis)`: a role of its own after a name does not end the list.
            if not isinstance(previous, Name) or not _is_aside(text, previous, item):
                break
        elif item is first or fits(words.BETWEEN_NAMES, text, previous.end, item.start):
            item.groups.append(group)
        else:
            break
        if not shared:
            break
        previous = item


def _is_aside(text: str, name: Name, group: Group) -> bool:
    """Tell whether a group after a name in a list is told of that name alone."""
    if fits(words.AFTER_NAME, text, name.end, group.start):
        return True
    return fits(words.APPOSITION, text, name.end, group.start) and words.BARE_DIVISION.match(text, group.start) is not None
