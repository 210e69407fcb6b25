"""What the user names as input: files, folders, patterns, dataset folders, addresses; and the files that they come to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import Literal

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown
from kpu_nlp.reading.claims import Claims
from kpu_nlp.reading.storage import LocalStorage, Storage, is_address, path_of, storage_of
from kpu_nlp.reading.walk import Parts, matches, may_hold_matches, walk

Kind = Literal["article", "page", "jsonl", "csv", "parquet", "arrow"]

STANDARD_INPUT = "-"

_KINDS: dict[str, Kind] = {
    ".txt": "article",
    ".html": "article",
    ".htm": "article",
    ".xhtml": "article",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
}
_PACKED = ".gz"
_PACKABLE = frozenset({"jsonl", "csv"})
_KNOWN = "*.txt, *.html, *.jsonl, *.jsonl.gz, *.csv or *.parquet"


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that an input comes to, or a folder that cannot be read.

    Attributes:
        kind: how to read it.
        location: its path or address, as the user would name it.
        root: the name of the input's folder.
        parts: its path below that folder.
        packed: whether gzip packs it.
        problem: why it cannot be read at all, or None.
    """

    kind: Kind
    location: str
    root: str = ""
    parts: Parts = ()
    packed: bool = False
    problem: str | None = None

    @property
    def storage(self) -> Storage:
        """Where the file lies."""
        return storage_of(self.location)


@dataclass(frozen=True, slots=True)
class Input:
    """One input that exists; ``files`` may be gone through more than once.

    Attributes:
        name: as the user gave it.
        storage: where it lies.
        root: the folder that it is, or that its pattern begins with; of a file, its folder.
        pattern: what a path below the root must match; None for every article.
        file: the file itself, where the input is one.
        shards: the files of a dataset folder, in order, as paths below the root.
    """

    name: str
    storage: Storage
    root: str
    pattern: Parts | None = None
    file: InputFile | None = None
    shards: tuple[Parts, ...] | None = None

    def files(self) -> Iterator[InputFile]:
        """Give the input's files in a stable order."""
        if self.file is not None:
            yield self.file
        elif self.shards is not None:
            for parts in self.shards:
                yield InputFile("arrow", self.storage.join(self.root, *parts), _last(self.root), parts)
        else:
            yield from self._walk()

    def _walk(self) -> Iterator[InputFile]:
        enter = None if self.pattern is None else partial(_enter, self.pattern)
        for found in walk(self.storage, self.root, enter=enter):
            location = self.storage.join(self.root, *found.parts) if found.parts else self.root
            if found.problem is not None:
                yield InputFile(
                    "article", location, _last(self.root), found.parts, problem=f"{found.problem}; the folder was not read"
                )
                continue
            kind, packed = kind_of(found.parts[-1])
            wanted = kind == "article" if self.pattern is None else kind is not None and matches(found.parts, self.pattern)
            if kind is not None and wanted:
                yield InputFile(kind, location, _last(self.root), found.parts, packed)


def kind_of(name: str) -> tuple[Kind | None, bool]:
    """Return how a file is read, by its name, and whether gzip packs it; None for what is not read."""
    path = PurePosixPath(path_of(name).lower())
    packed = path.suffix == _PACKED
    kind = _KINDS.get((path.with_suffix("") if packed and path.name else path).suffix)
    return (None, False) if packed and kind not in _PACKABLE else (kind, packed)


def resolve(inputs: Sequence[str]) -> list[Input]:
    """Look at every input once.

    Raises:
        InputError: one is missing, unreadable, without articles, or of a kind that is not read; or there is none.
        MissingExtraError: an address needs a package that is not installed.
    """
    if not inputs:
        raise InputError("no input; name a folder of articles, a file or an address")
    return [_resolve(name) for name in dict.fromkeys(inputs)]


def iter_files(inputs: Sequence[Input]) -> Iterator[InputFile]:
    """Give the files of all inputs in order; one that several inputs come to is given once."""
    if len(inputs) == 1:
        yield from inputs[0].files()
        return
    seen = Claims()
    for number, one in enumerate(inputs):
        # A link in the input's own name is followed; those inside a folder are files of their own.
        base = one.root if is_address(one.root) else os.path.realpath(one.root)
        for file in one.files():
            place = "\0".join((base, *file.parts)) if file.parts else file.location
            if seen.claim(place, number) is None:
                yield file


def _resolve(name: str) -> Input:
    if not name:  # a path without a name would be the current folder
        raise InputError("an input has no name; name a file, a folder, a pattern or an address")
    if name == STANDARD_INPUT:
        return Input(name, LocalStorage(), "", file=InputFile("jsonl", name))
    if name.lower().startswith(("http://", "https://")) and kind_of(name)[0] in ("article", None):
        return Input(name, LocalStorage(), name, file=InputFile("page", name))
    where = name if is_address(name) else str(Path(name))
    try:
        storage = storage_of(name)  # some file systems connect at once
        if storage.is_folder(where):
            return _folder(name, where, storage)
        if not storage.exists(where):
            return _pattern(name, where, storage)
        return _file(name, where, storage)
    except (OSError, ValueError) as error:
        what = "address" if is_address(name) else "path"
        raise InputError(f"{shown(name)}: {getattr(error, 'strerror', None) or error}; check the {what}") from error


def _file(name: str, where: str, storage: Storage) -> Input:
    kind, packed = kind_of(where)
    if kind is None:
        raise InputError(f"{shown(name)}: not an archive; give a folder of articles, or {_KNOWN}")
    if kind != "article" and not is_address(where) and not os.access(where, os.R_OK):
        raise InputError(f"{shown(name)}: permission denied; ask the owner for the right to read it")
    parent, own = _split(where)
    return Input(name, storage, parent, file=InputFile(kind, where, _last(parent), (own,), packed))


def _folder(name: str, where: str, storage: Storage) -> Input:
    shards = _dataset_shards(name, where, storage)
    one = Input(name, storage, where, shards=shards)
    if next(one.files(), None) is None:
        raise InputError(
            f"{shown(name)}: no article in this folder; it needs files named *.txt, *.html or *.htm; "
            f"files of records are named one by one or by a pattern ({shown(storage.join(where, '*.jsonl'))})"
        )
    return one


def _pattern(name: str, where: str, storage: Storage) -> Input:
    head, chain, tail = where.partition("::") if is_address(where) else (where, "", "")
    magic = "*" if is_address(where) else "*?["
    parts = head.split("/") if is_address(where) else list(Path(head).parts)
    fixed = list(takewhile(lambda part: not any(sign in part for sign in magic), parts))
    root = "/".join(fixed) + chain + tail if is_address(where) else str(Path(*fixed))
    if len(fixed) == len(parts) or not storage.is_folder(root):
        raise InputError(f"{shown(name)}: no such file or folder; check the path")
    one = Input(name, storage, root, pattern=tuple(parts[len(fixed) :]))
    if next(one.files(), None) is None:
        raise InputError(f"{shown(name)}: no file matches; it must be named like {_KNOWN}")
    return one


def _enter(pattern: Parts, parts: Parts) -> bool:
    return may_hold_matches(parts, pattern)


def _dataset_shards(name: str, where: str, storage: Storage) -> tuple[Parts, ...] | None:
    """Return the arrow files of a folder that ``datasets`` saved, or None where it is no such folder."""
    if storage.exists(storage.join(where, "dataset_dict.json")):
        splits = _json_list(name, storage, storage.join(where, "dataset_dict.json"), "splits")
        return tuple((split, *parts) for split in splits for parts in _split_shards(name, storage.join(where, split), storage))
    if storage.exists(storage.join(where, "state.json")) and storage.exists(storage.join(where, "dataset_info.json")):
        return tuple(_split_shards(name, where, storage))
    return None


def _split_shards(name: str, where: str, storage: Storage) -> Iterator[Parts]:
    for shard in _json_list(name, storage, storage.join(where, "state.json"), "_data_files", key="filename"):
        yield (shard,)


def _json_list(name: str, storage: Storage, file: str, setting: str, *, key: str | None = None) -> list[str]:
    try:
        with storage.open(file) as opened:
            values = json.load(opened)[setting]
        names = [value if key is None else value[key] for value in values]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            f"{shown(name)}: a dataset folder whose {_last(file)} cannot be read; save the dataset again"
        ) from error
    if not all(isinstance(one, str) and _is_plain(one) for one in names):
        raise InputError(f"{shown(name)}: a dataset folder whose {_last(file)} names files elsewhere; save the dataset again")
    return names


def _is_plain(name: str) -> bool:
    return bool(name) and name not in (".", "..") and not set(name) & set("/\\\0")


def _split(where: str) -> tuple[str, str]:
    if not is_address(where):
        return str(Path(where).parent), Path(where).name
    head, chain, tail = where.partition("::")
    parent, _, own = head.rpartition("/")
    return parent + chain + tail, own


def _last(name: str) -> str:
    """Return the name of a folder or file without those above it."""
    if is_address(name):
        return name.partition("::")[0].rstrip("/").rpartition("/")[2]
    return Path(name).name or Path(os.path.realpath(name)).name
