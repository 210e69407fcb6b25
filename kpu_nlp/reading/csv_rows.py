"""CSV with a header: one article a row, in bounded memory whatever the file holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from kpu_nlp.errors import InputError
from kpu_nlp.messages import too_large
from kpu_nlp.reading.article import MAX_BYTES
from kpu_nlp.reading.raw import FailedRecord, Fields, RawRecord, failed, missing_column
from kpu_nlp.reading.values import record_from_values

# Bytes. A text of quotation marks alone doubles in CSV.
MAX_ROW_BYTES = 2 * MAX_BYTES

# The comma first; Excel writes semicolons where the comma is the decimal sign, as in Indonesia.
_SEPARATORS = (b",", b";", b"\t")
_QUOTE = b'"'
_PIECE = 65_536
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def iter_csv(file: BinaryIO, name: str, fields: Fields) -> Iterator[RawRecord | FailedRecord]:
    """Read CSV as a stream; the separator is the one that sets the text's column off in the header: comma, semicolon or tab.

    Python's own reader holds a field of any size, and loses its place after one that is too large; hence the one below.

    Args:
        file: opened for reading bytes, in UTF-8.
        name: how the user knows it.
        fields: the columns of id, text and date.
    """
    first = file.readline(MAX_ROW_BYTES)
    if first.startswith(_UTF16):
        yield FailedRecord(None, name, "UTF-16, which is not read; save the file as CSV UTF-8")
        return
    header, separator = _header(first.removeprefix(b"\xef\xbb\xbf"), fields)
    problem = missing_column(header, fields)
    if problem is not None:
        yield FailedRecord(None, name, problem)
        return
    for row in _rows(file, separator, first_line=2):
        if row.fields != [b""] or row.overlong or not row.closed:
            yield _record(row, header, f"{name}:{row.line}", fields)


@dataclass(slots=True)
class _Row:
    """A row: the line where it begins, its fields, whether it is too large to be held, whether its last quotation ends."""

    line: int
    fields: list[bytes] = field(default_factory=list)
    overlong: bool = False
    closed: bool = True


def _header(line: bytes, fields: Fields) -> tuple[list[str], bytes]:
    headers: list[list[str]] = []
    for separator in _SEPARATORS:
        row = next(_rows(BytesIO(line), separator, first_line=1), _Row(1))
        headers.append([name.decode("utf-8", "replace").strip() for name in row.fields])
        if fields.text in headers[-1]:
            return headers[-1], separator
    return headers[0], _SEPARATORS[0]


class _Builder:
    """Puts a row together, and forgets what it holds when it grows beyond the limit."""

    def __init__(self, line: int) -> None:
        self._row = _Row(line)
        self._field = bytearray()
        self._size = 0

    def take(self, content: bytes) -> None:
        self._size += len(content)
        if self._size > MAX_ROW_BYTES:
            self._row = _Row(self._row.line, overlong=True)
            self._field.clear()
        else:
            self._field += content

    def end_field(self) -> None:
        if not self._row.overlong:
            self._row.fields.append(bytes(self._field))
        self._field.clear()
        self._size += 1

    def end(self, *, closed: bool = True) -> _Row:
        self.end_field()
        self._row.closed = closed
        return self._row


def _rows(file: BinaryIO, separator: bytes, *, first_line: int) -> Iterator[_Row]:
    """Split CSV as RFC 4180 has it; as everywhere, a quotation mark inside an unquoted field stands for itself."""
    mark = re.compile(rb"[\n" + separator + rb"]")
    line = first_line
    row = _Builder(line)
    begun = quoted = after_quote = False
    fresh = True  # at the beginning of a field
    for piece in _pieces(file):
        position, begun = 0, True
        line += piece.endswith(b"\n")
        while position < len(piece):
            if quoted:
                stop = piece.find(_QUOTE, position)
                row.take(piece[position : stop if stop >= 0 else len(piece)])
                quoted, after_quote = stop < 0, stop >= 0
                position = stop + 1 if stop >= 0 else len(piece)
            elif (fresh or after_quote) and piece.startswith(_QUOTE, position):
                row.take(b"" if fresh else _QUOTE)
                quoted, fresh, after_quote = True, False, False
                position += 1
            else:
                match = mark.search(piece, position)
                stop = match.start() if match else len(piece)
                content = piece[position:stop]
                ends_row = match is not None and match.group() == b"\n"
                row.take(content.removesuffix(b"\r") if ends_row else content)
                after_quote, fresh, position = False, match is not None, stop + 1
                if ends_row:
                    yield row.end()
                    row, begun = _Builder(line), False
                elif match is not None:
                    row.end_field()
    if begun:
        yield row.end(closed=not quoted)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """Give the file in pieces that end with a line or are long; none ends between the two signs of a line end."""
    while piece := file.readline(_PIECE):
        while piece.endswith(b"\r") and (more := file.readline(1)):
            piece += more
        yield piece


def _record(row: _Row, header: Sequence[str], source: str, fields: Fields) -> RawRecord | FailedRecord:
    try:
        if not row.closed:
            raise InputError("a quotation mark in this row opens a field and none closes it; the rows after it were not read")
        if row.overlong:
            raise InputError(too_large("row", MAX_ROW_BYTES, advice="split it"))
        if len(row.fields) > len(header):
            raise InputError(f"{len(row.fields)} fields, where the header has {len(header)}; quote those that hold a separator")
        values = [_value(row, header, name) for name in (fields.id, fields.text, fields.published)]
    except InputError as error:
        return failed(None, source, error)
    article_id, text, published = values
    return record_from_values(article_id or None, text, published or None, source=source, fields=fields)


def _value(row: _Row, header: Sequence[str], name: str) -> str | None:
    if name not in header or header.index(name) >= len(row.fields):
        return None
    try:
        return row.fields[header.index(name)].decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error
