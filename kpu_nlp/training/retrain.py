"""Retraining from end to end: new articles and a model in, a better model out, and the proof that it is one."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kpu_nlp.annotation.check import check_articles
from kpu_nlp.annotation.inline import AnnotatedArticle, parse_inline
from kpu_nlp.annotation.packaged import articles_folder, packaged_corpus
from kpu_nlp.annotation.splits import read_splits
from kpu_nlp.errors import AnnotationError, RecipeError
from kpu_nlp.tagging.manifest import Manifest, read_manifest
from kpu_nlp.tagging.models import find_model
from kpu_nlp.training.added import NewArticles, read_new, take_in
from kpu_nlp.training.base import load_base
from kpu_nlp.training.card import HELD_OUT
from kpu_nlp.training.compare import Comparison, TaggedBy, compare_models
from kpu_nlp.training.continuing import complete, model_name, packaged_recipe, read_retraining_recipe
from kpu_nlp.training.fit import CHECKPOINTS, TrainingData, choose_device, fit, require_training_extra
from kpu_nlp.training.folder import check_output, check_work, fill_folder, record_comparison
from kpu_nlp.training.lacks import LabelCounts, count_labels, find_lacks
from kpu_nlp.training.progress import TrainingProgress
from kpu_nlp.training.recipe import Recipe, check_label, resolve_base
from kpu_nlp.training.train import read_data
from kpu_nlp.training.verdict import DEV, TEST, Verdict, judge
from kpu_nlp.writing.atomic import atomic_folder, refuse_to_replace

SLIPS_SHOWN = 10
STAGE = "model"  # in the work folder: the finished model, before it is known by which name it goes


@dataclass(frozen=True, slots=True)
class Retraining:
    """What is asked for.

    Attributes:
        output: the model folder to write; the model is called as it is.
        add: files and folders of new annotated articles.
        model: the model that goes on; by default KPU_NLP_MODEL or the shipped one. With a base, only compared with.
        base: an encoder to train afresh instead, a folder or hub id.
        recipe: a recipe instead of the packaged one.
        labels: new labels with their Indonesian names where they are themes.
        corpus: the old articles; the packaged corpus by default.
        work: where checkpoints are kept; by default a sibling of the output, ``NAME.work``.
        epochs, seed: instead of the recipe's.
        device: ``auto``, ``cpu`` or ``cuda``.
        resume: go on with an interrupted run.
    """

    output: Path
    add: tuple[Path, ...] = ()
    model: str | Path | None = None
    base: str | None = None
    recipe: Path | None = None
    labels: Mapping[str, str | None] = field(default_factory=dict)
    corpus: Path | None = None
    work: Path | None = None
    epochs: int | None = None
    seed: int | None = None
    device: str = "auto"
    resume: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """A retraining whose inputs were checked.

    Attributes:
        asked: what was asked for.
        recipe: the whole recipe; its base is what the run loads.
        base: what the finished model names as its base.
        data: the articles.
        new: the new ones among them.
        old_model: the folder of the model to go on with, or to compare with.
        counts: spans by label.
        lacks: what the new articles lack, a sentence each.
        slips: where they do not follow the guidelines, by file and line.
    """

    asked: Retraining
    recipe: Recipe
    base: str
    data: TrainingData
    new: NewArticles
    old_model: Path
    counts: Sequence[LabelCounts]
    lacks: Sequence[str]
    slips: Sequence[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a retraining came to.

    Attributes:
        folder: where the model lies: the output, or ``NAME.rejected``.
        manifest: the model's.
        comparison: the old model against the new.
        verdict: what it comes to.
    """

    folder: Path
    manifest: Manifest
    comparison: Comparison
    verdict: Verdict


def prepare(asked: Retraining) -> Plan:
    """Check everything that a retraining is made of; nothing is written.

    Raises:
        AnnotationError: an article or the corpus cannot be used.
        RecipeError: the recipe, the output's name, a label, the base or the device cannot.
        ModelError: the model cannot be opened.
        InputError: the output cannot be written.
        MissingExtraError: the extra ``[train]`` is not installed.
    """
    require_training_extra()
    old_model = find_model(asked.model)
    manifest = read_manifest(old_model)
    _check_output(asked, old_model)
    recipe, ignored_base = _recipe(asked, manifest, old_model)
    corpus = asked.corpus or packaged_corpus()
    data = read_data(corpus)
    _check_labels(recipe, data, corpus)
    new = NewArticles((), (), frozenset())
    if asked.add:
        old = {"train": data.train, "dev": data.dev, "test": (*data.test, *_packaged_test(asked.corpus))}
        new = take_in(read_new(asked.add), old, recipe.labels.names)
    train = tuple(article for article in data.train if article.facts.id not in new.replaced)
    data = TrainingData(
        train=train,
        dev=data.dev,
        test=data.test,
        added=new.train,
        held_out=new.held_out,
        digest=_digest(data.digest, new.all),
        start="" if asked.base else manifest.files["model.safetensors"].sha256,
    )
    choose_device(asked.device)
    if asked.base:  # loaded a second time to train; what is wrong with it is told before the plan is
        load_base(resolve_base(recipe, Path()), recipe)
    counts = count_labels(recipe.labels.names, train, new)
    known = {span.label for article in train for span in article.spans}
    lacks = find_lacks(counts, train, new, added_labels=[name for name in recipe.labels.names if name not in known])
    return Plan(
        asked=asked,
        recipe=recipe,
        base=recipe.base if recipe.base != str(old_model.resolve()) else f"{manifest.name} {manifest.version}",
        data=data,
        new=new,
        old_model=old_model,
        counts=counts,
        lacks=[
            *(
                [f"base {ignored_base!r} of the recipe is not used: training goes on with a model; see --base"]
                if ignored_base
                else []
            ),
            *(lacks if asked.add else []),
        ],
        slips=_slips(asked.add, recipe.labels.names),
    )


def fit_plan(plan: Plan, progress: TrainingProgress | None = None) -> Path:
    """Train, and return the folder of the fine-tuned weights.

    All that a process of several does which is not the main one; see `carry_out`, which does the rest.
    """
    asked = plan.asked
    return fit(
        plan.recipe,
        plan.data,
        folder=Path(),
        work=_work(asked),
        device=asked.device,
        resume=asked.resume,
        progress=progress,
    )


def _work(asked: Retraining) -> Path:
    return asked.work or asked.output.with_name(f"{asked.output.name}.work")


def _rejected(output: Path) -> Path:
    return output.with_name(f"{output.name}.rejected")


def carry_out(plan: Plan, progress: TrainingProgress | None = None) -> Outcome:
    """Train, write the model, and compare it with the old one.

    A model that is worse on the old dev articles by more than the interval of the difference is written as ``NAME.rejected``.

    Args:
        plan: what `prepare` gave.
        progress: told how far the run is.

    Raises:
        RecipeError: the base cannot be loaded, or its ONNX file finds other spans.
        InputError: the disk has no room, or the output cannot be written.
    """
    asked = plan.asked
    work = _work(asked)
    fitted = fit_plan(plan, progress)
    stage = work / STAGE
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    try:
        fill_folder(plan.recipe.model_copy(update={"base": plan.base}), plan.data, fitted, stage)
        comparison = _compare(plan, stage)
        verdict = judge(comparison)
        manifest = record_comparison(stage, comparison)
        target = _rejected(asked.output) if verdict.rejected else asked.output
        with atomic_folder(target, parents=True) as folder:
            shutil.copytree(stage, folder, dirs_exist_ok=True)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    # Gigabytes that only an interrupted run needs; the fitted weights stay, so that the same command ends at once.
    shutil.rmtree(work / CHECKPOINTS, ignore_errors=True)
    return Outcome(target, manifest, comparison, verdict)


def _compare(plan: Plan, after: Path) -> Comparison:
    marked = {span.label for article in plan.new.all for span in article.spans}
    return compare_models(
        TaggedBy(plan.old_model),
        TaggedBy(after),
        {DEV: plan.data.dev, HELD_OUT: plan.data.held_out, TEST: plan.data.test},
        {HELD_OUT: marked},
    )


def _check_output(asked: Retraining, old_model: Path) -> None:
    refuse_to_replace(asked.output, old_model, what="the model that is compared with in the end")
    check_output(asked.output)
    check_output(_rejected(asked.output))
    for output in (asked.output, _rejected(asked.output)):
        check_work(_work(asked), output)


def _recipe(asked: Retraining, manifest: Manifest, old_model: Path) -> tuple[Recipe, str | None]:
    """Return the whole recipe, and the base that the file names and that is not used."""
    path = asked.recipe or packaged_recipe("afresh" if asked.base else "continue")
    settings = read_retraining_recipe(path)
    optimizer = settings.optimizer if asked.epochs is None else settings.optimizer.model_copy(update={"epochs": asked.epochs})
    settings = settings.model_copy(update={"optimizer": optimizer, "seed": settings.seed if asked.seed is None else asked.seed})
    recipe = complete(
        settings,
        name=model_name(asked.output),
        base=asked.base or str(old_model.resolve()),
        model=None if asked.base else manifest,
        labels=_checked(asked.labels),
    )
    return recipe, None if asked.base else settings.base


def _checked(labels: Mapping[str, str | None]) -> Mapping[str, str | None]:
    try:
        return {check_label(name): theme for name, theme in labels.items()}
    except ValueError as error:
        raise RecipeError(str(error)) from error


def _check_labels(recipe: Recipe, data: TrainingData, corpus: Path) -> None:
    """Refuse a corpus with labels that the new model would not know."""
    marked = {span.label for part in (data.train, data.dev, data.test) for article in part for span in article.spans}
    unknown = sorted(marked - set(recipe.labels.names))
    if unknown:
        raise RecipeError(
            f"{corpus}: marks {', '.join(unknown)}, which the model is not to know; name it with --label or in the recipe"
        )


def _slips(paths: Sequence[Path], labels: Sequence[str]) -> list[str]:
    """Return the first slips of the new articles, and how many more there are."""
    if not paths:
        return []
    slips = [str(slip) for article in check_articles(paths, labels=labels) for slip in article.slips]
    more = len(slips) - SLIPS_SHOWN
    return slips[:SLIPS_SHOWN] + ([f"{more} more slips; see 'kpu-nlp corpus check'"] if more > 0 else [])


def _packaged_test(corpus: Path | None) -> list[AnnotatedArticle]:
    """Return the packaged test articles, where the corpus is another one: nobody may train on them in any case."""
    if corpus is None:
        return []
    try:
        packaged = packaged_corpus()
        ids = read_splits(packaged / "splits.json")[TEST]
        return [parse_inline((articles_folder(packaged) / f"{name}.txt").read_text(encoding="utf-8")) for name in ids]
    except (AnnotationError, OSError):  # this copy came without
        return []


def _digest(corpus: str, articles: Sequence[AnnotatedArticle]) -> str:
    """Return the fingerprint of the old corpus, or of the old and the new articles where there are new ones."""
    if not articles:
        return corpus
    digest = hashlib.sha256(corpus.encode())
    for article in sorted(articles, key=lambda article: article.facts.id):
        digest.update(repr((article.facts.id, article.text, article.spans)).encode())
    return digest.hexdigest()
