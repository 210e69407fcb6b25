"""Article ids that can be file names, on every system."""

from __future__ import annotations

import re

_MAX_BYTES = 200  # a file name may have 255 with its ending

# What Windows, or a shell, would not take for a part of a name.
_UNSAFE = re.compile(r'[<>:"/\\|?*\s]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def file_id(written: str) -> str:
    """Return an id as it can be the name of a file: unchanged where it can, else with a hyphen for what it cannot hold.

    Returns:
        The id; empty where nothing of it can stand in a name.
    """
    printable = "".join(character if character.isprintable() else " " for character in written)
    name = _UNSAFE.sub("-", printable).lstrip(".-").rstrip(".-")
    name = name.encode()[:_MAX_BYTES].decode(errors="ignore").rstrip(".-")
    return f"x-{name}" if _RESERVED.fullmatch(name) else name
