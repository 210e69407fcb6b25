"""``kpu-nlp evaluate``: how good a model is on annotated articles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kpu_nlp.cli.extract import DEVICE, MODEL
from kpu_nlp.cli.output import echo_json

if TYPE_CHECKING:
    from kpu_nlp.training.evaluate import Evaluation


@click.command()
@click.argument("corpus", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="[CORPUS]")
@click.option("--split", type=click.Choice(["train", "dev", "test"]), default="dev", show_default=True, help="Which articles")
@MODEL
@DEVICE
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table")
def evaluate(corpus: Path | None, split: str, model: Path | None, device: str, as_json: bool) -> None:
    """Score a model and the linking rules on annotated articles.

    First spans: precision, recall and F1 over exact spans, per label, over all entities and over the themes. Then facts: F1 of
    officials, roles, who spoke, themes and quotations, and the share of articles with the right event, time and venue.

    CORPUS is a folder of annotated articles, by default the packaged one. A theme also counts by overlap: right when it shares
    a character with an annotated span of the same theme.

    \b
      kpu-nlp evaluate --split test
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.cli.lean import torch_only_for
    from kpu_nlp.training.evaluate import evaluate as run

    with torch_only_for(device):
        result = run(corpus, split=split, model=model, device=device)
    if as_json:
        echo_json(json.dumps(result.as_json(), ensure_ascii=False))
        return
    _print_table(result)


def _print_table(result: Evaluation) -> None:
    from kpu_nlp.training.fact_scores import as_rows

    click.echo(f"{result.model} {result.version} on {result.articles} {result.split} articles, exact spans")
    click.echo(f"{'':16}{'precision':>10}{'recall':>10}{'F1':>10}{'spans':>8}")
    names = {"entities": "all entities", "themes": "all themes", "themes_overlap": "themes, overlap"}
    for name, count in result.rows().items():
        if name == "entities":
            click.echo("-" * 54)
        click.echo(f"{names.get(name, name):16}{count.precision:10.4f}{count.recall:10.4f}{count.f1:10.4f}{count.gold:8}")
    if result.facts is None:
        return
    click.echo("facts, F1, and share of right answers")
    for name, value in as_rows(result.facts).items():
        click.echo(f"{name:16}{value:30.4f}")
