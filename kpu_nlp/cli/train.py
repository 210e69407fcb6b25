"""``kpu-nlp train``: annotated articles in, a model folder out; afresh from a recipe, or further from a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kpu_nlp.cli.extract import DEVICE

if TYPE_CHECKING:
    from kpu_nlp.training.retrain import Plan, Retraining

REJECTED = 5
"""Exit code of a retraining whose model is worse on the old articles."""

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[RECIPE.toml] [NEW]...")
@click.option("--output", type=_FOLDER, required=True, metavar="DIR", help="The model folder to write")
@click.option(
    "--add",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="NEW",
    help="New annotated articles, a file or a folder of *.txt files; may be repeated",
)
@click.option(
    "--from", "model", type=click.Path(path_type=Path), metavar="DIR", help="The model to go on with; default as for extract"
)
@click.option("--base", metavar="ENCODER", help="A Hugging Face id or folder to train afresh instead of the recipe's base")
@click.option("--recipe", "recipe_option", type=_FILE, metavar="FILE", help="A recipe instead of the packaged one")
@click.option("--label", "labels", multiple=True, metavar="NAME[=nama]", help="A new label; a theme with its Indonesian name")
@click.option(
    "--corpus",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A folder of annotated articles instead of the packaged corpus",
)
@click.option("--work", type=_FOLDER, metavar="DIR", help="Where checkpoints are kept; by default OUTPUT.work")
@click.option("--epochs", type=click.IntRange(min=1), help="Epochs instead of the recipe's")
@click.option("--seed", type=int, help="Seed instead of the recipe's")
@click.option("--resume/--fresh", default=True, show_default=True, help="Go on with an interrupted run, or start anew")
@DEVICE
@click.pass_context
def train(
    ctx: click.Context,
    paths: tuple[Path, ...],
    output: Path,
    add: tuple[Path, ...],
    model: Path | None,
    base: str | None,
    recipe_option: Path | None,
    labels: tuple[str, ...],
    corpus: Path | None,
    work: Path | None,
    epochs: int | None,
    seed: int | None,
    resume: bool,
    device: str,
) -> None:
    """Train a model further with new articles, or fine-tune one afresh, and write its folder in one move at the end.

    With --add, training goes on from a model (--from, else KPU_NLP_MODEL, else the shipped one) on the new articles mixed with
    the old corpus. A fifth of the new ones is held out. At the end old and new model are compared on the old dev articles and
    on those held out. A model that is worse on the old ones by more than chance is written as OUTPUT.rejected, and the exit
    code is 5.

    With --base, an encoder is trained afresh, on the corpus and whatever --add names. With a RECIPE alone, a model is made
    from that recipe.

    Needs the extra [train]. An interrupted run goes on from its last epoch when the same command is given again.

    \b
      kpu-nlp train --add new-articles/ --output models/pilkada
      kpu-nlp train --add new/*.txt --label INCLUSION=inklusi --output models/inclusion
      kpu-nlp train --base indobenchmark/indobert-base-p1 --output models/indobert
      kpu-nlp train training/kpu-ner-1.1.0.toml --output models/my-model
    """  # noqa: D301 - click reads the backspace
    _log()
    # A shell that spreads new/*.txt after --add leaves all but the first of them among the arguments.
    recipes = [path for path in paths if path.suffix == ".toml" and path.is_file()]
    more = tuple(path for path in paths if path not in recipes)
    recipe = _one([*recipes, *([recipe_option] if recipe_option else [])])
    if more and not add:
        raise click.UsageError(f"{more[0]}: new articles are named after --add")
    if base is not None and not base.strip():
        raise click.BadParameter("no encoder is named", param_hint="--base")
    if base is not None and model is not None:
        raise click.UsageError("--from goes on with a model, --base trains an encoder afresh: give one of the two")
    if not add and (base is None or recipe is not None):
        if recipe is None:
            raise click.UsageError(
                "nothing to train with: name new articles with --add, an encoder with --base, or a RECIPE.toml"
            )
        if labels or model is not None:
            raise click.UsageError("--from and --label go with --add")
        _from_recipe(recipe, output, corpus, work, base, epochs, seed, resume, device)
        return
    from kpu_nlp.training.retrain import Retraining

    asked = Retraining(
        output=output,
        add=(*add, *more),
        model=model,
        base=base,
        recipe=recipe,
        labels=_labels(labels),
        corpus=corpus,
        work=work,
        epochs=epochs,
        seed=seed,
        device=device,
        resume=resume,
    )
    if _retrain(asked):
        ctx.exit(REJECTED)


def _log() -> None:
    import logging

    from kpu_nlp.training.ranks import is_main

    # Our own progress only: the exporter tells every rewrite of the graph at this level.
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    # Of several processes one tells for all.
    logging.getLogger("kpu_nlp").setLevel(logging.INFO if is_main() else logging.ERROR)


def _one(recipes: list[Path]) -> Path | None:
    if len(recipes) > 1:
        raise click.UsageError(f"{recipes[0]} and {recipes[1]}: name one recipe")
    return recipes[0] if recipes else None


def _labels(written: tuple[str, ...]) -> dict[str, str | None]:
    labels: dict[str, str | None] = {}
    for name, theme in map(_label, written):
        if labels.setdefault(name, theme) != theme:
            raise click.BadParameter(f"{name!r} is named twice, differently", param_hint="--label")
    return labels


def _label(written: str) -> tuple[str, str | None]:
    name, is_theme, theme = written.partition("=")
    if is_theme and not theme.strip():
        raise click.BadParameter(f"{written!r}: a theme's Indonesian name stands after '='", param_hint="--label")
    return name, theme.strip() if is_theme else None


def _from_recipe(
    recipe: Path,
    output: Path,
    corpus: Path | None,
    work: Path | None,
    base: str | None,
    epochs: int | None,
    seed: int | None,
    resume: bool,
    device: str,
) -> None:
    import sys
    from contextlib import nullcontext

    from kpu_nlp.training.progress import show_training
    from kpu_nlp.training.ranks import is_main
    from kpu_nlp.training.recipe import read_recipe
    from kpu_nlp.training.train import train as run

    settings = read_recipe(recipe)
    if base is not None:
        settings = settings.model_copy(update={"base": base})
    if epochs is not None:
        settings = settings.model_copy(update={"optimizer": settings.optimizer.model_copy(update={"epochs": epochs})})
    if seed is not None:
        settings = settings.model_copy(update={"seed": seed})
    with show_training(sys.stderr) if is_main() else nullcontext() as progress:
        manifest = run(
            recipe, output, corpus=corpus, work=work, device=device, resume=resume, overrides=settings, progress=progress
        )
    if manifest is None:  # one of several processes, and not the one that tells
        return
    for split, rows in manifest.scores.items():
        click.echo(
            f"{split}: entities F1 {rows['entities'].f1:.4f}, themes F1 {rows['themes'].f1:.4f} exact, "
            f"{rows['themes_overlap'].f1:.4f} by overlap",
            err=True,
        )
    click.echo(f"{output}: {manifest.name} {manifest.version}, onnx {manifest.onnx.precision}", err=True)


def _retrain(asked: Retraining) -> bool:
    """Run a retraining; tell whether its model was rejected."""
    import sys

    from kpu_nlp.cli.comparing import print_comparison, print_verdict
    from kpu_nlp.training.progress import show_training
    from kpu_nlp.training.ranks import is_main
    from kpu_nlp.training.retrain import carry_out, fit_plan, prepare

    plan = prepare(asked)
    if not is_main():
        fit_plan(plan)
        return False
    _print_plan(plan)
    with show_training(sys.stderr) as progress:
        outcome = carry_out(plan, progress)
    print_comparison(outcome.comparison)
    print_verdict(outcome.verdict)
    manifest = outcome.manifest
    click.echo(f"{outcome.folder}: {manifest.name} {manifest.version}, onnx {manifest.onnx.precision}", err=True)
    if outcome.verdict.rejected:
        click.echo(f"{asked.output} is not written: the model is worse on the old articles", err=True)
    return outcome.verdict.rejected


def _print_plan(plan: Plan) -> None:
    """Print what is trained on, spans by label, and what the new articles lack."""
    data = plan.data
    replaced = f" ({len(plan.new.replaced)} of the old ones annotated anew)" if plan.new.replaced else ""
    click.echo(f"{plan.recipe.name} {plan.recipe.version} from {plan.base}", err=True)
    new = f"{len(data.added)} new{replaced}, {len(data.held_out)} new held out"
    click.echo(f"articles: {len(data.train)} old, {new}, {len(data.dev)} dev", err=True)
    click.echo(f"{'spans':16}{'old':>8}{'new':>8}{'held out':>10}", err=True)
    for row in plan.counts:
        click.echo(f"{row.label:16}{row.old:8}{row.new:8}{row.held_out:10}", err=True)
    for slip in plan.slips:
        click.echo(f"Note: {slip}", err=True)
    for lack in plan.lacks:
        click.echo(f"Note: {lack}", err=True)
