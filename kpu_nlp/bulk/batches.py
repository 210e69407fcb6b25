"""What a worker does with a chunk: read its articles, extract from them together, and one by one where that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kpu_nlp.bulk.chunks import Outcome, Written
from kpu_nlp.errors import InputError, MissingExtraError, ModelError
from kpu_nlp.reading.records import FailedRecord, RawRecord, open_record
from kpu_nlp.schema import Article, Extraction
from kpu_nlp.stages import READING, WRITING, stage
from kpu_nlp.writing.json_lines import to_json

ExtractMany = Callable[[Sequence[Article]], Sequence[Extraction]]


def extract_records(records: Sequence[RawRecord | FailedRecord], extract: ExtractMany) -> tuple[Outcome, ...]:
    """Return what becomes of each record, in order.

    Args:
        records: some that failed already may be among them.
        extract: gives one extraction an article, in order.

    Raises:
        ModelError, MissingExtraError: raised by ``extract``; they would come again with every article.
    """
    return extract_opened(read_records(records), extract)


def read_records(records: Sequence[RawRecord | FailedRecord]) -> tuple[Article | FailedRecord, ...]:
    """Read the article of each record, in order."""
    with stage(READING):
        return tuple(record if isinstance(record, FailedRecord) else _open(record) for record in records)


def extract_opened(entries: Sequence[Article | FailedRecord], extract: ExtractMany) -> tuple[Outcome, ...]:
    """Return what becomes of each article, in order; see `extract_records`."""
    found = iter(_extract([entry for entry in entries if isinstance(entry, Article)], extract))
    return tuple(entry if isinstance(entry, FailedRecord) else next(found) for entry in entries)


def _open(record: RawRecord) -> Article | FailedRecord:
    try:
        return open_record(record)
    except MissingExtraError:
        raise
    except Exception as error:  # whatever one page does to its parser, the others are still wanted
        return FailedRecord(record.id, record.source, _reason(error).removeprefix(f"{record.source}: "))


def _extract(articles: Sequence[Article], extract: ExtractMany) -> list[Outcome]:
    if not articles:
        return []
    try:
        extractions = extract(articles)
        with stage(WRITING):
            return [
                Written(to_json(extraction, indent=False), len(article.text))
                for article, extraction in zip(articles, extractions, strict=True)
            ]
    except (ModelError, MissingExtraError):
        raise
    except Exception as error:
        if len(articles) > 1:
            return [outcome for article in articles for outcome in _extract([article], extract)]
        return [FailedRecord(articles[0].id, articles[0].source or articles[0].id, _reason(error))]


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
