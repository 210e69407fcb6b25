"""The records of a bulk job, as a stream: from whatever the user names to articles, or to the reason why one is none."""

from __future__ import annotations

import gzip
import hashlib
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown
from kpu_nlp.reading.article import (
    HTML_SUFFIXES,
    MAX_BYTES,
    article_from_bytes,
    article_from_text,
    read_article,
    read_limited,
)
from kpu_nlp.reading.claims import Claims
from kpu_nlp.reading.columns import check_pyarrow, iter_arrow, iter_parquet
from kpu_nlp.reading.csv_rows import iter_csv
from kpu_nlp.reading.file_ids import FileIds
from kpu_nlp.reading.inputs import STANDARD_INPUT, Input, InputFile, iter_files, resolve
from kpu_nlp.reading.json_lines import iter_json_lines
from kpu_nlp.reading.raw import FailedRecord, Fields, RawRecord
from kpu_nlp.reading.storage import is_address, path_of, storage_of
from kpu_nlp.schema import Article

__all__ = ["FailedRecord", "Fields", "RawRecord", "input_digest", "iter_records", "open_record", "read_all"]

_FILES = 0  # the owner of the ids of files that are one article each


def iter_records(inputs: Sequence[str], *, fields: Fields | None = None) -> Iterator[RawRecord | FailedRecord]:
    """Give every record of the inputs, in a stable order; a bad one is told and never stops the others.

    A folder gives its ``*.txt``, ``*.html``, ``*.htm`` and ``*.xhtml`` files, those of its subfolders included and hidden ones
    left out, sorted by path; a pattern (``arsip/**/*.html``) gives what it matches. The id is the file's stem; files that share
    a stem get their path inside the input (``2022/rakor``), with its suffix where even that is shared, else with the input's
    name before it. A file of JSON Lines (``*.jsonl``, ``*.ndjson``, packed by gzip too; ``-`` is standard input) holds one
    record a line; CSV, Parquet and the folder of a dataset that ``datasets`` saved hold one a row. A record without an id takes
    the first 12 digits of its text's SHA-256. An id that comes a second time in one file is a failure; one that another file
    has taken already gets the name of its own before it (``2023/17``).

    Memory holds a hash of every id, never the records.

    Args:
        inputs: paths, patterns and addresses, as the user names them.
        fields: how files of records name what is read from them.

    Raises:
        InputError: an input is missing, or of a kind that is not read. Raised at once, not at the first record.
        MissingExtraError: an input needs a package that is not installed; raised at once too.
    """
    resolved = resolve(inputs)
    articles = FileIds(_articles(resolved))
    return _records(resolved, articles, fields or Fields())


def open_record(record: RawRecord) -> Article:
    """Read the article of a record; pages are read here.

    Raises:
        InputError: it cannot be read.
        MissingExtraError: its address needs a package that is not installed.
    """
    if record.text is not None:
        return article_from_text(record.text, id=record.id, source=record.source, published=record.published)
    path = record.path or ""
    if is_address(path) and record.id is not None:
        article = _remote_article(path)
    else:
        article = read_article(path, published=record.published)
    return article if record.id is None else article.model_copy(update={"id": record.id})


def read_all(inputs: Sequence[str]) -> tuple[list[Article], list[str]]:
    """Read every article of the inputs into memory.

    Returns:
        The articles, in the order of `iter_records`, and one line for each that cannot be read.

    Raises:
        InputError, MissingExtraError: as `iter_records`.
    """
    read: list[Article] = []
    failed: list[str] = []
    for record in iter_records(inputs):
        if isinstance(record, FailedRecord):
            failed.append(f"{record.source}: {shown(record.reason)}")
            continue
        try:
            read.append(open_record(record))
        except InputError as error:
            failed.append(shown(" ".join(str(error).split())))
    return read, failed


def input_digest(inputs: Sequence[str]) -> str:
    """Return a fingerprint of the inputs, as 64 hexadecimal digits: the names, sizes and times of their files.

    Standard input and web pages count with their name alone.

    Raises:
        InputError, MissingExtraError: as `iter_records`.
    """
    digest = hashlib.sha256()
    for file in iter_files(resolve(inputs)):
        digest.update(f"{file.location}\0{_stamp(file)}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _articles(inputs: Sequence[Input]) -> Iterator[InputFile]:
    for file in iter_files(inputs):
        if file.kind in ("parquet", "arrow"):
            check_pyarrow(file.location)
        if file.kind == "article" and file.problem is None:
            yield file


def _stamp(file: InputFile) -> str:
    if file.location == STANDARD_INPUT or file.kind == "page":
        return ""
    if file.problem is not None:
        return file.problem
    try:
        return file.storage.stamp(file.location)
    except OSError as error:
        return _told(error)


def _records(inputs: Sequence[Input], articles: FileIds, fields: Fields) -> Iterator[RawRecord | FailedRecord]:
    claims = Claims()
    for number, file in enumerate(iter_files(inputs), start=1):
        name = shown(file.location)
        if file.problem is not None:
            yield FailedRecord(None, name, file.problem)
        elif file.kind == "page":
            yield RawRecord(None, name, None, None, file.location)
        elif file.kind == "article":
            yield _file_record(file, articles, claims)
        else:
            for record in _rows(file, name, fields):
                yield record if isinstance(record, FailedRecord) else _claimed(record, file, claims, number)


def _file_record(file: InputFile, articles: FileIds, claims: Claims) -> RawRecord | FailedRecord:
    candidates = articles.candidates(file)
    for article_id in candidates:
        if claims.claim(article_id, _FILES) is None:
            return RawRecord(article_id, shown(file.location), None, None, file.location)
    return FailedRecord(candidates[0], shown(file.location), "its id is taken by another file of the archive; rename the file")


def _claimed(record: RawRecord, file: InputFile, claims: Claims, number: int) -> RawRecord | FailedRecord:
    """Return the record if its id is free; another input's id gets the file's own before it, the file's own is a failure."""
    own = record.id or ""
    *_, name = file.parts or ("",)
    prefix = name.partition(".")[0] or "stdin"
    for article_id in (own, f"{shown(prefix)}/{own}", f"{shown(file.location)}/{own}"):
        owner = claims.claim(article_id, number)
        if owner is None:
            return record if article_id == own else replace(record, id=article_id)
        if owner == number:
            return FailedRecord(own, record.source, "the id occurs a second time; give every record its own")
    return FailedRecord(own, record.source, "the id is taken by another input; give every record its own")


def _rows(file: InputFile, name: str, fields: Fields) -> Iterator[RawRecord | FailedRecord]:
    """Give the records of a file; where it breaks off, the last one tells so."""
    last = ""
    try:
        with _opened(file) as opened:
            for record in _READERS[file.kind](opened, name, fields):
                last = record.source
                yield record
    except (OSError, EOFError, zlib.error) as error:
        after = f"; nothing after {last} was read" if last else "; nothing of it was read"
        yield FailedRecord(None, name, f"{_told(error)}{after}")


@contextmanager
def _opened(file: InputFile) -> Iterator[BinaryIO]:
    if file.location == STANDARD_INPUT:
        if sys.stdin is None:
            raise OSError("standard input is closed; name a file instead of '-'")
        yield sys.stdin.buffer
        return
    with file.storage.open(file.location) as opened:
        if not file.packed:
            yield opened
            return
        with gzip.open(opened) as unpacked:
            yield cast("BinaryIO", unpacked)


def _told(error: Exception) -> str:
    if isinstance(error, (EOFError, zlib.error, gzip.BadGzipFile)):
        return f"a damaged gzip file ({shown(str(error))})"
    return shown(getattr(error, "strerror", None) or str(error) or type(error).__name__)


def _remote_article(address: str) -> Article:
    name = shown(address)
    try:
        with storage_of(address).open(address) as file:
            raw = read_limited(file, name, MAX_BYTES)
    except OSError as error:
        raise InputError(f"{name}: {_told(error)}; check the address") from error
    html = PurePosixPath(path_of(address)).suffix.lower() in HTML_SUFFIXES
    return article_from_bytes(raw, address, article_id=None, published=None, html=html)


_READERS = {"jsonl": iter_json_lines, "csv": iter_csv, "parquet": iter_parquet, "arrow": iter_arrow}
