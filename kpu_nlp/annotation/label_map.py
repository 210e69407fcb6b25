"""The table by which labels of another program become ours, or ours become those of another program."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from kpu_nlp.errors import AnnotationError
from kpu_nlp.messages import shown

LabelMap = Mapping[str, str | None]
"""What a label becomes; None drops its spans. A label that is no key stays as it is."""


def read_label_map(path: Path) -> dict[str, str | None]:
    """Read a table of labels: TOML lines ``FROM = "TO"``, and ``FROM = false`` for spans to drop.

    Raises:
        AnnotationError: the file cannot be read, is no TOML, or a value is neither a name nor false.
    """
    name = shown(str(path))
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise AnnotationError(f"{name}: cannot be read: {error.strerror}") from error
    except ValueError as error:  # of TOML or of UTF-8
        raise AnnotationError(f'{name}: not a TOML table of labels (lines like PER = "PERSON"): {error}') from error
    labels: dict[str, str | None] = {}
    for key, value in table.items():
        if value is not False and not (isinstance(value, str) and value.strip()):
            raise AnnotationError(
                f'{name}: {shown(key)}: expected a label in quotation marks ("PERSON"), or false to drop the spans'
            )
        labels[key] = value if isinstance(value, str) else None
    return labels


def unused_labels(labels: LabelMap, seen: Iterable[str]) -> list[str]:
    """Return the keys of a table that no span carries, so that a misspelt one comes to light."""
    return sorted(labels.keys() - set(seen))
