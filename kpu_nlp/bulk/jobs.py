"""A bulk job: every article of an archive in, one line of JSON each out, and a line for each that failed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kpu_nlp.errors import InputError, MissingExtraError, ModelError
from kpu_nlp.messages import shown
from kpu_nlp.reading import FailedRecord, iter_archive
from kpu_nlp.schema import Article, Extraction
from kpu_nlp.writing.atomic import atomic_write
from kpu_nlp.writing.json_lines import to_json

_MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """The books of a job, which balance: ``read == written + failed``.

    Attributes:
        read: articles and unreadable records of the archive.
        written: lines of the output.
        failed: lines of the errors file.
    """

    read: int
    written: int
    failed: int


def errors_path(output: Path) -> Path:
    """Return where the failures of a job go: ``hasil.jsonl`` has ``hasil.errors.jsonl`` beside it."""
    return output.with_name(f"{output.stem}.errors.jsonl")


def run_bulk(source: Path, output: Path, *, extract: Callable[[Article], Extraction]) -> Counts:
    """Extract from every article of an archive.

    Articles are read, extracted and written one at a time, in the archive's order, so that memory does not grow with the
    archive. An article that cannot be read or extracted is one line ``{"id", "source", "reason"}`` of the errors file; it never
    stops the others. Both files are written whole or not at all, and the errors file is written even where it is empty, so that
    it never tells of an earlier job.

    Args:
        source: a folder or a JSON Lines file, see `iter_archive`.
        output: the JSON Lines file to write, one extraction a line.
        extract: gives the extraction of an article.

    Raises:
        InputError: the source is no archive, or the output cannot be written or would replace the source.
        ModelError, MissingExtraError: raised by ``extract``; they would come again with every article.
    """
    errors = errors_path(output)
    for path in (output, errors):
        if path.exists() and source.exists() and path.samefile(source):
            raise InputError(f"{shown(str(path))}: would replace the articles that are read; name another output")
    records = iter_archive(source)
    written = failed = 0
    with atomic_write(errors) as errors_file, atomic_write(output) as output_file:
        for record in records:
            result = record if isinstance(record, FailedRecord) else _extracted(record, extract)
            if isinstance(result, FailedRecord):
                failed += 1
                errors_file.write(_error_line(result))
            else:
                written += 1
                output_file.write(result + "\n")
    return Counts(read=written + failed, written=written, failed=failed)


def _extracted(article: Article, extract: Callable[[Article], Extraction]) -> str | FailedRecord:
    try:
        return to_json(extract(article), indent=False)
    except (ModelError, MissingExtraError):
        raise
    except Exception as error:  # whatever one article does to the extraction, the others are still wanted
        reason = str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
        return FailedRecord(article.id, article.source or article.id, reason)


def _error_line(failure: FailedRecord) -> str:
    reason = shown(" ".join(failure.reason.split()))[:_MAX_REASON]
    return json.dumps({"id": failure.id, "source": failure.source, "reason": reason}, ensure_ascii=False) + "\n"
