"""Read many articles, one at a time: a folder of files, or a file of JSON Lines."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown, too_large
from kpu_nlp.reading.article import MAX_BYTES, article_from_text, read_article
from kpu_nlp.reading.raw import FailedRecord
from kpu_nlp.schema import Article

FILE_SUFFIXES = frozenset({".txt", ".html", ".htm", ".xhtml"})
JSON_LINES_SUFFIXES = frozenset({".jsonl", ".ndjson"})

# Bytes. JSON may write a character of one byte as an escape of six.
MAX_LINE_BYTES = 6 * MAX_BYTES


def iter_archive(path: Path) -> Iterator[Article | FailedRecord]:
    """Read an archive as a stream: every article, or why it cannot be read; one bad article never stops the others.

    A folder gives its ``*.txt``, ``*.html``, ``*.htm`` and ``*.xhtml`` files, those of its subfolders included and hidden ones
    left out, sorted by path. The id is the file's stem; files that share a stem get their path inside the folder without its
    suffix (``2022/rakor``), and with it (``2022/rakor.html``) where even that is shared.

    A ``*.jsonl`` or ``*.ndjson`` file holds one JSON object a line: ``text``, and if known ``id`` (a string or a whole number;
    by default the first 12 digits of the text's SHA-256) and ``published``. Other keys are ignored, blank lines skipped. A
    second record with the same id is a failed one.

    Raises:
        InputError: the path is missing, or is neither a folder with articles nor JSON Lines. Raised at once, not at the first
            article.
    """
    name = shown(str(path))
    try:
        if path.is_dir():
            return _iter_folder(path, *_walk(path))
        if not path.exists():
            raise InputError(f"{name}: no such file or folder; check the path")
        if path.suffix.lower() not in JSON_LINES_SUFFIXES:
            raise InputError(f"{name}: not an archive; give a folder of articles or a .jsonl file")
        if not os.access(path, os.R_OK):
            raise InputError(f"{name}: permission denied; ask the owner for the right to read it")
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: {getattr(error, 'strerror', None) or error}; check the path") from error
    return _iter_json_lines(path, name)


def _walk(folder: Path) -> tuple[list[Path], list[OSError]]:
    unreadable: list[OSError] = []
    paths: list[Path] = []
    for parent, folders, files in os.walk(folder, onerror=unreadable.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths += [
            Path(parent, name) for name in files if not name.startswith(".") and Path(name).suffix.lower() in FILE_SUFFIXES
        ]
    if not paths and not unreadable:
        raise InputError(f"{shown(str(folder))}: no article in this folder; it needs files named *.txt, *.html or *.htm")
    return sorted(paths, key=lambda path: path.relative_to(folder).parts), unreadable


def _iter_folder(folder: Path, paths: list[Path], unreadable: list[OSError]) -> Iterator[Article | FailedRecord]:
    for problem in unreadable:
        yield FailedRecord(None, shown(str(problem.filename)), f"{problem.strerror}; the folder was not read")
    for path, article_id in zip(paths, _ids(folder, paths), strict=True):
        try:
            article = read_article(str(path))
        except InputError as error:
            yield _failed(article_id, shown(str(path)), error)
        else:
            yield article.model_copy(update={"id": article_id})


def _ids(folder: Path, paths: list[Path]) -> list[str]:
    """Return an id for every path: the first of stem, path without suffix, and path that no other file has."""
    relative = [path.relative_to(folder) for path in paths]
    forms = [(shown(path.stem), shown(path.with_suffix("").as_posix()), shown(path.as_posix())) for path in relative]
    levels = [0] * len(forms)
    while True:
        ids = [form[level] for form, level in zip(forms, levels, strict=True)]
        counts = Counter(ids)
        shared = [index for index, article_id in enumerate(ids) if counts[article_id] > 1 and levels[index] < 2]
        if not shared:
            return ids
        for index in shared:
            levels[index] += 1


def _iter_json_lines(path: Path, name: str) -> Iterator[Article | FailedRecord]:
    seen: set[str] = set()
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file), start=1):
            source = f"{name}:{number}"
            if line is not None and not line.strip():
                continue
            article = _parse_line(line, source)
            if isinstance(article, Article):
                if article.id in seen:
                    article = FailedRecord(article.id, source, "the id occurs a second time; give every record its own")
                else:
                    seen.add(article.id)
            yield article


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


def _parse_line(line: bytes | None, source: str) -> Article | FailedRecord:
    article_id: str | None = None
    try:
        record = _load(line)
        article_id = _record_id(record)
        return _record_article(record, article_id, source)
    except InputError as error:
        return _failed(article_id, source, error)


def _failed(article_id: str | None, source: str, error: InputError) -> FailedRecord:
    # Most messages begin with the source, which the record tells already.
    return FailedRecord(article_id, source, str(error).removeprefix(f"{source}: "))


def _load(line: bytes | None) -> dict[str, Any]:
    if line is None:
        raise InputError(too_large("line", MAX_LINE_BYTES, advice="split it"))
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start} of the line") from error
    except RecursionError as error:
        raise InputError("not an article: nested too deeply") from error
    except ValueError as error:  # broken JSON, and numbers of thousands of digits
        raise InputError(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise InputError("not a JSON object with the keys id, text, published")
    return record


def _record_id(record: dict[str, Any]) -> str | None:
    value = record.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise InputError("id: must be a string or a whole number")
    if value is not None and (not value.strip() or shown(value) != value):
        raise InputError("id: empty, or has unprintable characters")
    return value


def _record_article(record: dict[str, Any], article_id: str | None, source: str) -> Article:
    text, published = record.get("text"), record.get("published")
    if not isinstance(text, str):
        raise InputError("text: missing, or not a string")
    if published is not None and not isinstance(published, str):
        raise InputError("published: must be a string like 2022-07-22")
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise InputError(too_large("text", MAX_BYTES, advice="split it"))
    return article_from_text(text, id=article_id, source=source, published=published or None)
