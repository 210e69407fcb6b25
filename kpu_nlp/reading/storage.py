"""Where files lie: on this machine, or behind an address that fsspec knows (``s3://``, ``gs://``, ``file://``, ``memory://``)."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, BinaryIO, Protocol
from urllib.parse import urlsplit

from kpu_nlp.errors import InputError, MissingExtraError
from kpu_nlp.messages import shown

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")

_BUFFER = 65_536

# What file systems tell of a file that changes when the file does.
_STAMP_KEYS = ("size", "mtime", "LastModified", "last_modified", "updated", "ETag", "etag", "md5Hash", "content_md5")


def is_address(name: str) -> bool:
    """Tell whether a name is an address (``s3://...``) and no path."""
    return _SCHEME.match(name) is not None


def path_of(name: str) -> str:
    """Return what ends in the file's own name: a path as it is, of an address the part before ``?`` and ``::``."""
    if not is_address(name):
        return name
    return urlsplit(name.partition("::")[0]).path


class Storage(Protocol):
    """What reading needs of the place where files lie; every method may raise OSError."""

    def is_folder(self, name: str) -> bool:
        """Tell whether there is such a folder."""

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file or folder."""

    def listing(self, folder: str) -> tuple[set[str], list[str]]:
        """Return the names of a folder's subfolders, links to folders left out, and of its files, sorted."""

    def join(self, folder: str, *parts: str) -> str:
        """Return the name of what lies in a folder."""

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Open a file for reading bytes inside the block."""

    def stamp(self, name: str) -> str:
        """Return what changes when the file does: its size and time."""


class LocalStorage:
    """The files of this machine; links to folders are not followed, pipes and devices in a folder are passed over."""

    def is_folder(self, name: str) -> bool:  # noqa: D102 - the protocol says it
        return os.path.isdir(name)  # noqa: PTH112 - a million Path objects are slow

    def exists(self, name: str) -> bool:  # noqa: D102
        return os.path.exists(name)  # noqa: PTH110

    def listing(self, folder: str) -> tuple[set[str], list[str]]:  # noqa: D102
        folders: set[str] = set()
        files: list[str] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir():
                    if not entry.is_symlink():
                        folders.add(entry.name)
                elif entry.is_file() or entry.is_symlink():  # a broken link is a file that cannot be read
                    files.append(entry.name)
        return folders, sorted(files)

    def join(self, folder: str, *parts: str) -> str:  # noqa: D102
        return os.path.join(*([] if folder == "." and parts else [folder]), *parts)  # noqa: PTH118

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:  # noqa: D102
        return open(name, "rb")  # noqa: PTH123

    def stamp(self, name: str) -> str:  # noqa: D102
        status = os.stat(name)  # noqa: PTH116
        return f"{status.st_size} {status.st_mtime_ns}"


class RemoteStorage:
    """What fsspec reaches. Its file systems raise errors of many kinds; here all become OSError."""

    def is_folder(self, name: str) -> bool:  # noqa: D102
        with _as_os_error():
            system, path = _system(name)
            return bool(system.isdir(path))

    def exists(self, name: str) -> bool:  # noqa: D102
        with _as_os_error():
            system, path = _system(name)
            return bool(system.exists(path))

    def listing(self, folder: str) -> tuple[set[str], list[str]]:  # noqa: D102
        with _as_os_error():
            system, path = _system(folder)
            entries = [(entry["name"].rstrip("/"), entry["type"]) for entry in system.ls(path, detail=True)]
        # An object store may list the folder itself among what it holds.
        inside = [(own.rpartition("/")[2], kind) for own, kind in entries if own.strip("/") != path.strip("/")]
        folders = {own for own, kind in inside if kind == "directory"}
        return folders, sorted(own for own, _ in inside if own not in folders)

    def join(self, folder: str, *parts: str) -> str:  # noqa: D102
        head, chain, tail = folder.partition("::")
        return "/".join([head.removesuffix("/") if not head.endswith("//") else head[:-1], *parts]) + chain + tail

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:  # noqa: D102
        with _as_os_error():
            # The system stays alive as long as the file is open: one inside an archive closes it when it goes.
            system, path = _system(name)
            with system.open(path, "rb") as file, io.BufferedReader(_Raw(file), _BUFFER) as buffered:
                yield buffered

    def stamp(self, name: str) -> str:  # noqa: D102
        with _as_os_error():
            system, path = _system(name)
            info = system.info(path)
        return " ".join(str(info[key]) for key in _STAMP_KEYS if info.get(key) is not None)


class _Raw(io.RawIOBase):
    """A file of fsspec's as Python's own readers want it; by itself it has no limit for ``readline``."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._file.seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: Any, /) -> int:
        content = self._file.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


def storage_of(name: str) -> Storage:
    """Return where a path or address lies.

    Raises:
        InputError: fsspec does not know the address's kind.
        MissingExtraError: fsspec, or what it needs for this kind, is not installed.
    """
    if not is_address(name):
        return LocalStorage()
    with _as_os_error():
        _system(name)
    return RemoteStorage()


def _system(name: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise MissingExtraError.of(f"{shown(name)}: reading such addresses", "fsspec", "bulk") from error
    try:
        system, path = url_to_fs(name)
    except ImportError as error:  # the message names what to install
        raise MissingExtraError(f"{shown(name)}: {shown(str(error))}") from error
    except ValueError as error:
        raise InputError(f"{shown(name)}: {shown(str(error))}; give a path, or an address that fsspec knows") from error
    return system, path


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Turn whatever the library of a remote file system raises inside the block into OSError."""
    try:
        yield
    except (OSError, InputError, MissingExtraError):
        raise
    except Exception as error:  # each file system's library has errors of its own
        raise OSError(f"{type(error).__name__}: {shown(' '.join(str(error).split()))}") from error
