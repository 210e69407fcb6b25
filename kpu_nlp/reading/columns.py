"""Tables of columns: Parquet files, and the Arrow files of a dataset that ``datasets`` saved; one article a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from kpu_nlp.errors import MissingExtraError
from kpu_nlp.messages import shown
from kpu_nlp.reading.raw import FailedRecord, Fields, RawRecord, missing_column
from kpu_nlp.reading.values import record_from_values

# Rows that are decoded at one time.
_BATCH_ROWS = 32
_MAX_DETAIL = 200


def check_pyarrow(name: str) -> None:
    """Check that files of columns can be read.

    Args:
        name: the file that is to be read, for the message.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError.of(f"{shown(name)}: reading Parquet and datasets", "pyarrow", "bulk") from error


def iter_parquet(file: BinaryIO, name: str, fields: Fields) -> Iterator[RawRecord | FailedRecord]:
    """Read Parquet as a stream; a row group that is damaged is one failure, and the others are read.

    Args:
        file: opened for reading bytes, seekable.
        name: how the user knows it.
        fields: the columns of id, text and date.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        # Read a part at a time, and believe the checksums where there are any.
        table = pq.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False, page_checksum_verification=True)
        problem = _problem(table.schema_arrow, fields)
    except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
        problem = f"cannot be read as Parquet ({_detail(error)})"
    if problem is not None:
        yield FailedRecord(None, name, problem)
        return
    wanted = [column for column in (fields.id, fields.text, fields.published) if column in table.schema_arrow.names]
    row = 0
    for group in range(table.num_row_groups):
        end = row + table.metadata.row_group(group).num_rows
        try:
            for batch in table.iter_batches(_BATCH_ROWS, row_groups=[group], columns=wanted, use_threads=False):
                yield from _batch_records(batch, name, row, fields)
                row += batch.num_rows
        except (OSError, pa.ArrowException) as error:
            reason = f"rows {row + 1} to {end} cannot be read, because the file is damaged ({_detail(error)})"
            yield FailedRecord(None, f"{name}:{row + 1}", reason)
        row = end


def iter_arrow(file: BinaryIO, name: str, fields: Fields) -> Iterator[RawRecord | FailedRecord]:
    """Read a file of a dataset folder (Arrow's streaming format) as a stream; what follows a damaged batch is one failure.

    Args:
        file: opened for reading bytes.
        name: how the user knows it.
        fields: the columns of id, text and date.
    """
    import pyarrow as pa  # noqa: PLC0415

    row = 0
    try:
        with pa.ipc.open_stream(file) as batches:
            problem = _problem(batches.schema, fields)
            if problem is not None:
                yield FailedRecord(None, name, problem)
                return
            for batch in batches:
                yield from _batch_records(batch, name, row, fields)
                row += batch.num_rows
    except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
        reason = f"the rows from {row + 1} on cannot be read, because the file is damaged ({_detail(error)})"
        yield FailedRecord(None, f"{name}:{row + 1}", reason)


def _problem(schema: Any, fields: Fields) -> str | None:
    import pyarrow.types as pt  # noqa: PLC0415

    problem = missing_column(schema.names, fields)
    if problem is not None:
        return problem
    if schema.names.count(fields.text) > 1:
        return f"there are several columns {fields.text!r}; rename all but one"
    kind = schema.field(fields.text).type
    kind = kind.value_type if pt.is_dictionary(kind) else kind
    if not (pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind)):
        return f"the column {fields.text!r} holds {shown(str(kind))}, not strings; name the text's column"
    return None


def _batch_records(batch: Any, name: str, row: int, fields: Fields) -> Iterator[RawRecord | FailedRecord]:
    """Give the records of a batch; ``row`` counts those before it."""
    import pyarrow as pa  # noqa: PLC0415

    try:
        columns = [
            _checked(batch.column(column)) if column in batch.schema.names else None
            for column in (fields.id, fields.text, fields.published)
        ]
    except pa.ArrowException as error:
        reason = f"rows {row + 1} to {row + batch.num_rows} cannot be read, because the file is damaged ({_detail(error)})"
        yield FailedRecord(None, f"{name}:{row + 1}", reason)
        return
    for index in range(batch.num_rows):
        source = f"{name}:{row + index + 1}"
        try:
            article_id, text, published = (None if column is None else _value(column[index]) for column in columns)
        except UnicodeDecodeError as error:
            yield FailedRecord(None, source, f"not UTF-8 at byte {error.start} of a field")
        except (ValueError, OverflowError, LookupError) as error:  # a date or time zone that Python does not know
            yield FailedRecord(None, source, f"a value that cannot be read ({_detail(error)})")
        else:
            yield record_from_values(article_id, text, published, source=source, fields=fields)


def _checked(column: Any) -> Any:
    """Return the column so that every value can be read: pyarrow follows offsets that point anywhere, and the process dies.

    Strings come as bytes, because the check is of the whole column, and one that is not UTF-8 spoils its own row alone.
    Nanoseconds, in which pandas counts, come as Python's microseconds.
    """
    import pyarrow as pa  # noqa: PLC0415

    kind = column.type
    column.validate()
    if pa.types.is_string(kind):
        column = column.view(pa.binary())
    elif pa.types.is_large_string(kind):
        column = column.view(pa.large_binary())
    column.validate(full=True)
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return column.cast(pa.timestamp("us", kind.tz), safe=False)
    return column


def _value(scalar: Any) -> Any:
    value = scalar.as_py()
    return value.decode("utf-8") if isinstance(value, bytes) else value


def _detail(error: Exception) -> str:
    return shown(" ".join(str(error).split()))[:_MAX_DETAIL] or type(error).__name__
