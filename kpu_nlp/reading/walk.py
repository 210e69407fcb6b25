"""Go through a folder and all below it, one name at a time, in the order of their paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from kpu_nlp.reading.storage import Storage

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A file, or a folder that cannot be read.

    Attributes:
        parts: its path below the folder where the walk began.
        problem: why the folder cannot be read; None for a file.
    """

    parts: Parts
    problem: str | None = None


def walk(storage: Storage, folder: str, *, enter: Callable[[Parts], bool] | None = None) -> Iterator[Found]:
    """Give every file below a folder, sorted by path, hidden files and folders left out.

    Memory holds the names of one folder at a time, and of those above it.

    Args:
        storage: where the folder lies.
        folder: its path or address.
        enter: tells of a subfolder's parts whether to look into it; by default into all.
    """
    waiting: list[tuple[Parts, bool]] = [((), True)]
    while waiting:
        parts, is_folder = waiting.pop()
        if not is_folder:
            yield Found(parts)
            continue
        try:
            folders, files = storage.listing(storage.join(folder, *parts) if parts else folder)
        except OSError as error:
            yield Found(parts, error.strerror or str(error))
            continue
        names = sorted(name for name in folders.union(files) if not name.startswith("."))
        for name in reversed(names):
            inside = (*parts, name)
            if name not in folders or enter is None or enter(inside):
                waiting.append((inside, name in folders))


def matches(parts: Parts, pattern: Parts) -> bool:
    """Tell whether a path matches a pattern, part by part; ``**`` stands for any number of folders, none included."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return matches(parts, pattern[1:] or ("*",)) or (bool(parts) and matches(parts[1:], pattern))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and matches(parts[1:], pattern[1:])


def may_hold_matches(parts: Parts, pattern: Parts) -> bool:
    """Tell whether a folder may hold, at any depth, a path that matches the pattern."""
    for part, wanted in zip(parts, pattern, strict=False):
        if wanted == "**":
            return True
        if not fnmatchcase(part, wanted):
            return False
    return len(parts) < len(pattern)
