"""From the three values of a record (id, text, published) to the record, or to the reason why it is none."""

from __future__ import annotations

from datetime import date
from typing import Any

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown, too_large
from kpu_nlp.reading.article import MAX_BYTES, article_from_text
from kpu_nlp.reading.raw import FailedRecord, Fields, RawRecord, failed

# The whole numbers that a float holds exactly; pandas turns a column of numbers with a gap into floats.
_MAX_WHOLE_FLOAT = 2**53


def record_from_values(article_id: Any, text: Any, published: Any, *, source: str, fields: Fields) -> RawRecord | FailedRecord:
    """Return the record that three values of any type make; without an id it takes the first 12 digits of the text's SHA-256.

    Args:
        article_id: a string, a whole number, or None.
        text: a string.
        published: an ISO date as a string, a date, or None.
        source: where the record stands.
        fields: how the file names the three, for messages.
    """
    known: str | None = None
    try:
        known = _id(article_id, fields.id)
        day = _published(published, fields.published)
        if not isinstance(text, str):
            raise InputError(f"{fields.text}: missing, or not a string")
        if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
            raise InputError(too_large(fields.text, MAX_BYTES, advice="split it"))
        article = article_from_text(text, id=known, source=source, published=day)
    except InputError as error:
        return failed(known, source, error)
    return RawRecord(article.id, source, article.published, text, None)


def _id(value: Any, field: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) <= _MAX_WHOLE_FLOAT:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise InputError(f"{field}: must be a string or a whole number")
    if not value.strip() or shown(value) != value:
        raise InputError(f"{field}: empty, or has unprintable characters")
    return value


def _published(value: Any, field: str) -> str | None:
    if isinstance(value, date):  # datetime is a date too
        return value.isoformat()
    if value is not None and not isinstance(value, str):
        raise InputError(f"{field}: must be a string like 2022-07-22")
    return value or None
