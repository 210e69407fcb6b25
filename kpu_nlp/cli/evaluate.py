"""``kpu-nlp evaluate``: how good a model is on annotated articles."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from kpu_nlp.cli.comparing import SUMMARY_NAMES
from kpu_nlp.cli.extract import DEVICE, MODEL
from kpu_nlp.cli.output import echo_json

if TYPE_CHECKING:
    from kpu_nlp.training.evaluate import Evaluation
    from kpu_nlp.training.perturb import Perturbed


@click.command()
@click.argument("corpus", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="[CORPUS]")
@click.option("--split", type=click.Choice(["train", "dev", "test"]), default="dev", show_default=True, help="Which articles")
@MODEL
@DEVICE
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table")
@click.option(
    "--errors", type=click.Path(path_type=Path), metavar="FILE.html", help="Write every error in its sentence to a page"
)
@click.option("--perturb", metavar="NAME|all", help="Score the articles printed another way too, and persons by region")
def evaluate(
    corpus: Path | None, split: str, model: Path | None, device: str, as_json: bool, errors: Path | None, perturb: str | None
) -> None:
    """Score a model and the linking rules on annotated articles.

    First spans: precision, recall and F1 over exact spans, per label, over all entities and over the themes. Then facts: F1 of
    officials, roles, who spoke, themes, directives and quotations, and the share of articles with the right event, time and
    venue. Each F1 and share has its 95 % bootstrap interval over the articles.

    CORPUS is a folder of annotated articles, by default the packaged one. A theme also counts by overlap: right when it shares
    a character with an annotated span of the same theme. Facts are compared without regard to case and white space; two event
    names overlap when half of their words are the same.

    --perturb changes how the articles are printed and tells what it costs: upper, lower, quotes, spaces, joined, typos.

    \b
      kpu-nlp evaluate --split test
      kpu-nlp evaluate --errors errors.html
      kpu-nlp evaluate --perturb all
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.cli.lean import torch_only_for

    with torch_only_for(device):
        from kpu_nlp.annotation.packaged import packaged_corpus
        from kpu_nlp.pipeline import load
        from kpu_nlp.training.evaluate import evaluate_articles, read_split
        from kpu_nlp.training.perturb import PERTURBATIONS, perturb_and_score

        names = list(PERTURBATIONS) if perturb == "all" else [perturb] if perturb else []
        if unknown := set(names) - set(PERTURBATIONS):
            raise click.BadParameter(f"{unknown.pop()!r} is none of {', '.join(PERTURBATIONS)}, all", param_hint="--perturb")
        articles = read_split(corpus or packaged_corpus(), split)
        nlp = load(model, device=device)
        with _error_page(errors) as page:
            result = evaluate_articles(articles, nlp, split=split)
            if page is not None:
                page.write(_error_report(result))
        changed = perturb_and_score(result, nlp, names)
    if as_json:
        robustness = {"perturbed": [row.as_json() for row in changed]} if names else {}
        echo_json(json.dumps(result.as_json() | robustness, ensure_ascii=False))
        return
    _print_table(result)
    if names:
        _print_robustness(result, changed)


def _error_page(path: Path | None) -> AbstractContextManager[TextIO | None]:
    """Open the page before anything is scored, so that a path that cannot be written is told at once."""
    from kpu_nlp.writing.atomic import atomic_write

    return nullcontext() if path is None else atomic_write(path)


def _error_report(result: Evaluation) -> str:
    from kpu_nlp.training.error_report import render_errors

    title = f"{result.model} {result.version} on {len(result.articles)} {result.split} articles"
    return render_errors(zip(result.articles, result.found, strict=True), title)


def _print_table(result: Evaluation) -> None:
    intervals = result.intervals()
    click.echo(f"{result.model} {result.version} on {len(result.articles)} {result.split} articles, exact spans")
    click.echo(f"{'':16}{'precision':>10}{'recall':>10}{'F1':>10}{'95 % interval':>18}{'spans':>8}")
    for name, count in result.rows().items():
        if name == "entities":
            click.echo("-" * 72)
        figures = f"{count.precision:10.4f}{count.recall:10.4f}{count.f1:10.4f}{_interval(intervals[name]):>18}{count.gold:8}"
        click.echo(f"{SUMMARY_NAMES.get(name, name):16}{figures}")
    facts = result.fact_rows()
    if facts:
        click.echo("facts, F1, and share of right answers")
    for name, count in facts.items():
        click.echo(f"{name:16}{count.f1:30.4f}{_interval(intervals[name]):>18}")


def _interval(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:.4f}-{bounds[1]:.4f}"


def _print_robustness(result: Evaluation, changed: Sequence[Perturbed]) -> None:
    from kpu_nlp.training.perturb import MOST_LOST, recall_by_group

    click.echo("printed another way, F1 and points lost")
    click.echo(f"{'':16}{'entities':>10}{'lost':>10}{'at most':>10}{'themes, overlap':>18}{'lost':>8}")
    for row in changed:
        figures = f"{row.entities:10.4f}{row.entities_lost:10.2f}{MOST_LOST[row.name]:10.1f}"
        click.echo(f"{row.name:16}{figures}{row.themes_overlap:18.4f}{row.themes_lost:8.2f}")
    groups = recall_by_group(result.articles, [scores.exact["PERSON"] for scores in result.scores])
    click.echo("recall of PERSON by the region of the article")
    for group in groups:
        below = "  below the others" if group.interval[1] < groups[0].recall else ""
        click.echo(f"{group.group:24}{group.recall:8.4f}{_interval(group.interval):>18}{group.articles:6} articles{below}")
