"""Where the files of a job lie: all beside its output, under the output's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown
from kpu_nlp.reading.inputs import STANDARD_INPUT
from kpu_nlp.writing.atomic import refuse_to_replace
from kpu_nlp.writing.formats import Format

_SUFFIXES: dict[str, Format] = {".parquet": "parquet", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite"}


@dataclass(frozen=True, slots=True)
class JobPaths:
    """The files of a job whose output is ``hasil.jsonl``.

    Attributes:
        output: ``hasil.jsonl``.
        errors: ``hasil.errors.jsonl``, a line for each record that failed.
        manifest: ``hasil.manifest.json``, which tells that the job is finished, and what it did.
        parts: ``hasil.parts``, the folder of what is finished while the job runs.
    """

    output: Path
    errors: Path
    manifest: Path
    parts: Path


def job_paths(output: Path) -> JobPaths:
    """Return the paths of a job.

    Raises:
        InputError: the output is no name of a file, or its folder is missing.
    """
    if str(output) == STANDARD_INPUT:
        raise InputError("-: a job writes files, not standard output; name a file to write to")
    if not output.name or output.name == "..":
        raise InputError(f"{shown(str(output))}: a folder; name a file to write to")
    if not output.parent.is_dir():
        raise InputError(f"{shown(str(output))}: there is no folder {shown(str(output.parent))}; make it first")
    return JobPaths(
        output,
        output.with_name(f"{output.stem}.errors.jsonl"),
        output.with_name(f"{output.stem}.manifest.json"),
        output.with_name(f"{output.stem}.parts"),
    )


def check_output(output: Path, *, parts: bool) -> None:
    """Check that an output can be put where the user wants it, and takes nothing away but an earlier output.

    Raises:
        InputError: a folder stands in the way of a file, or a file in that of a folder; it is a device or a pipe; the system
            does not take the name.
    """
    name = shown(str(output))
    try:
        output.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}; name another output") from error
    # Moved into the place of a device, the output would be all that is left of it.
    if not output.is_file() and not output.is_dir():
        raise InputError(f"{name}: a device or a pipe; name a file to write to")
    if output.is_dir() and not parts:
        raise InputError(f"{name}: a folder; name a file to write to")
    if output.exists() and not output.is_dir() and parts:
        raise InputError(f"{name}: a file; name a folder to write to, or leave out the / at the end")
    if parts and output.is_dir() and any(path.suffix != ".parquet" for path in output.iterdir()):
        raise InputError(f"{name}: holds other files than Parquet; name a new folder")


def format_of(output: Path) -> Format:
    """Return the format that a name asks for: Parquet or SQLite by its ending, JSON Lines by any other."""
    return _SUFFIXES.get(output.suffix.lower(), "jsonl")


def check_inputs(paths: JobPaths, inputs: Sequence[str]) -> None:
    """Check that a job writes over none of its inputs.

    Raises:
        InputError: it would.
    """
    for source in inputs:
        for path in (paths.output, paths.errors, paths.manifest):
            refuse_to_replace(path, source, what="the articles that are read")
