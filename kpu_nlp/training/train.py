"""Training from end to end: recipe and corpus in, model folder out."""

from __future__ import annotations

from pathlib import Path

from kpu_nlp.annotation.digest import corpus_digest
from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.errors import AnnotationError
from kpu_nlp.tagging.manifest import Manifest
from kpu_nlp.training.evaluate import read_splits_of
from kpu_nlp.training.fit import TrainingData, fit, require_training_extra
from kpu_nlp.training.folder import check_output, check_work, write_model
from kpu_nlp.training.progress import TrainingProgress
from kpu_nlp.training.ranks import is_main
from kpu_nlp.training.recipe import Recipe, read_recipe


def read_data(corpus: Path) -> TrainingData:
    """Read the articles of a corpus by split; a corpus without test articles is trained on all the same.

    Raises:
        AnnotationError: the corpus cannot be read, or its train or dev split is empty.
    """
    articles = read_splits_of(corpus)
    for split in ("train", "dev"):
        if not articles[split]:
            raise AnnotationError(
                f"{corpus}: no article in the {split} split, which training needs; see 'kpu-nlp corpus split'"
            )
    return TrainingData(
        train=tuple(articles["train"]),
        dev=tuple(articles["dev"]),
        test=tuple(articles["test"]),
        digest=corpus_digest(corpus),
    )


def train(
    recipe_path: Path,
    output: Path,
    *,
    corpus: Path | None = None,
    work: Path | None = None,
    device: str = "auto",
    resume: bool = True,
    overrides: Recipe | None = None,
    progress: TrainingProgress | None = None,
) -> Manifest | None:
    """Fine-tune a model and write its folder.

    Args:
        recipe_path: the recipe (TOML); a local base is relative to its folder.
        output: the model folder to write, in one move at the end.
        corpus: a corpus folder; the packaged corpus by default.
        work: where checkpoints are kept between runs; by default a sibling of the output, ``NAME.work``.
        device: ``auto``, ``cpu`` or ``cuda``.
        resume: go on with an interrupted run of the same recipe and corpus.
        overrides: a recipe that takes the place of the file's.
        progress: told how far the run is; by default the log is.

    Returns:
        The manifest of the model; None in a process of several that is not the main one (see `kpu_nlp.training.ranks`).

    Raises:
        RecipeError: the recipe or the base cannot be used.
        AnnotationError: the corpus cannot be read.
        InputError: the output cannot be written, or holds other files than a model's.
        MissingExtraError: the extra ``[train]`` is not installed.
    """
    recipe = overrides or read_recipe(recipe_path)
    require_training_extra()
    check_output(output)
    work = work or output.with_name(f"{output.name}.work")
    check_work(work, output)
    data = read_data(corpus or packaged_corpus())
    fitted = fit(recipe, data, folder=recipe_path.parent, work=work, device=device, resume=resume, progress=progress)
    if not is_main():
        return None
    return write_model(recipe, data, fitted, output)
