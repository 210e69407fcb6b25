"""Where models lie, and how one becomes a tagger."""

from __future__ import annotations

import os
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from kpu_nlp.errors import ModelError
from kpu_nlp.installed import SHIPPED_MODEL, data_folders
from kpu_nlp.tagging.bio import bio_labels
from kpu_nlp.tagging.encoding import open_tokenizer
from kpu_nlp.tagging.engines import Engine, open_engine
from kpu_nlp.tagging.manifest import MANIFEST, Manifest, read_manifest
from kpu_nlp.tagging.tagger import Tagger

MODEL_VARIABLE = "KPU_NLP_MODEL"
ENTRY_POINTS = "kpu_nlp.models"


def shipped_model() -> Path:
    """Return the folder of the shipped model, in an installed package, an editable install or a checkout.

    Raises:
        ModelError: this copy of the package came without the model.
    """
    for folder in data_folders("models"):
        if (folder / SHIPPED_MODEL).is_dir():
            return folder / SHIPPED_MODEL
    raise ModelError("this copy of kpu-nlp came without its model; install the package again, or name a model folder")


def find_model(model: str | Path | None = None) -> Path:
    """Return the folder of a model: the named one, else that of the variable KPU_NLP_MODEL, else the shipped one.

    A name that is no folder here is looked for among the models that are installed, see `installed_models`.
    """
    named = os.environ.get(MODEL_VARIABLE) or None if model is None else model
    if named is None:
        return shipped_model()
    folder = Path(named)
    if folder.exists() or len(folder.parts) != 1:
        return folder
    return installed_models().get(str(named), folder)


def installed_models() -> dict[str, Path]:
    """Return the folders of the models that are installed, by name: those inside kpu-nlp, then those of packages of their own.

    Such a package names its module, which is the model folder, in the entry point group ``kpu_nlp.models``; it is not imported.
    """
    found: dict[str, Path] = {}
    for folder in data_folders("models"):
        for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
            found.setdefault(manifest.parent.name, manifest.parent)
    for point in metadata.entry_points(group=ENTRY_POINTS):
        spec = find_spec(point.module) if point.module.isidentifier() else None
        for place in (spec.submodule_search_locations or []) if spec else []:
            found.setdefault(point.name, Path(place))
    return found


def open_tagger(
    folder: Path, *, device: str = "auto", threads: int | None = None, batch_size: int = 8, engine: Engine | None = None
) -> tuple[Tagger, Manifest]:
    """Check a model folder and open its tagger.

    Args:
        folder: the model folder.
        device: ``auto``, ``cpu`` or ``cuda``.
        threads: CPU threads; the process's cores by default.
        batch_size: windows in one call of the encoder.
        engine: an engine that runs this model already, whatever the device.

    Raises:
        ModelError: the folder is missing, incomplete, unsafe, of another format version, or cannot be opened.
        MissingExtraError: a GPU is asked for and torch is not installed.
    """
    manifest = read_manifest(folder)
    try:
        tokenizer = open_tokenizer(folder / "tokenizer.json")
    except Exception as error:  # tokenizers raises bare Exception
        raise ModelError(f"{folder / 'tokenizer.json'}: damaged: {error}; install the model again") from error
    tagger = Tagger(
        engine or open_engine(folder, device=device, threads=threads),
        tokenizer,
        bio_labels(manifest.labels),
        window=manifest.window,
        overlap=manifest.overlap,
        batch_size=batch_size,
    )
    return tagger, manifest
