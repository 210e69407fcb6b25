"""What an engine has under way: whole chunks, and the single records of those that were lost together with a worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from kpu_nlp.bulk.chunks import Chunk, Outcome
from kpu_nlp.reading.records import FailedRecord, RawRecord


@dataclass(slots=True)
class Task:
    """A chunk on its way, or one record of a chunk that was lost.

    Attributes:
        chunk: what it belongs to.
        records: those of the chunk that it is about.
        payload: what the next step takes.
        step: the index of that step.
        place: the record's place in the chunk, where it is one record on its own.
    """

    chunk: Chunk
    records: Sequence[RawRecord | FailedRecord]
    payload: Any
    step: int = 0
    place: int | None = None


def whole(chunk: Chunk) -> Task:
    """Return the task of a whole chunk, before its first step."""
    return Task(chunk, chunk.records, chunk.records)


def single(chunk: Chunk, place: int) -> Task:
    """Return the task of one record of a chunk, before its first step."""
    return Task(chunk, (chunk.records[place],), (chunk.records[place],), place=place)


@dataclass(slots=True)
class _Torn:
    """A chunk that is done record by record."""

    outcomes: list[Outcome | None]
    left: int


@dataclass(slots=True)
class TornChunks:
    """The chunks that are done record by record, because one of their records may be what they were lost by."""

    _chunks: dict[int, _Torn] = field(default_factory=dict)

    def tear(self, task: Task) -> Iterator[Task]:
        """Give the tasks of the single records of a task that was lost, which is that of a whole chunk."""
        count = len(task.chunk.records)
        self._chunks[task.chunk.number] = _Torn([None] * count, count)
        for place in range(count):
            yield single(task.chunk, place)

    def join(self, task: Task, outcomes: Sequence[Outcome]) -> tuple[Outcome, ...] | None:
        """Return the outcomes of a task's chunk, in order, once all of its records are done; None until then."""
        if task.place is None:
            return tuple(outcomes)
        torn = self._chunks[task.chunk.number]
        (torn.outcomes[task.place],) = outcomes
        torn.left -= 1
        if torn.left:
            return None
        return tuple(cast("list[Outcome]", self._chunks.pop(task.chunk.number).outcomes))


def failure(task: Task, reason: str) -> tuple[FailedRecord]:
    """Return the outcome of a single record that was lost once more."""
    (record,) = task.records
    return (FailedRecord(record.id, record.source, reason),)
