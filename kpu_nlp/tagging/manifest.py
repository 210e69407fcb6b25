"""The manifest of a model folder: what is in it, checked before anything else of the folder is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kpu_nlp.errors import ModelError
from kpu_nlp.messages import first_problem

FORMAT_VERSION = 1
MANIFEST = "manifest.json"

# Formats that run code when they are opened; a model folder that holds one is refused whole.
PICKLED_SUFFIXES = frozenset({".bin", ".ckpt", ".joblib", ".pickle", ".pkl", ".pt", ".pth"})


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class FileInfo(_Section):
    """A file of the folder: its size in bytes and its SHA-256."""

    bytes: int
    sha256: str


class LabelScore(_Section):
    """Exact-span scores of one label, or of a group of them, on one split; 0 to 1."""

    precision: float
    recall: float
    f1: float
    gold: int
    interval: tuple[float, float] | None = Field(default=None, description="95 % bootstrap interval of F1 over articles")


class FactScore(_Section):
    """The score of one kind of fact on one split: F1, or the share of right answers; 0 to 1."""

    score: float
    interval: tuple[float, float]


class OnnxInfo(_Section):
    """What the ONNX file holds: its precision, and the dev F1 in points that it loses against torch."""

    precision: Literal["fp32", "fp16", "int8"]
    f1_lost: float
    labels_changed: float = Field(description="Share of the dev words whose label differs from torch's")


class ComparisonTable(_Section):
    """A table of the model card: what was compared, and figures of each system or way of printing, as they are shown."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Manifest(_Section):
    """Everything that a reader must know of a model before using it."""

    format_version: Literal[1] = 1
    name: str
    version: str
    base: str
    labels: tuple[str, ...]
    themes: dict[str, str]
    window: int = Field(gt=48)  # encoding.MAX_WORD_PIECES; its module imports numpy, which a look at a manifest needs not
    overlap: int = Field(ge=0)
    onnx: OnnxInfo
    corpus_sha256: str
    articles: dict[str, int]
    recipe: dict[str, Any]
    seeds: tuple[int, ...]
    facts: dict[str, dict[str, FactScore]] = Field(default_factory=dict)
    scores: dict[str, dict[str, LabelScore]] = Field(
        description="Per split: per label, and 'entities', 'themes', 'themes_overlap'"
    )
    comparisons: tuple[ComparisonTable, ...] = ()
    libraries: dict[str, str]
    files: dict[str, FileInfo]

    @model_validator(mode="after")
    def _check(self) -> Manifest:
        if len(set(self.labels)) != len(self.labels) or not set(self.themes) <= set(self.labels):
            raise ValueError("labels must be different, and themes some of them")
        if self.overlap * 3 > self.window:
            raise ValueError("overlap must be at most a third of window")
        return self


def read_manifest(folder: Path) -> Manifest:
    """Check a model folder and return its manifest.

    Raises:
        ModelError: the folder is missing, has no manifest or one of another format version, holds pickled files, or lacks or
            truncates a file that the manifest lists.
    """
    if not folder.is_dir():
        raise ModelError(
            f"{folder}: no such model folder; name one with a manifest.json, or leave out --model for the shipped model"
        )
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in PICKLED_SUFFIXES:
            raise ModelError(
                f"{path}: a pickled file can run code when it is opened; remove it, models are read from safetensors only"
            )
    manifest = _parse(folder / MANIFEST)
    for name, info in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"{path}: missing; the model folder is incomplete, install or copy it again")
        size = path.stat().st_size
        if size != info.bytes:
            raise ModelError(
                f"{path}: {size} bytes, but the manifest says {info.bytes}; the file is truncated or changed, copy it again"
            )
    return manifest


def _parse(path: Path) -> Manifest:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"{path.parent}: no {MANIFEST} in this folder, so it is no kpu-nlp model; train one with 'kpu-nlp train'"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path}: cannot be read as JSON; install or copy the model again") from error
    found = content.get("format_version") if isinstance(content, dict) else None
    if found != FORMAT_VERSION:
        raise ModelError(
            f"{path}: format version {found}, but this kpu-nlp reads {FORMAT_VERSION}; "
            "train the model again, or install the kpu-nlp that it was made with"
        )
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        problem = first_problem(error, whole="manifest")
        raise ModelError(f"{path}: {problem}; install or copy the model again") from error
