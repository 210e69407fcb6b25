"""JSON Lines: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from kpu_nlp.errors import InputError
from kpu_nlp.messages import too_large
from kpu_nlp.reading.article import MAX_BYTES
from kpu_nlp.reading.raw import FailedRecord, Fields, RawRecord, failed
from kpu_nlp.reading.values import record_from_values

# Bytes. JSON may write a character of one byte as an escape of six.
MAX_LINE_BYTES = 6 * MAX_BYTES


def iter_json_lines(file: BinaryIO, name: str, fields: Fields) -> Iterator[RawRecord | FailedRecord]:
    """Read JSON Lines as a stream; other keys are ignored, blank lines skipped.

    Args:
        file: opened for reading bytes.
        name: how the user knows it.
        fields: the keys of id, text and date.
    """
    for number, line in enumerate(_lines(file), start=1):
        if line is None or line.strip():
            yield _record(line, f"{name}:{number}", fields)


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Give every line; None stands for one that is too long, which is passed over without being held in memory."""
    first = True
    while line := file.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            while (rest := file.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield None
        else:
            yield line.removeprefix(b"\xef\xbb\xbf") if first else line
        first = False


def _record(line: bytes | None, source: str, fields: Fields) -> RawRecord | FailedRecord:
    try:
        values = _load(line, fields)
    except InputError as error:
        return failed(None, source, error)
    return record_from_values(
        values.get(fields.id), values.get(fields.text), values.get(fields.published), source=source, fields=fields
    )


def _load(line: bytes | None, fields: Fields) -> dict[str, Any]:
    if line is None:
        raise InputError(too_large("line", MAX_LINE_BYTES, advice="split it"))
    try:
        values = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start} of the line") from error
    except RecursionError as error:
        raise InputError("not an article: nested too deeply") from error
    except ValueError as error:  # broken JSON, and numbers of thousands of digits
        raise InputError(f"not JSON: {error}") from error
    if not isinstance(values, dict):
        raise InputError(f"not a JSON object with the keys {fields.id}, {fields.text}, {fields.published}")
    return values
