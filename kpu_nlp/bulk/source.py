"""Where a job's records come from, so that they can be read again: standard input is kept in a file of the job's folder."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown
from kpu_nlp.reading.inputs import STANDARD_INPUT
from kpu_nlp.reading.records import FailedRecord, Fields, RawRecord, input_digest, iter_records

SPOOL_FILE = "stdin.jsonl"

_BLOCK = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Source:
    """The inputs of a job.

    Attributes:
        inputs: what is read, with the file where standard input is kept in its place.
        fields: how files of records name what is read from them.
        digest: a fingerprint of the inputs.
        spool: the file of standard input, if that is read.
    """

    inputs: tuple[str, ...]
    fields: Fields
    digest: str
    spool: Path | None

    @property
    def is_local(self) -> bool:
        """Tell whether reading the records once more costs little."""
        return not any("://" in name for name in self.inputs)

    def count(self) -> int:
        """Return how many records there are; reads them all."""
        return sum(1 for _ in self.records())

    def records(self) -> Iterator[RawRecord | FailedRecord]:
        """Give every record, each time from the first; those of standard input have ``-:LINE`` as their source."""
        prefix = None if self.spool is None else f"{shown(str(self.spool))}:"
        for record in iter_records(self.inputs, fields=self.fields):
            if prefix is not None and record.source.startswith(prefix):
                yield replace(record, source=f"{STANDARD_INPUT}:{record.source.removeprefix(prefix)}")
            else:
                yield record


def open_source(inputs: Sequence[str], fields: Fields, parts: Path) -> Source:
    """Return the source of a job, after standard input was read to its end, if it is among the inputs.

    Raises:
        InputError: an input is missing or of an unknown kind.
        MissingExtraError: an input needs a package that is not installed.
    """
    if STANDARD_INPUT not in inputs:
        return Source(tuple(inputs), fields, input_digest(inputs), None)
    spool = parts / SPOOL_FILE
    kept = _spool(spool)
    files = [name for name in inputs if name != STANDARD_INPUT]
    digest = kept + (input_digest(files) if files else "")
    return Source(tuple(str(spool) if name == STANDARD_INPUT else name for name in inputs), fields, digest, spool)


def _spool(path: Path) -> str:
    """Keep standard input and return its SHA-256; where nothing comes, what an earlier run kept is used."""
    new = path.with_name(f"{path.name}.new")
    stream = None if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty() else sys.stdin.buffer
    if stream is not None:
        with new.open("wb") as file:
            while block := stream.read(_BLOCK):
                file.write(block)
        if new.stat().st_size or not path.exists():
            new.replace(path)
    if not path.exists():
        raise InputError("standard input: nothing comes from it; name a file instead of '-'")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
