"""The finished parts of a job: one file a shard, whole or not there, and their lines in the archive's order at the end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kpu_nlp.bulk.chunks import Finished, Outcome, Written
from kpu_nlp.messages import shown
from kpu_nlp.reading.records import FailedRecord
from kpu_nlp.writing.atomic import atomic_write

_MAX_REASON = 500

# The first character of a line of a shard tells what the rest is.
_EXTRACTION, _ERROR = "+", "-"


@dataclass(frozen=True, slots=True)
class Shard:
    """What is known of a finished shard.

    Attributes:
        number: its place in the archive, from 0.
        written, failed: records of either kind.
        characters: the length of the texts that were written.
        size: bytes of its file.
    """

    number: int
    written: int
    failed: int
    characters: int
    size: int


def shard_path(parts: Path, number: int) -> Path:
    """Return the file of a shard."""
    return parts / f"{number:08}.shard"


def write_shard(parts: Path, finished: Finished) -> Shard:
    """Write a shard to its file, which is on the disk when this returns.

    Raises:
        OSError, InputError: it cannot be written.
    """
    path = shard_path(parts, finished.number)
    with atomic_write(path) as file:
        for outcome in finished.outcomes:
            file.write(_line(outcome))
    written = [outcome for outcome in finished.outcomes if isinstance(outcome, Written)]
    return Shard(
        finished.number,
        len(written),
        len(finished.outcomes) - len(written),
        sum(outcome.characters for outcome in written),
        path.stat().st_size,
    )


def is_whole(parts: Path, shard: Shard) -> bool:
    """Tell whether a shard's file is there as it was written."""
    try:
        return shard_path(parts, shard.number).stat().st_size == shard.size
    except OSError:
        return False


def iter_shards(parts: Path, numbers: Iterable[int]) -> Iterator[tuple[bool, str]]:
    """Give every line of the shards, in order: whether it is an extraction (else an error), and the JSON without line feed."""
    for number in numbers:
        with shard_path(parts, number).open(encoding="utf-8", newline="\n") as file:
            for line in file:
                yield line[0] == _EXTRACTION, line[1:].removesuffix("\n")


def _line(outcome: Outcome) -> str:
    return f"{_EXTRACTION}{outcome.line}\n" if isinstance(outcome, Written) else f"{_ERROR}{_error_line(outcome)}\n"


def _error_line(failure: FailedRecord) -> str:
    record = {
        "id": None if failure.id is None else shown(failure.id),
        "source": shown(failure.source),
        "reason": shown(" ".join(failure.reason.split()))[:_MAX_REASON],
    }
    return json.dumps(record, ensure_ascii=False)
