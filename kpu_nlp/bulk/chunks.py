"""What goes through an engine: chunks of records in, one outcome a record out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from kpu_nlp.reading.records import FailedRecord, RawRecord
from kpu_nlp.stages import READING, timed


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of records of the archive.

    Attributes:
        number: its place among the chunks, from 0; a shard of the job has the same number.
        records: in the archive's order; those that failed already when they were read keep their place.
    """

    number: int
    records: tuple[RawRecord | FailedRecord, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A record that became an extraction.

    Attributes:
        line: the extraction as JSON on one line, without line feed.
        characters: the length of the article's text.
    """

    line: str
    characters: int


Outcome = Written | FailedRecord


@dataclass(frozen=True, slots=True)
class Finished:
    """A chunk that an engine is done with.

    Attributes:
        number: the chunk's.
        outcomes: one for each of its records, in order.
        memory: bytes, the most that the engine's processes have held so far; 0 where it is not known.
    """

    number: int
    outcomes: tuple[Outcome, ...]
    memory: int = 0


# Maps a stream of chunks to the finished ones, in any order. It draws a chunk only when it has a use for it, so that memory
# does not grow with the archive; closing the stream that it returns stops all of its processes.
Engine = Callable[[Iterable[Chunk]], Iterator[Finished]]


def make_chunks(records: Iterable[RawRecord | FailedRecord], size: int) -> Iterator[Chunk]:
    """Cut a stream of records into chunks of ``size``; the last may be shorter."""
    stream = iter(records)
    number = 0
    while run := _take(stream, size):
        yield Chunk(number, run)
        number += 1


@timed(READING)
def _take(stream: Iterator[RawRecord | FailedRecord], size: int) -> tuple[RawRecord | FailedRecord, ...]:
    return tuple(islice(stream, size))
