"""Where results come from, as the manifest beside them tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpu_nlp.bulk.manifest import read_manifest
from kpu_nlp.bulk.paths import job_paths


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a report tells of the job that made its results.

    Attributes:
        facts: name and value of each, in order; empty where there is no manifest.
        warning: why they may not be about these results; empty where nothing speaks against it.
    """

    facts: tuple[tuple[str, str], ...] = ()
    warning: str = "No manifest lies beside the results, so that the digest of their inputs is not known."


def read_provenance(results: Path, *, articles: int) -> Provenance:
    """Read ``NAME.manifest.json`` beside results.

    Args:
        results: the file or folder that was read.
        articles: how many articles it holds.
    """
    # A folder may be named by its place alone (``.``); its own name is what the manifest is called by.
    manifest = read_manifest(job_paths(results.resolve() if results.is_dir() else results).manifest)
    if manifest is None:
        return Provenance()
    output, model = _mapping(manifest.get("output")), _mapping(manifest.get("model"))
    told = output.get("articles")
    warning = ""
    if told != articles:
        warning = f"The manifest beside the results is about {told} articles, and so about other results than these."
    inputs = manifest.get("inputs")
    facts = (
        ("model", " ".join(str(model[key]) for key in ("name", "version") if key in model)),
        ("model digest", _mapping(manifest["fingerprint"]).get("model")),
        ("inputs", ", ".join(map(str, inputs)) if isinstance(inputs, list) else None),
        ("input digest", manifest.get("input_digest")),
        ("records that failed", output.get("failed")),
        ("kpu-nlp", manifest.get("kpu_nlp")),
    )
    return Provenance(tuple((name, str(value)) for name, value in facts if value not in (None, "")), warning)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
