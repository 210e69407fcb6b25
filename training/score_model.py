#!/usr/bin/env python3
"""Score the shipped model again and write its card: after a change of the linking rules, or when a benchmark has new results.

    python training/score_model.py

Scores dev and test, the test articles printed another way (`kpu-nlp evaluate --split test --perturb all`), and sets beside them
what training/baselines.py, training/benchmark_public.py and the benchmarks of speed have kept. Nothing is chosen by any of it.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import baselines
import benchmark_public
import click

from kpu_nlp.annotation.digest import corpus_digest
from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.errors import KpuNlpError
from kpu_nlp.pipeline import load
from kpu_nlp.tagging.manifest import ComparisonTable
from kpu_nlp.tagging.models import find_model
from kpu_nlp.training.evaluate import Evaluation, evaluate_articles, read_splits_of
from kpu_nlp.training.fit import TrainingData
from kpu_nlp.training.folder import score_folder
from kpu_nlp.training.perturb import MOST_LOST, PERTURBATIONS, Perturbed, perturb_and_score, recall_by_group

SPEED = Path(__file__).resolve().parents[1] / "benchmarks" / "results"

PRINTS = {
    "upper": "all in capitals",
    "lower": "all in small letters",
    "quotes": "straight quotation marks",
    "spaces": "no space after full stops",
    "joined": "one line",
    "typos": "typos in 2 % of the letters",
}
SUMMARIES = {"entities": "entities", "themes": "themes, exact", "themes_overlap": "themes, overlap"}


def robustness_table(split: str, changed: Sequence[Perturbed]) -> ComparisonTable:
    """Return what each way of printing costs, in points of F1."""
    return ComparisonTable(
        title=f"{split.capitalize()} split printed another way, F1 (`kpu-nlp evaluate --split {split} --perturb all`)",
        columns=("printed", "entities", "points lost", "at most", "themes, overlap", "points lost"),
        rows=tuple(
            (
                PRINTS[row.name],
                f"{row.entities:.3f}",
                f"{row.entities_lost:.1f}",
                f"{MOST_LOST[row.name]:.0f}",
                f"{row.themes_overlap:.3f}",
                f"{row.themes_lost:.1f}",
            )
            for row in changed
        ),
    )


def region_table(result: Evaluation) -> ComparisonTable:
    """Return the recall of persons by the region of the article."""
    return ComparisonTable(
        title=f"{result.split.capitalize()} split, recall of PERSON by the region of the article",
        columns=("region", "articles", "recall", "interval"),
        rows=tuple(
            (group.group, str(group.articles), f"{group.recall:.3f}", f"{group.interval[0]:.3f} to {group.interval[1]:.3f}")
            for group in recall_by_group(result.articles, [scores.exact["PERSON"] for scores in result.scores])
        ),
    )


def baseline_table(result: Evaluation, kept: Mapping[str, Mapping[str, Any]], digest: str) -> ComparisonTable | None:
    """Return the model beside the kept baselines of a split and a state of the corpus; None where none is kept."""
    ours = result.as_json()["scores"]
    rows = [(f"{result.model} {result.version}", *(f"{ours[name]['f1']:.3f}" for name in SUMMARIES))]
    rows += [
        (key.partition("/")[0], *(f"{entry['scores'][name]['f1']:.3f}" for name in SUMMARIES))
        for key, entry in sorted(kept.items())
        if key.endswith(f"/{result.split}/{digest}")
    ]
    if len(rows) == 1:
        return None
    return ComparisonTable(
        title=f"{result.split.capitalize()} split beside baselines, F1 (`python training/baselines.py --split {result.split}`)",
        columns=("system", *SUMMARIES.values()),
        rows=tuple(rows),
    )


def public_table(kept: Mapping[str, Mapping[str, float]]) -> ComparisonTable | None:
    """Return the base on public sets: the mean over its seeds and their range; None where nothing is kept."""
    rows = []
    for name, public in benchmark_public.SETS.items():
        runs = [scores for key, scores in kept.items() if key.startswith(f"{name}/")]
        if runs:
            figures = (_mean_and_range([scores[kind] for scores in runs]) for kind in ("micro", "macro", "weighted"))
            rows.append((name, str(len(runs)), *figures, public.published))
    if not rows:
        return None
    return ComparisonTable(
        title="The same base fine-tuned on public sets, F1 on their test files (`python training/benchmark_public.py`)",
        columns=("set", "seeds", "micro", "macro", "weighted", "published"),
        rows=tuple(rows),
    )


def speed_tables() -> list[ComparisonTable]:
    """Return what the benchmarks measured and `--json` kept in benchmarks/results, a table a file."""
    return [_speed_table(_kept(path)) for path in sorted(SPEED.glob("*.json"))]


def _speed_table(kept: Mapping[str, Any]) -> ComparisonTable:
    facts = kept["environment"]
    where = f"{facts['processor']}, {facts['cores']} cores, {facts['date']}, {facts['model']}"
    return ComparisonTable(
        title=f"{kept['title']} (`python benchmarks/{kept['title'].lower()}.py`; {where})",
        columns=tuple(kept["rows"][0]),
        rows=tuple(tuple(_cell(value) for value in row.values()) for row in kept["rows"]),
    )


def _cell(value: str | float | None) -> str:
    """Return a figure with three digits, or a dash where there is none."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else value


def _mean_and_range(values: Sequence[float]) -> str:
    mean = f"{statistics.mean(values):.4f}"
    return f"{mean} ({min(values):.4f} to {max(values):.4f})" if len(values) > 1 else mean


def _kept(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


@click.command()
@click.argument("corpus", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--model", type=click.Path(path_type=Path, exists=True, file_okay=False), help="By default the shipped one")
def main(corpus: Path | None, model: Path | None) -> None:
    """Score a model folder again on CORPUS (by default the packaged one) and write its manifest and card."""
    try:
        folder, corpus = find_model(model), corpus or packaged_corpus()
        splits = read_splits_of(corpus)
        nlp = load(folder, device="cpu")
        test = evaluate_articles(splits["test"], nlp, split="test")
        tables = [
            robustness_table("test", perturb_and_score(test, nlp, list(PERTURBATIONS))),
            region_table(test),
            baseline_table(test, _kept(baselines.RESULTS), corpus_digest(corpus)),
            public_table(_kept(benchmark_public.RESULTS)),
            *speed_tables(),
        ]
        data = TrainingData(*(tuple(splits[part]) for part in ("train", "dev")), digest="", test=tuple(splits["test"]))
        score_folder(folder, data, comparisons=[table for table in tables if table is not None])
    except (KpuNlpError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{folder}: scored")


if __name__ == "__main__":
    main()
