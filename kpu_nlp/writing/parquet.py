"""Extractions as Parquet: one row an article, typed nested columns, zstd."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown
from kpu_nlp.writing.arrow_schema import arrow_schema
from kpu_nlp.writing.atomic import atomic_file, atomic_folder, writable

# Rows that are Python objects at one time; these take about ten times the room of their JSON.
_BATCH_ROWS = 32
# A row group ends at either; together they bound the memory of writer and reader. The characters are those of the JSON.
_GROUP_ROWS = 10_000
_GROUP_CHARACTERS = 32_000_000
# A part of a folder ends here: files of a few hundred megabytes.
PART_ROWS = 100_000

_PART_NAME = "part-{:05d}.parquet"


class _ParquetWriter:
    def __init__(self, file: Path, path: Path) -> None:
        self._path = path
        self._schema = arrow_schema()
        self._rows: list[dict[str, Any]] = []
        self._batches: list[pa.RecordBatch] = []
        self._characters = self._count = 0
        self._file = pq.ParquetWriter(file, self._schema, compression="zstd")

    def write(self, line: str) -> None:
        self._rows.append(json.loads(line))
        self._characters += len(line)
        self._count += 1
        if len(self._rows) == _BATCH_ROWS:
            self._to_batch()
        if self._count == _GROUP_ROWS or self._characters >= _GROUP_CHARACTERS:
            self._end_group()

    def close(self) -> None:
        """Write what is left; the file is complete then."""
        if self._count:
            self._end_group()
        with writable(self._path):
            self._file.close()

    def _to_batch(self) -> None:
        self._batches.append(pa.RecordBatch.from_pylist(self._rows, schema=self._schema))
        self._rows = []

    def _end_group(self) -> None:
        if self._rows:
            self._to_batch()
        table = pa.Table.from_batches(self._batches, schema=self._schema)
        self._batches, self._characters, self._count = [], 0, 0
        with writable(self._path):
            self._file.write_table(table, row_group_size=max(table.num_rows, 1))


class _FolderWriter:
    def __init__(self, folder: Path, path: Path, part_rows: int) -> None:
        self._folder, self._path, self._part_rows = folder, path, part_rows
        self._parts = self._rows = 0
        self._part: _ParquetWriter | None = None

    def write(self, line: str) -> None:
        if self._part is None:
            with writable(self._path):
                self._part = _ParquetWriter(self._folder / _PART_NAME.format(self._parts), self._path)
            self._parts += 1
            self._rows = 0
        self._part.write(line)
        self._rows += 1
        if self._rows == self._part_rows:
            self._part.close()
            self._part = None

    def close(self) -> None:
        """Write what is left; without any line, one part without rows, which still has the columns."""
        if self._part is None and self._parts == 0:
            self._part = _ParquetWriter(self._folder / _PART_NAME.format(0), self._path)
        if self._part is not None:
            self._part.close()


@contextmanager
def parquet_file(path: Path) -> Iterator[_ParquetWriter]:
    """Open a Parquet file for writing, see `kpu_nlp.writing.formats.open_writer`."""
    with atomic_file(path) as temporary:
        writer = _ParquetWriter(temporary, path)
        yield writer
        writer.close()


@contextmanager
def parquet_folder(path: Path, *, part_rows: int = PART_ROWS) -> Iterator[_FolderWriter]:
    """Open a folder of Parquet files for writing; it replaces an earlier one, but no folder with anything else in it.

    Args:
        path: the folder.
        part_rows: the rows of each file but the last.

    Raises:
        InputError: the folder holds other files, or cannot be written.
    """
    with writable(path):
        if path.is_dir() and any(not inside.match("part-*.parquet") for inside in path.iterdir()):
            raise InputError(f"{shown(str(path))}: holds files that are no parts of an output; name a folder of its own")
    with atomic_folder(path) as temporary:
        writer = _FolderWriter(temporary, path, part_rows)
        yield writer
        writer.close()
