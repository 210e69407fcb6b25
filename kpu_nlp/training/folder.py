"""The model folder: a fine-tuned model with its ONNX twin, manifest and card, written in one move."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.errors import InputError, RecipeError
from kpu_nlp.pipeline import load
from kpu_nlp.spans import Span
from kpu_nlp.tagging.engines import ONNX_FILE, Engine, OnnxEngine, TorchEngine
from kpu_nlp.tagging.manifest import (
    MANIFEST,
    ComparisonTable,
    FactScore,
    FileInfo,
    LabelScore,
    Manifest,
    OnnxInfo,
    read_manifest,
)
from kpu_nlp.training.card import HELD_OUT, write_card
from kpu_nlp.training.compare import Comparison
from kpu_nlp.training.evaluate import evaluate_articles
from kpu_nlp.training.fit import TrainingData
from kpu_nlp.training.onnx_export import MAX_F1_LOST, Parity, compare, export_onnx, quantize_int8
from kpu_nlp.training.recipe import Recipe
from kpu_nlp.training.tagging import tag_articles
from kpu_nlp.writing.atomic import atomic_folder, folder_above, writable

logger = logging.getLogger(__name__)

COMPARISON = "comparison.json"

LIBRARIES = ("torch", "transformers", "tokenizers", "onnx", "onnxruntime", "datasets", "accelerate")


@dataclass(frozen=True, slots=True)
class _Trial:
    """Tags the dev articles with one engine after another."""

    recipe: Recipe
    tokenizer: Path
    articles: Sequence[AnnotatedArticle]

    def spans(self, engine: Engine) -> list[list[Span]]:
        return tag_articles(engine, self.tokenizer, self.articles, self.recipe)

    def compare(self, expected: Sequence[Sequence[Span]], engine: Engine) -> Parity:
        labels = self.recipe.labels
        return compare(self.articles, expected, self.spans(engine), labels.names, tuple(labels.themes))


def check_output(output: Path) -> None:
    """Refuse, before hours of training, an output that a model must not take the place of in the end.

    Raises:
        InputError: its parent cannot be made, it is a file, holds the current folder, or holds other files than a model's.
    """
    with writable(output):  # a name may be too long, for one
        target = output.resolve()
        folder_above(target.parent)
        if target.exists() and not target.is_dir():
            raise InputError(f"{output}: a file; name a folder to write to")
        if Path.cwd().is_relative_to(target):
            raise InputError(f"{output}: the current folder is in it, so it is not replaced; name another folder")
        if target.is_dir() and any(target.iterdir()) and not (target / MANIFEST).is_file():
            raise InputError(f"{output}: holds other files than a model's, which would be lost; name another folder")


def check_work(work: Path, output: Path) -> None:
    """Refuse a work folder that cannot be made, or that shares files with the output: each is emptied at times.

    Raises:
        InputError: it is such a folder.
    """
    folder_above(work)
    if output.resolve().is_relative_to(work.resolve()) or work.resolve().is_relative_to(output.resolve()):
        raise InputError(f"{work}: the run and the model need a folder each; name another --work, or another --output")


def write_model(recipe: Recipe, data: TrainingData, fitted: Path, output: Path) -> Manifest:
    """Write the model folder.

    Args:
        recipe: the recipe that the model was trained with.
        data: the articles of the run; dev and test are scored with the engine that the folder ships.
        fitted: the folder that `kpu_nlp.training.fit.fit` gave.
        output: the model folder; replaced as a whole where it exists, made with its parents where it does not.

    Raises:
        RecipeError: the ONNX file in full precision finds other spans than torch, so that nothing may be shipped.
    """
    with atomic_folder(output, parents=True) as folder:
        return fill_folder(recipe, data, fitted, folder)


def fill_folder(recipe: Recipe, data: TrainingData, fitted: Path, folder: Path) -> Manifest:
    """Write the content of a model folder into an empty one; see `write_model`."""
    from transformers import AutoModelForTokenClassification

    model = AutoModelForTokenClassification.from_pretrained(fitted, use_safetensors=True, trust_remote_code=False)
    model.half().save_pretrained(folder)
    # safetensors writes a file that nobody else may read.
    shutil.copymode(folder / "config.json", folder / "model.safetensors")
    shutil.copy(fitted / "tokenizer.json", folder / "tokenizer.json")
    config = json.loads((fitted / "tokenizer_config.json").read_text(encoding="utf-8"))
    # The class that every transformers version knows, and the length that the model was trained with.
    config |= {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": recipe.windows.size + 2}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    (folder / ONNX_FILE).parent.mkdir()
    # From the rounded weights on disk, so that both engines start from the same numbers.
    model = AutoModelForTokenClassification.from_pretrained(folder, use_safetensors=True).float().eval()
    info = _write_onnx(model, folder / ONNX_FILE, _Trial(recipe, folder / "tokenizer.json", data.dev))
    _write_manifest(_manifest(recipe, data, info), folder)
    return score_folder(folder, data)


def _write_onnx(model: Any, path: Path, trial: _Trial) -> OnnxInfo:
    """Write the ONNX file: in eight bits where that loses no more than `MAX_F1_LOST`, else in full precision."""
    expected = trial.spans(TorchEngine(model, device="cpu"))
    with tempfile.TemporaryDirectory() as work:
        full = Path(work) / "full.onnx"
        export_onnx(model, full)
        parity = trial.compare(expected, OnnxEngine(full))
        logger.info("onnx, full precision: %s", parity)
        if not parity.spans_equal:
            raise RecipeError(
                f"the exported ONNX file finds other spans than torch ({parity.labels_changed:.2%} of the words): not written"
            )
        small = Path(work) / "int8.onnx"
        quantize_int8(full, small)
        quantised = trial.compare(expected, OnnxEngine(small))
        logger.info("onnx, eight bits: %s", quantised)
        if quantised.f1_lost <= MAX_F1_LOST:
            shutil.move(small, path)
            return OnnxInfo(precision="int8", f1_lost=quantised.f1_lost, labels_changed=quantised.labels_changed)
        logger.warning(
            "eight bits lose %.2f points F1, more than %.1f: full precision is shipped", quantised.f1_lost, MAX_F1_LOST
        )
        shutil.move(full, path)
        return OnnxInfo(precision="fp32", f1_lost=parity.f1_lost, labels_changed=parity.labels_changed)


def score_folder(folder: Path, data: TrainingData, *, comparisons: Sequence[ComparisonTable] = ()) -> Manifest:
    """Score a model folder and the linking rules, and write what comes out into its manifest and card.

    On dev, on the new articles that were held out, and on test, by which nothing is chosen.

    Args:
        folder: a model folder with a manifest, whose scores are replaced.
        data: the articles that the model was made with.
        comparisons: tables that the card shows beside the scores, in place of those that the manifest has.
    """
    nlp = load(folder, device="cpu")
    scores: dict[str, dict[str, LabelScore]] = {}
    facts: dict[str, dict[str, FactScore]] = {}
    for split, articles in (("dev", data.dev), (HELD_OUT, data.held_out), ("test", data.test)):
        if articles:
            result = evaluate_articles(articles, nlp, split=split).as_json()
            scores[split] = {name: LabelScore.model_validate(row) for name, row in result["scores"].items()}
            facts[split] = {name: FactScore.model_validate(row) for name, row in result["facts"].items()}
    manifest = read_manifest(folder).model_copy(update={"scores": scores, "facts": facts, "comparisons": tuple(comparisons)})
    write_card(folder / "README.md", manifest)
    return _write_manifest(manifest, folder)


def record_comparison(folder: Path, comparison: Comparison) -> Manifest:
    """Write a comparison with the model before into a model folder, and return its manifest, which lists the file."""
    (folder / COMPARISON).write_text(json.dumps(comparison.as_json(), indent=1) + "\n", encoding="utf-8")
    return _write_manifest(read_manifest(folder), folder)


def _write_manifest(manifest: Manifest, folder: Path) -> Manifest:
    manifest = manifest.model_copy(update={"files": _files(folder)})
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1, exclude_none=True) + "\n", encoding="utf-8")
    return manifest


def _manifest(recipe: Recipe, data: TrainingData, onnx: OnnxInfo) -> Manifest:
    return Manifest(
        name=recipe.name,
        version=recipe.version,
        base=recipe.base,
        labels=recipe.labels.names,
        themes=dict(recipe.labels.themes),
        window=recipe.windows.size,
        overlap=recipe.windows.overlap,
        onnx=onnx,
        corpus_sha256=data.digest,
        articles={"train": len(data.train) + len(data.added), "dev": len(data.dev), "test": len(data.test)}
        | ({HELD_OUT: len(data.held_out)} if data.held_out else {}),
        recipe=recipe.model_dump(mode="json"),
        seeds=(recipe.seed,),
        scores={},
        libraries={name: version(name) for name in LIBRARIES},
        files={},
    )


def _files(folder: Path) -> dict[str, FileInfo]:
    return {
        path.relative_to(folder).as_posix(): FileInfo(
            bytes=path.stat().st_size, sha256=hashlib.sha256(path.read_bytes()).hexdigest()
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
