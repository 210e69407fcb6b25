"""What a bulk job reads: records as they stand in their files, before anything is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpu_nlp.messages import shown

_MAX_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Fields:
    """How the files of records (JSON Lines, CSV, Parquet, dataset folders) name what is read from them.

    Attributes:
        id: the article's id; a record may lack it.
        text: the article's text.
        published: the date of publication; a record may lack it.
    """

    id: str = "id"
    text: str = "text"
    published: str = "published"

    def required(self) -> tuple[str, ...]:
        """Return the columns that a table must have: the text, and what the user names, because a wrong name is a mistake."""
        usual = Fields()
        named = [(self.id, usual.id), (self.published, usual.published)]
        return (self.text, *(name for name, default in named if name != default))


@dataclass(frozen=True, slots=True)
class RawRecord:
    """An article that is still to be opened; small enough to be sent to another process.

    Attributes:
        id: the article's id; None for a web page, whose id is a digest of its text.
        source: the file, as the user names it, with ``:LINE`` or ``:ROW`` where the file holds many records.
        published: ISO date of publication, or None.
        text: the article's text, or None where ``path`` tells what to read.
        path: the file or address to read, or None where the text is known.
    """

    id: str | None
    source: str
    published: str | None
    text: str | None
    path: str | None


@dataclass(frozen=True, slots=True)
class FailedRecord:
    """An article of an archive that cannot be read.

    Attributes:
        id: the article's id, or None where the record has none that can be read.
        source: the file, with ``:LINE`` or ``:ROW`` where it holds many records.
        reason: one line.
    """

    id: str | None
    source: str
    reason: str


def failed(article_id: str | None, source: str, error: Exception) -> FailedRecord:
    """Return the failure that an error tells; most messages begin with the source, which the record has already."""
    return FailedRecord(article_id, source, " ".join(str(error).removeprefix(f"{source}: ").split()))


def missing_column(columns: Sequence[str], fields: Fields) -> str | None:
    """Return what to tell the user where a table lacks a column that is needed, else None."""
    missing = next((name for name in fields.required() if name not in columns), None)
    if missing is None:
        return None
    there = shown(", ".join(columns))[:_MAX_COLUMNS] or "none"
    return f"there is no column {shown(missing)!r}; name the one that is meant (the columns: {there})"
