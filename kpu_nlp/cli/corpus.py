"""``kpu-nlp corpus``: check, count, split, exchange and compare annotated articles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kpu_nlp.cli.agreement import annotator_agreement
from kpu_nlp.cli.exchange import export_articles, import_articles
from kpu_nlp.cli.output import echo_json
from kpu_nlp.cli.suggest import label_config, suggest_spans

if TYPE_CHECKING:
    from kpu_nlp.annotation.stats import CorpusStats

_CORPUS = click.argument(
    "corpus", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="[CORPUS]"
)


@click.group("corpus")
def corpus() -> None:
    """Check, count, split, exchange and compare annotated articles."""


corpus.add_command(import_articles)
corpus.add_command(export_articles)
corpus.add_command(suggest_spans)
corpus.add_command(label_config)
corpus.add_command(annotator_agreement)


@corpus.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@click.option(
    "--label", "labels", multiple=True, metavar="NAME", help="Allow a label beyond those of the guidelines; may be repeated"
)
@click.pass_context
def check(ctx: click.Context, paths: tuple[Path, ...], labels: tuple[str, ...]) -> None:
    """Check annotated articles against the guidelines.

    PATH is a file, a folder of *.txt files, or a corpus folder with articles/ in it. Every slip is printed as
    'file:line: message', then a count; the exit code is 1 when there are slips.

    \b
      kpu-nlp corpus check new-articles/
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.annotation.check import check_articles

    checked = check_articles(paths, labels=labels)
    for article in checked:
        for slip in article.slips:
            click.echo(str(slip))
    slips = sum(len(article.slips) for article in checked)
    wrong = sum(bool(article.slips) for article in checked)
    click.echo(
        f"{_counted(len(checked), 'article')}, {_counted(sum(article.spans for article in checked), 'span')}, "
        + (f"{_counted(slips, 'slip')} in {_counted(wrong, 'article')}" if slips else "no slips")
    )
    if slips:
        ctx.exit(1)


@corpus.command()
@_CORPUS
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table")
def stats(corpus: Path | None, as_json: bool) -> None:
    """Count articles and spans per label and split.

    CORPUS is a folder with articles/ and splits.json, or a folder of annotated articles; by default the corpus that ships
    with kpu-nlp.

    \b
      kpu-nlp corpus stats --json
    """  # noqa: D301 - click reads the backspace
    from dataclasses import asdict

    from kpu_nlp.annotation.packaged import packaged_corpus
    from kpu_nlp.annotation.stats import corpus_stats

    counted = corpus_stats(corpus or packaged_corpus())
    if as_json:
        echo_json(json.dumps(asdict(counted), indent=2))
        return
    click.echo(_table(counted))


@corpus.command()
@_CORPUS
def split(corpus: Path | None) -> None:
    """Write splits.json of a corpus anew.

    The split of an article follows from its id alone, so that new articles never move old ones. CORPUS is a folder with
    articles/ in it, or a folder of annotated articles; by default the corpus that ships with kpu-nlp.

    \b
      kpu-nlp corpus split my-corpus/
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.annotation.inline import read_articles
    from kpu_nlp.annotation.packaged import articles_folder, packaged_corpus
    from kpu_nlp.annotation.splits import make_splits, write_splits

    folder = corpus or packaged_corpus()
    splits = make_splits(article.facts.id for article in read_articles(articles_folder(folder)))
    target = folder / "splits.json"
    write_splits(target, splits)
    click.echo(f"{target}: " + ", ".join(f"{name} {len(ids)}" for name, ids in splits.items()))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _table(stats: CorpusStats) -> str:
    """Return the counts as lines of aligned columns, a column per split and one for the sum."""
    rows = [["", *stats.articles, "total"]]
    rows += [
        [name, *map(str, counts.values()), str(sum(counts.values()))]
        for name, counts in (
            ("articles", stats.articles),
            ("characters", stats.characters),
            *stats.spans.items(),
            ("spans", _sums(stats)),
        )
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def _sums(stats: CorpusStats) -> dict[str, int]:
    return {split: sum(counts[split] for counts in stats.spans.values()) for split in stats.articles}
