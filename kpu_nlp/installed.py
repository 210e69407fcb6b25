"""Where the data that is installed with the package lies."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

SHIPPED_MODEL = "kpu-ner"


def data_folders(name: str) -> list[Path]:
    """Return where a data folder of the package may lie, the likeliest first.

    In a wheel and in an editable install it is the module ``kpu_nlp.NAME``; in a checkout that is not installed there is only
    the top-level folder NAME.

    Args:
        name: ``corpus`` or ``models``.
    """
    folders: list[Path] = []
    try:
        installed = resources.files(f"kpu_nlp.{name}")
    except ModuleNotFoundError:
        pass
    else:
        if isinstance(installed, Path):
            folders.append(installed)
    return [*folders, Path(__file__).resolve().parents[1] / name]
