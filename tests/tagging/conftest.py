"""A model folder that is complete as far as its manifest can tell; no engine could open it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

FILES = {"config.json": b"{}\n", "tokenizer.json": b"{}\n", "model.safetensors": bytes(8), "onnx/model.onnx": b"no model"}


@pytest.fixture
def manifest_data() -> dict[str, Any]:
    score = {"precision": 0.9, "recall": 0.8, "f1": 0.85, "gold": 7}
    return {
        "format_version": 1,
        "name": "tiny",
        "version": "0.1.0",
        "base": "work/base",
        "labels": ["PERSON", "COMMITMENT"],
        "themes": {"COMMITMENT": "komitmen"},
        "window": 254,
        "overlap": 48,
        "onnx": {"precision": "int8", "f1_lost": 0.05, "labels_changed": 0.001},
        "corpus_sha256": "0" * 64,
        "articles": {"train": 3, "dev": 2},
        "recipe": {"name": "tiny"},
        "seeds": [13],
        "scores": {"dev": {"PERSON": score}},
        "libraries": {"torch": "2.6.0"},
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in FILES.items()
        },
    }


@pytest.fixture
def model_folder(tmp_path: Path, manifest_data: dict[str, Any]) -> Path:
    folder = tmp_path / "tiny"
    (folder / "onnx").mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (folder / "manifest.json").write_text(json.dumps(manifest_data), encoding="utf-8")
    return folder
