"""What a job was asked to do, and what it did: the fingerprint that a rerun is compared with, and the manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kpu_nlp.messages import shown
from kpu_nlp.writing.atomic import atomic_write

Fingerprint = Mapping[str, Any]

_NAMES = {
    "inputs": "the inputs",
    "model": "the model",
    "fields": "the field options",
    "format": "the format",
    "device": "the device",
    "shard": "the size of a shard",
    "version": "the version of kpu-nlp",
}


def model_digest(folder: Path) -> str:
    """Return a digest of a model folder, from its manifest, which holds those of its files; 64 hexadecimal digits."""
    return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()


def what_changed(before: Fingerprint, now: Fingerprint) -> str:
    """Return what differs between two jobs, in words; empty where nothing does."""
    return " and ".join(_NAMES.get(key, shown(key)) for key in sorted({*before, *now}) if before.get(key) != now.get(key))


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Return the manifest of a finished job; None where there is none that can be read."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and isinstance(manifest.get("fingerprint"), dict) else None


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest, whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    with atomic_write(path) as file:
        file.write(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
