"""What lies beside an output under its name: a job takes nothing there that is not its own.

The names are those of the output without its ending, so that ``hasil.jsonl`` and ``hasil.parquet`` share them.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from kpu_nlp.bulk.lock import LOCK_FILE
from kpu_nlp.bulk.manifest import read_manifest
from kpu_nlp.bulk.paths import JobPaths
from kpu_nlp.bulk.state import STATE_FILE, open_state
from kpu_nlp.errors import InputError, JobError
from kpu_nlp.messages import shown
from kpu_nlp.writing.atomic import writable


def check_siblings(paths: JobPaths) -> None:
    """Check that the files beside an output are missing, or those of an earlier job with this output.

    Raises:
        InputError: a folder stands in the place of a file, or other files than a job's in that of its folder.
        JobError: they belong to an output of another ending, which is there still.
    """
    with writable(paths.output):  # a name may be too long once it has its ending
        _check_kinds(paths)
    owner = _finished(paths)
    if owner not in (None, paths.output.name) and (paths.output.parent / str(owner)).exists():
        raise JobError(
            f"{shown(str(paths.output))}: {shown(paths.manifest.name)} and {shown(paths.errors.name)} beside it belong to "
            f"{shown(str(owner))} and would be replaced; name another output"
        )


def check_unfinished(paths: JobPaths) -> None:
    """Check that what is finished of a job was made for this output; the job's lock is held.

    Raises:
        JobError: it was made for an output of another ending.
    """
    owner = _unfinished(paths.parts)
    if owner not in (None, paths.output.name):
        raise JobError(
            f"{shown(str(paths.output))}: {shown(paths.parts.name)} beside it holds the unfinished job of {shown(str(owner))}; "
            "finish that one, delete the folder, or name another output"
        )


def _unfinished(parts: Path) -> str | None:
    if not (parts / STATE_FILE).exists():
        return None
    try:
        with open_state(parts) as state:
            owner = state.get("output")
    except (JobError, sqlite3.Error):  # told when the job opens it, unless it begins anew
        return None
    return owner if isinstance(owner, str) else None


def _finished(paths: JobPaths) -> str | None:
    output = (read_manifest(paths.manifest) or {}).get("output")
    owner = output.get("path") if isinstance(output, dict) else None
    return owner if isinstance(owner, str) else None


def _check_kinds(paths: JobPaths) -> None:
    for file in (paths.errors, paths.manifest, paths.parts / STATE_FILE):
        if file.is_dir():
            raise InputError(f"{shown(str(file))}: a folder, where the job has a file; move it away, or name another output")
    parts = paths.parts
    if parts.exists() and not parts.is_dir():
        raise InputError(f"{shown(str(parts))}: a file, where the job has a folder; move it away, or name another output")
    # The lock is the first file that a job makes there, and the last that it removes.
    if parts.is_dir() and any(parts.iterdir()) and not (parts / LOCK_FILE).exists():
        raise InputError(f"{shown(str(parts))}: holds other files than a job's; move it away, or name another output")
