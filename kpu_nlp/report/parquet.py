"""Facts out of Parquet; only the columns that a report uses are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown
from kpu_nlp.report.facts import Facts
from kpu_nlp.report.results import facts_of

# Rows that are Python objects at one time.
_BATCH_ROWS = 256


def iter_parquet(path: Path) -> Iterator[Facts]:
    """Give the facts of every row of a file.

    Raises:
        InputError: it is no Parquet file, or none of extractions.
    """
    name = shown(str(path))
    number = 0
    try:
        # Read as it is needed, in pieces of a megabyte, and not the columns of a whole row group at once.
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=list(_columns(Facts, ""))):
                for row in batch.to_pylist():
                    number += 1
                    yield facts_of(row, f"{name}: row {number}")
    except (pa.ArrowException, OSError) as error:
        reason = shown(" ".join(str(error).split()))
        raise InputError(f"{name}: cannot be read as Parquet ({reason}); run the job again") from error


def _columns(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """Give the paths of the leaves that a model reads, as Parquet names them."""
    for name, info in model.model_fields.items():
        inner, path = _model_in(info.annotation), f"{prefix}{name}"
        if inner is None:
            yield path
        else:
            yield from _columns(inner, f"{path}.list.element." if _is_list(info.annotation) else f"{path}.")


def _is_list(annotation: Any) -> bool:
    return get_args(annotation)[1:] == (Ellipsis,)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    for choice in (annotation, *get_args(annotation)):
        if isinstance(choice, type) and issubclass(choice, BaseModel):
            return choice
    return None
