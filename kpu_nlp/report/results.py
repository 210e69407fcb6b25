"""The results of a bulk job, read as a stream from any of its formats; the three give the same facts in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kpu_nlp.errors import InputError
from kpu_nlp.messages import first_problem, shown
from kpu_nlp.reading.json_lines import MAX_LINE_BYTES
from kpu_nlp.report.facts import Facts
from kpu_nlp.writing.formats import Format

_SQLITE = b"SQLite format 3\0"
_PARQUET = b"PAR1"


def iter_results(path: Path) -> Iterator[Facts]:
    """Give the facts of every article, in the results' order; which format they have, their first bytes tell.

    Args:
        path: JSON Lines, a Parquet file or a folder of them, or an SQLite database, as ``kpu-nlp bulk`` writes them.

    Raises:
        InputError: the path is missing or cannot be read, or holds something that no bulk job wrote; the message names the
            line or row. Nothing is passed over in silence: figures that lack an article would look like any others.
    """
    if path.is_dir():
        from kpu_nlp.report.parquet import iter_parquet  # noqa: PLC0415 - an extra

        parts = sorted(path.glob("*.parquet"))
        if not parts:
            raise InputError(f"{shown(str(path))}: a folder without Parquet files; name the results of kpu-nlp bulk")
        for part in parts:
            yield from iter_parquet(part)
        return
    form = _format(path)
    if form == "sqlite":
        from kpu_nlp.report.sqlite import iter_sqlite  # noqa: PLC0415

        yield from iter_sqlite(path)
    elif form == "parquet":
        from kpu_nlp.report.parquet import iter_parquet  # noqa: PLC0415

        yield from iter_parquet(path)
    else:
        yield from _iter_json_lines(path)


def _format(path: Path) -> Format:
    name = shown(str(path))
    try:
        with path.open("rb") as file:
            head = file.read(len(_SQLITE))
    except FileNotFoundError as error:
        raise InputError(f"{name}: no such file; check the path") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if not head:
        raise InputError(f"{name}: empty; name the results of kpu-nlp bulk")
    if head == _SQLITE:
        return "sqlite"
    return "parquet" if head.startswith(_PARQUET) else "jsonl"


def _iter_json_lines(path: Path) -> Iterator[Facts]:
    name = shown(str(path))
    number = 0
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                raise InputError(f"{name}:{number}: longer than any extraction; name the results of kpu-nlp bulk")
            if not line.strip():
                continue
            try:
                yield Facts.model_validate_json(line)
            except ValidationError as error:
                raise not_an_extraction(f"{name}:{number}", error) from error


def facts_of(values: dict[str, Any], place: str) -> Facts:
    """Return facts of their values, checked.

    Args:
        values: as the contract has them.
        place: where they stand, for the message.

    Raises:
        InputError: a key is missing or has another type.
    """
    try:
        return Facts.model_validate(values)
    except ValidationError as error:
        raise not_an_extraction(place, error) from error


def not_an_extraction(place: str, error: ValidationError) -> InputError:
    """Return the error for a line or row that is no extraction."""
    problem = shown(" ".join(first_problem(error, whole="JSON").split()))
    return InputError(f"{place}: not an extraction as kpu-nlp bulk writes it ({problem}); mend it, or run the job again")
