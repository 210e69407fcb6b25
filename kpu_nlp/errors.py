"""The errors that a user can cause and mend; the command line turns each into one line and exit code 1."""

from __future__ import annotations

from typing import Self


class KpuNlpError(Exception):
    """Base of every error raised on purpose; the message says what is wrong, where, and what to do."""


class InputError(KpuNlpError):
    """An article cannot be read: missing, empty, binary, too large, or without an article in it."""


class ModelError(KpuNlpError):
    """A model folder is missing, incomplete, unsafe, or of another format version."""


class AnnotationError(KpuNlpError):
    """An annotated article does not follow the inline format."""


class RecipeError(KpuNlpError):
    """A training recipe has a missing, unknown or impossible setting."""


class MissingExtraError(KpuNlpError):
    """A feature needs an optional dependency that is not installed."""

    @classmethod
    def of(cls, purpose: str, package: str, extra: str) -> Self:
        """Return the error of something (``writing Parquet``) that needs a package of one of our extras (``bulk``)."""
        return cls(f"{purpose} needs {package}, which is not installed: pip install 'kpu-nlp[{extra}]'")


class JobError(KpuNlpError):
    """A bulk job cannot start or go on; what it has finished is kept."""


class TooManyErrorsError(JobError):
    """More records of a bulk job failed than the user allows."""
