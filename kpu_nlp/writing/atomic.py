"""Write a file or a folder whole or not at all: whoever looks at the path sees the old content or the new, never a part."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO, cast

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown

_TEMPORARY = ".kpu-nlp-{}.tmp"


@contextmanager
def atomic_write(path: Path) -> Iterator[TextIO]:
    """Give a UTF-8 text file that takes the place of ``path`` when the block ends, and vanishes when it fails.

    The file lies beside its destination until then, has the rights of any new file, and is on the disk before the exchange. A
    link is followed; a device or pipe (``/dev/stdout``) is written directly, because it cannot be replaced.

    Raises:
        InputError: the path is a folder, its parent folder is missing, or it cannot be written.
    """
    with writable(path):
        target = _destination(path)
        if target.is_dir():
            raise InputError(f"{shown(str(path))}: a folder; name a file to write to")
        replaceable = target.is_file() or not target.exists()
        temporary = target.with_name(_TEMPORARY.format(secrets.token_hex(8)))
        written, mode = (temporary, "x") if replaceable else (target, "w")
        file = cast("TextIO", written.open(mode, encoding="utf-8", newline="\n"))
    if not replaceable:
        with file:
            yield file
        return
    try:
        yield file
        with writable(path):
            file.flush()
            os.fsync(file.fileno())
            file.close()
            temporary.replace(target)
            sync_folder(target.parent)
    except BaseException:  # KeyboardInterrupt too
        with contextlib.suppress(OSError):  # on a full disk, what is still in the buffer fails once more
            file.close()
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Give an empty file beside ``path`` that takes its place when the block ends, for libraries that open files themselves.

    Raises:
        InputError: the path is a folder, device or pipe, its parent folder is missing, or it cannot be written.
    """
    with writable(path):
        target = _destination(path)
        if target.exists() and not target.is_file():
            raise InputError(f"{shown(str(path))}: not a file that can be replaced; name a file to write to")
        temporary = target.with_name(_TEMPORARY.format(secrets.token_hex(8)))
        temporary.touch(exist_ok=False)
    try:
        yield temporary
        with writable(path):
            _sync(temporary)
            temporary.replace(target)
            sync_folder(target.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def atomic_folder(path: Path, *, parents: bool = False) -> Iterator[Path]:
    """Give an empty folder that takes the place of ``path`` when the block ends, and vanishes when it fails.

    A folder that stands there already is moved aside first, comes back if the exchange fails, and is deleted at the very end.

    Args:
        path: the folder.
        parents: make the folders above it that are missing.

    Raises:
        InputError: the path is a file or holds the current folder, its parent folder is missing, or it cannot be written.
    """
    with writable(path):
        if parents:
            path.resolve().parent.mkdir(parents=True, exist_ok=True)
        target = _destination(path)
        if target.exists() and not target.is_dir():
            raise InputError(f"{shown(str(path))}: a file; name a folder to write to")
        if Path.cwd().is_relative_to(target):
            raise InputError(f"{shown(str(path))}: the current folder is in it, so it is not replaced; name another folder")
        temporary = target.with_name(_TEMPORARY.format(secrets.token_hex(8)))
        temporary.mkdir()
    try:
        yield temporary
        with writable(path):
            _sync_files(temporary)
            _exchange(temporary, target)
            sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def atomic_files(folder: Path, contents: Mapping[str, str], *, replace: bool = False) -> None:
    """Write text files into a folder, all of them or none; what else is in the folder stays.

    A folder that does not exist is made. A file that is there already with the same content is left alone.

    Args:
        folder: where they go.
        contents: name and content of each, which is written in UTF-8.
        replace: put them in the place of files of the same names with other contents.

    Raises:
        InputError: a file is there already with another content, the folder's parent is missing, or it cannot be written.
    """
    with writable(folder):
        target = _destination(folder)
        if target.exists() and not target.is_dir():
            raise InputError(f"{shown(str(folder))}: a file; name a folder to write to")
        encoded = {name: content.encode() for name, content in contents.items()}
        there = {name for name in encoded if (target / name).exists()}
        new = {
            name: content for name, content in encoded.items() if name not in there or (target / name).read_bytes() != content
        }
        different = sorted(there & new.keys())
        if different and not replace:
            more = f" and {len(different) - 1} more" if len(different) > 1 else ""
            raise InputError(
                f"{shown(str(folder / different[0]))}{more}: there already, with another content; name another folder, or "
                "say --overwrite"
            )
        made = not target.exists()
        target.mkdir(exist_ok=True)
        aside = target / _TEMPORARY.format(secrets.token_hex(8))
        try:
            _move_in(target, aside, new)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            if made:
                with contextlib.suppress(OSError):
                    target.rmdir()
            raise
        shutil.rmtree(aside, ignore_errors=True)


def _move_in(target: Path, aside: Path, contents: Mapping[str, bytes]) -> None:
    """Write files to ``aside`` and exchange them with those of ``target``; back again where one exchange fails."""
    fresh, old = aside / "new", aside / "old"
    old.mkdir(parents=True)
    fresh.mkdir()
    for name, content in contents.items():
        (fresh / name).write_bytes(content)
        _sync(fresh / name)
    done: list[str] = []
    try:
        for name in contents:
            done.append(name)
            if (target / name).exists():
                (target / name).rename(old / name)
            (fresh / name).rename(target / name)
        sync_folder(target)
    except BaseException:
        for name in reversed(done):
            if not (fresh / name).exists():
                (target / name).unlink()
            if (old / name).exists():
                (old / name).rename(target / name)
        raise


def _destination(path: Path) -> Path:
    target = path.resolve()
    if not target.parent.is_dir():
        raise InputError(f"{shown(str(path))}: there is no folder {shown(str(path.parent))}; make it first")
    return target


def folder_above(path: Path) -> Path:
    """Return the folder that what is missing of a path would be made in: the path itself where it is a folder.

    Raises:
        InputError: that is a file, or nothing can be made in it.
    """
    with writable(path):
        above = path.resolve()
        while not above.exists():
            above = above.parent
    if not above.is_dir():
        raise InputError(f"{shown(str(path))}: {shown(str(above))} is a file; name another place")
    if not os.access(above, os.W_OK | os.X_OK):
        raise InputError(f"{shown(str(path))}: nothing can be written to {shown(str(above))}; name another place")
    return above


def refuse_to_replace(output: Path, source: str | Path, *, what: str) -> None:
    """Check that an output is not what is read.

    Args:
        output: where something is to be written.
        source: what is read; an address or ``-`` is no file and cannot be replaced.
        what: the source in words, for the message.

    Raises:
        InputError: both are the same file.
    """
    try:
        same = output.samefile(source)
    except (OSError, ValueError):  # one of them is not there, or no file at all
        return
    if same:
        raise InputError(f"{shown(str(output))}: would replace {what}; name another output")


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Turn the system's refusals inside the block into one line.

    Raises:
        InputError: the system refused to write; the message names the path.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{shown(str(path))}: cannot be written ({reason}); name another place") from error


def _exchange(new: Path, target: Path) -> None:
    if not target.exists():
        new.rename(target)
        return
    old = target.with_name(_TEMPORARY.format(secrets.token_hex(8)))
    target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _sync_files(folder: Path) -> None:
    for file in folder.rglob("*"):
        if file.is_file():
            _sync(file)


def _sync(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk, where the system lets a folder be opened for that."""
    # The new name itself must reach the disk; some systems (Windows, network drives) cannot open a folder for that.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
