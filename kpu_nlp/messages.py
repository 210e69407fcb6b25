"""Pieces of messages that several modules give."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


def shown(name: str) -> str:
    """Return a name as it can stand in a one-line message and in UTF-8: unprintable characters become U+FFFD."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)


def too_large(name: str, limit: int, *, advice: str = "split it, or read it anyway with --force") -> str:
    """Return the message for a source over the limit, which counts bytes."""
    return f"{name}: larger than {limit / 1_000_000:g} MB, so hardly one article; {advice}"


def minutes(seconds: float) -> str:
    """Return a length of time in hours and minutes, ``1 h 05 min`` or ``12 min``; at least a minute."""
    whole = round(seconds / 60)
    return f"{whole // 60} h {whole % 60:02} min" if whole >= 60 else f"{max(1, whole)} min"


def first_problem(error: ValidationError, *, whole: str) -> str:
    """Return the first thing that pydantic found wrong, as ``setting: what``.

    Args:
        error: what pydantic raised.
        whole: what to name where no single setting is at fault.
    """
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"]) or whole
    return f"{where}: {problem['msg']}"
