"""A model as a wheel that pip installs: a package of data, found by its name afterwards.

A wheel is a zip file with a list of its content (PEP 427); written here, it is the same bytes for the same model, and needs
neither a network nor a build environment.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import zipfile
from pathlib import Path

from kpu_nlp.tagging.manifest import MANIFEST, Manifest, read_manifest
from kpu_nlp.tagging.models import ENTRY_POINTS
from kpu_nlp.writing.atomic import atomic_file

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip file knows
_INIT = '"""A model of kpu-nlp: {title}. Its files lie beside this one."""\n'
_WHEEL = "Wheel-Version: 1.0\nGenerator: kpu-nlp\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_METADATA = """Metadata-Version: 2.1
Name: kpu-model-{name}
Version: {version}
Summary: {title}, a model of kpu-nlp
Requires-Dist: kpu-nlp
Description-Content-Type: text/markdown

{card}"""


def write_wheel(model: Path, folder: Path) -> Path:
    """Write a wheel of a model.

    Args:
        model: the model folder; only what its manifest lists goes into the wheel.
        folder: where to write it.

    Returns:
        The wheel, ``kpu_model_NAME-VERSION-py3-none-any.whl``.

    Raises:
        ModelError: the model folder is missing, incomplete or unsafe.
        InputError: the wheel cannot be written.
    """
    manifest = read_manifest(model)
    package = f"kpu_model_{re.sub('[-.]+', '_', manifest.name)}"
    path = folder / f"{package}-{manifest.version}-py3-none-any.whl"
    with atomic_file(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        wheel = _Wheel(archive)
        title = f"{manifest.name} {manifest.version}"
        wheel.text(f"{package}/__init__.py", _INIT.format(title=title))
        for name in sorted({MANIFEST, *manifest.files}):
            wheel.file(f"{package}/{name}", model / name)
        info = f"{package}-{manifest.version}.dist-info"
        wheel.text(f"{info}/METADATA", _metadata(model, manifest, title))
        wheel.text(f"{info}/WHEEL", _WHEEL)
        wheel.text(f"{info}/entry_points.txt", f"[{ENTRY_POINTS}]\n{manifest.name} = {package}\n")
        wheel.close(f"{info}/RECORD")
    return path


def _metadata(model: Path, manifest: Manifest, title: str) -> str:
    card = model / "README.md"
    text = card.read_text(encoding="utf-8") if card.is_file() else ""
    # The front matter is for a model hub.
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL).lstrip("\n")
    name = re.sub("[-.]+", "-", manifest.name)
    return _METADATA.format(name=name, version=manifest.version, title=title, card=text)


class _Wheel:
    """Writes files into a wheel and keeps the list of them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._record: list[str] = []

    def text(self, name: str, text: str) -> None:
        data = text.encode()
        self._archive.writestr(_entry(name), data)
        self._note(name, hashlib.sha256(data), len(data))

    def file(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256")
            source.seek(0)
            with self._archive.open(_entry(name), "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target, 1 << 20)
        self._note(name, digest, path.stat().st_size)

    def close(self, name: str) -> None:
        """Write the list, which names itself last and without a digest."""
        self._archive.writestr(_entry(name), "".join(f"{line}\n" for line in (*self._record, f"{name},,")))

    def _note(self, name: str, digest: hashlib._Hash, size: int) -> None:
        encoded = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
        self._record.append(f"{name},sha256={encoded},{size}")


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o100644 << 16
    return entry
