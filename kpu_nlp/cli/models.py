"""``kpu-nlp models``: which models there are, what they are, how two compare, and a model as a package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kpu_nlp.cli.output import echo_json

if TYPE_CHECKING:
    from kpu_nlp.tagging.manifest import Manifest

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table")


@click.group()
def models() -> None:
    """List, show, compare and package models.

    A model is named by its folder or, once it is installed, by its name; see 'kpu-nlp models list'.
    """


@models.command("list")
@_JSON
def list_models(as_json: bool) -> None:
    """List the models that are installed, and those in the folder models/ where the command runs.

    The one that is used without --model is marked with a star.

    \b
      kpu-nlp models list
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.errors import ModelError
    from kpu_nlp.tagging.manifest import MANIFEST, read_manifest
    from kpu_nlp.tagging.models import find_model, installed_models

    default = find_model().resolve()
    here = {str(path.parent): path.parent for path in sorted(Path("models").glob(f"*/{MANIFEST}"))}
    rows: list[dict[str, object]] = []
    seen: set[Path] = set()
    for name, folder in (installed_models() | here).items():
        if (place := folder.resolve()) in seen:
            continue
        seen.add(place)
        row: dict[str, object] = {"model": name, "folder": str(folder), "default": place == default}
        try:
            manifest = read_manifest(folder)
        except ModelError as error:
            rows.append(row | {"error": str(error)})
            continue
        dev = manifest.scores.get("dev", {}).get("entities")
        rows.append(row | {"name": manifest.name, "version": manifest.version, "dev_f1": dev.f1 if dev else None})
    if as_json:
        echo_json(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        star = "*" if row["default"] else " "
        if "error" in row:
            click.echo(f"{star} {row['model']:24} {row['error']}")
            continue
        f1 = f"dev F1 {row['dev_f1']:.4f}" if row["dev_f1"] is not None else "not scored"
        click.echo(f"{star} {row['model']:24} {row['name']} {row['version']}, {f1}, {row['folder']}")


@models.command()
@click.argument("model", metavar="MODEL")
@_JSON
def show(model: str, as_json: bool) -> None:
    """Show what a model is: labels, themes, what it was trained from and on, and its scores.

    \b
      kpu-nlp models show kpu-ner
      kpu-nlp models show models/pilkada --json
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.tagging.manifest import read_manifest
    from kpu_nlp.tagging.models import find_model

    folder = find_model(model)
    manifest = read_manifest(folder)
    if as_json:
        echo_json(manifest.model_dump_json(exclude_none=True))
        return
    click.echo(f"{manifest.name} {manifest.version}, {folder}")
    click.echo(f"base: {manifest.base}")
    click.echo(f"articles: {', '.join(f'{split} {count}' for split, count in manifest.articles.items())}")
    click.echo(f"entities: {', '.join(label for label in manifest.labels if label not in manifest.themes)}")
    click.echo(f"themes: {', '.join(f'{label} ({name})' for label, name in manifest.themes.items()) or 'none'}")
    click.echo(f"onnx: {manifest.onnx.precision}; {sum(info.bytes for info in manifest.files.values()) / 1e6:.0f} MB in all")
    _print_scores(manifest)


def _print_scores(manifest: Manifest) -> None:
    for split, rows in manifest.scores.items():
        figures = [
            f"{title} {rows[name].f1:.4f}"
            for name, title in (("entities", "entities"), ("themes", "themes"), ("themes_overlap", "themes by overlap"))
            if name in rows
        ]
        click.echo(f"{split} F1: {', '.join(figures)}")


@models.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--corpus",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A folder of annotated articles instead of the packaged corpus",
)
@click.option("--split", type=click.Choice(["train", "dev", "test"]), default="dev", show_default=True, help="Which articles")
@_JSON
def compare(before: str, after: str, corpus: Path | None, split: str, as_json: bool) -> None:
    """Compare two models on the same articles: F1 per label, the difference, and its 95 % paired bootstrap interval.

    \b
      kpu-nlp models compare kpu-ner models/pilkada
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.cli.lean import without_torch

    with without_torch():
        from kpu_nlp.annotation.packaged import packaged_corpus
        from kpu_nlp.cli.comparing import print_comparison, print_verdict
        from kpu_nlp.tagging.models import find_model
        from kpu_nlp.training.compare import TaggedBy, compare_models
        from kpu_nlp.training.evaluate import read_split
        from kpu_nlp.training.verdict import DEV, judge

        one, other = TaggedBy(find_model(before)), TaggedBy(find_model(after))
        comparison = compare_models(one, other, {split: read_split(corpus or packaged_corpus(), split)})
    if as_json:
        echo_json(json.dumps(comparison.as_json(), ensure_ascii=False))
        return
    print_comparison(comparison)
    if split == DEV:
        print_verdict(judge(comparison))


@models.command()
@click.argument("model", metavar="MODEL")
@click.option(
    "--output",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help="Where to write the wheel; by default the current folder",
)
def package(model: str, output: Path) -> None:
    """Write a model as a wheel, which pip installs and whose name --model then takes.

    \b
      kpu-nlp models package models/pilkada
      pip install --no-deps kpu_model_pilkada-1.0.0-py3-none-any.whl
      kpu-nlp extract article.txt --model pilkada
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.tagging.models import find_model
    from kpu_nlp.training.model_wheel import write_wheel

    click.echo(str(write_wheel(find_model(model), output)))
