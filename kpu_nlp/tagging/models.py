"""Where models lie, and how one becomes a tagger."""

from __future__ import annotations

import os
from pathlib import Path

from kpu_nlp.errors import ModelError
from kpu_nlp.installed import SHIPPED_MODEL, data_folders
from kpu_nlp.tagging.bio import bio_labels
from kpu_nlp.tagging.encoding import open_tokenizer
from kpu_nlp.tagging.engines import Engine, open_engine
from kpu_nlp.tagging.manifest import Manifest, read_manifest
from kpu_nlp.tagging.tagger import Tagger

MODEL_VARIABLE = "KPU_NLP_MODEL"


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
    """Return the folder of a model: the named one, else that of the variable KPU_NLP_MODEL, else the shipped one."""
    named = model or os.environ.get(MODEL_VARIABLE)
    return Path(named) if named else shipped_model()


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
