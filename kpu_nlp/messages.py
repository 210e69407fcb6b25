"""How a source is named in a message."""

from __future__ import annotations


def shown(name: str) -> str:
    """Return a name as it can stand in a one-line message and in UTF-8: unprintable characters become U+FFFD."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)


def too_large(name: str, limit: int, *, advice: str = "split it, or read it anyway with --force") -> str:
    """Return the message for a source over the limit, which counts bytes."""
    return f"{name}: larger than {limit / 1_000_000:g} MB, so hardly one article; {advice}"
