"""The formats of many extractions: JSON Lines, Parquet, SQLite; each output is written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal, Protocol, TextIO

from kpu_nlp.errors import MissingExtraError
from kpu_nlp.writing.atomic import atomic_write, writable

Format = Literal["jsonl", "parquet", "sqlite"]


class Writer(Protocol):
    """Takes extractions one at a time."""

    def write(self, line: str) -> None:
        """Write one extraction, as `kpu_nlp.writing.json_lines.to_json` gives it without indent."""


def check_format(format: Format) -> None:  # noqa: A002 - as the command line calls it
    """Check that a format can be written, before a long job finds out.

    Raises:
        MissingExtraError: it needs a package that is not installed.
    """
    if format == "parquet":
        try:
            import pyarrow.parquet  # noqa: F401, PLC0415 - an extra
        except ImportError as error:
            raise MissingExtraError.of("writing Parquet", "pyarrow", "bulk") from error


def open_writer(format: Format, path: Path, *, parts: bool = False) -> AbstractContextManager[Writer]:  # noqa: A002
    """Open an output; it takes the place of ``path`` when the block ends, and vanishes when it fails.

    The same lines give the same bytes with the same versions of the libraries. Memory does not grow with the number of lines.

    Args:
        format: ``jsonl``, ``parquet`` or ``sqlite``.
        path: where to write.
        parts: write Parquet as a folder of files ``part-00000.parquet``, ...

    Raises:
        MissingExtraError: the format needs a package that is not installed.
        InputError: the path cannot be written.
    """
    check_format(format)
    if format == "jsonl":
        return _json_lines(path)
    if format == "parquet":
        from kpu_nlp.writing.parquet import parquet_file, parquet_folder  # noqa: PLC0415 - an extra, and slow to import

        return parquet_folder(path) if parts else parquet_file(path)
    from kpu_nlp.writing.sqlite import sqlite_file  # noqa: PLC0415

    return sqlite_file(path)


class _JsonLines:
    def __init__(self, file: TextIO, path: Path) -> None:
        self._file, self._path = file, path

    def write(self, line: str) -> None:
        with writable(self._path):
            self._file.write(line + "\n")


@contextmanager
def _json_lines(path: Path) -> Iterator[Writer]:
    with atomic_write(path) as file:
        yield _JsonLines(file, path)
