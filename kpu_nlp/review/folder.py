"""The folder that a review writes to: one file an article in the inline format, and ``review.json`` with what is accepted."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown
from kpu_nlp.writing.atomic import atomic_write, writable

STATES = "review.json"
_FORMAT = 1


def version_of(content: bytes) -> str:
    """Return the version of an article's file: a digest of what it holds."""
    return hashlib.sha256(content).hexdigest()


@dataclass(slots=True)
class Progress:
    """What is known of an article beside its file.

    Attributes:
        accepted: the version that was accepted, or None. A file that was changed afterwards has another version.
        first: the version that stood in the folder before the first review, or None where none did.
        uncertainty: how unsure the model was of it, in nats a word (see `kpu_nlp.tagging.uncertainty`), or None.
    """

    accepted: str | None = None
    first: str | None = None
    uncertainty: float | None = None


@dataclass(slots=True)
class ReviewFolder:
    """A folder of reviewed articles.

    Attributes:
        path: the folder.
        progress: by article id.
    """

    path: Path
    progress: dict[str, Progress] = field(default_factory=dict)

    def file(self, article_id: str) -> Path:
        """Return the file of an article."""
        return self.path / f"{article_id}.txt"

    def read(self, article_id: str) -> bytes | None:
        """Return what the file of an article holds, or None where there is none.

        Raises:
            InputError: it cannot be read.
        """
        try:
            return self.file(article_id).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(f"{shown(str(self.file(article_id)))}: cannot be read: {error.strerror}") from error

    def write(self, article_id: str, content: str) -> None:
        """Put an article's file in place, whole or not at all.

        Raises:
            InputError: it cannot be written.
        """
        with atomic_write(self.file(article_id)) as file:
            file.write(content)

    def save_progress(self, *article_ids: str) -> None:
        """Write what is known of some articles to `STATES`; of the others, what another review wrote there stays.

        Raises:
            InputError: it cannot be read or written.
        """
        self.progress = _read_states(self.path / STATES) | {name: self.progress[name] for name in article_ids}
        known = {article_id: asdict(one) for article_id, one in sorted(self.progress.items())}
        with atomic_write(self.path / STATES) as file:
            file.write(json.dumps({"format": _FORMAT, "articles": known}, ensure_ascii=False, indent=1) + "\n")


def open_folder(path: Path) -> ReviewFolder:
    """Open the folder of a review; it is made where there is none, and found out to be writable.

    Raises:
        InputError: the path is a file, its parent is missing, it cannot be written, or its `STATES` cannot be read.
    """
    if path.exists() and not path.is_dir():
        raise InputError(f"{shown(str(path))}: a file; name a folder to write to")
    if not path.exists() and not path.resolve().parent.is_dir():
        raise InputError(f"{shown(str(path))}: there is no folder {shown(str(path.parent))}; make it first")
    with writable(path):
        path.mkdir(exist_ok=True)
    folder = ReviewFolder(path, _read_states(path / STATES))
    folder.save_progress()
    return folder


def _read_states(path: Path) -> dict[str, Progress]:
    advice = "mend it, or delete it: then no article counts as accepted"
    try:
        known: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(f"{shown(str(path))}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{shown(str(path))}: not JSON in UTF-8; {advice}") from error
    try:
        if known["format"] != _FORMAT:
            raise InputError(f"{shown(str(path))}: format {known['format']!r}, not {_FORMAT}; use the kpu-nlp that wrote it")
        return {article_id: Progress(**one) for article_id, one in known["articles"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{shown(str(path))}: not what a review writes; {advice}") from error
