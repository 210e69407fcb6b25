"""``kpu-nlp train``: a recipe and annotated articles in, a model folder out."""

from __future__ import annotations

from pathlib import Path

import click

from kpu_nlp.cli.extract import DEVICE


@click.command()
@click.argument("recipe", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="RECIPE.toml")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="DIR", help="The model folder to write"
)
@click.option(
    "--corpus",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A folder of annotated articles instead of the packaged corpus",
)
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where checkpoints are kept; by default OUTPUT.work",
)
@click.option("--base", metavar="ENCODER", help="A Hugging Face id or folder to fine-tune instead of the recipe's base")
@click.option("--epochs", type=click.IntRange(min=1), help="Epochs instead of the recipe's")
@click.option("--seed", type=int, help="Seed instead of the recipe's")
@click.option("--resume/--fresh", default=True, show_default=True, help="Go on with an interrupted run, or start anew")
@DEVICE
def train(
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
    """Fine-tune a model from a recipe and write its folder in one move at the end.

    Needs the extra [train]. An interrupted run goes on from its last epoch when the same command is given again.

    \b
      kpu-nlp train training/kpu-ner.toml --output models/my-model
    """  # noqa: D301 - click reads the backspace
    import logging

    from kpu_nlp.training.recipe import read_recipe
    from kpu_nlp.training.train import train as run

    # Our own progress only: the exporter tells every rewrite of the graph at this level.
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("kpu_nlp").setLevel(logging.INFO)
    settings = read_recipe(recipe)
    if base is not None:
        settings = settings.model_copy(update={"base": base})
    if epochs is not None:
        settings = settings.model_copy(update={"optimizer": settings.optimizer.model_copy(update={"epochs": epochs})})
    if seed is not None:
        settings = settings.model_copy(update={"seed": seed})
    manifest = run(recipe, output, corpus=corpus, work=work, device=device, resume=resume, overrides=settings)
    for split, rows in manifest.scores.items():
        click.echo(
            f"{split}: entities F1 {rows['entities'].f1:.4f}, themes F1 {rows['themes'].f1:.4f} exact, "
            f"{rows['themes_overlap'].f1:.4f} by overlap",
            err=True,
        )
    click.echo(f"{output}: {manifest.name} {manifest.version}, onnx {manifest.onnx.precision}", err=True)
