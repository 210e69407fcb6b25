"""``kpu-nlp corpus import`` and ``export``: annotated articles from and to other programs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kpu_nlp.annotation.inline import AnnotatedArticle
    from kpu_nlp.annotation.offsets import Unit

FORMATS = ("label-studio", "doccano", "prodigy", "conll", "spacy", "jsonl")
WITHOUT_OFFSETS = ("conll", "spacy")
# More lines than this tell nobody more.
_MAX_LINES = 20

_FORMAT = click.option("--format", "form", type=click.Choice(FORMATS), required=True, help="The other program's format")
_LABELS = click.option(
    "--labels",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="TABLE.toml",
    help='What labels become: lines FROM = "TO", or FROM = false to drop the spans',
)
_OFFSETS = click.option(
    "--offsets",
    type=click.Choice(["code-points", "utf-16"]),
    help="What offsets count: characters as Python does, or UTF-16 units; by default what the format usually counts",
)


@click.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE..."
)
@_FORMAT
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="DIR", help="Where the articles go"
)
@_LABELS
@_OFFSETS
@click.option("--overwrite", is_flag=True, help="Replace articles of the same ids that say something else")
def import_articles(
    files: tuple[Path, ...],
    form: str,
    output: Path,
    labels: Path | None,
    offsets: Unit | None,
    overwrite: bool,
) -> None:
    """Bring in annotations of another program.

    Writes one article a file (text with [text|LABEL] spans) into the folder, all of them or, where one document is refused,
    none. A document is refused, never shifted, where its offsets do not give back the text of its spans.

    \b
      kpu-nlp corpus import export.json --format label-studio --output new-articles/
      kpu-nlp corpus import ner.conll --format conll --labels labels.toml --output new-articles/
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.annotation.importing import article_files, import_files
    from kpu_nlp.annotation.label_map import read_label_map
    from kpu_nlp.errors import AnnotationError
    from kpu_nlp.messages import shown
    from kpu_nlp.writing.atomic import atomic_files

    _check_offsets(form, offsets)
    imported = import_files(files, form, labels=read_label_map(labels) if labels else None, unit=offsets)
    if imported.refused:
        if len(imported.refused) == 1:
            raise AnnotationError(imported.refused[0])
        _tell(imported.refused, "more documents refused")
        raise AnnotationError(f"{len(imported.refused)} documents are refused, so nothing is written")
    _tell([*imported.left_out, *imported.notes], "more lines like these")
    if not imported.articles:
        raise AnnotationError(f"{shown(str(files[0]))}: no annotated document in it, so nothing is written")
    atomic_files(output, article_files(imported.articles), replace=overwrite)
    click.echo(f"{shown(str(output))}: {_counts(imported.articles)}")


@click.command("export")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@_FORMAT
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE", help="Where the articles go"
)
@_LABELS
@_OFFSETS
def export_articles(paths: tuple[Path, ...], form: str, output: Path, labels: Path | None, offsets: Unit | None) -> None:
    """Write annotated articles for another program.

    PATH is a file, a folder of *.txt files, or a corpus folder with articles/ in it. The header goes along as metadata, except
    to conll, which carries words and spans only.

    \b
      kpu-nlp corpus export new-articles/ --format label-studio --output tasks.json
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.annotation.check import find_articles
    from kpu_nlp.annotation.exporting import export_articles as export
    from kpu_nlp.annotation.exporting import read_inline
    from kpu_nlp.annotation.label_map import read_label_map, unused_labels
    from kpu_nlp.messages import shown
    from kpu_nlp.writing.atomic import atomic_file, refuse_to_replace

    _check_offsets(form, offsets)
    table = read_label_map(labels) if labels else {}
    articles = read_inline(paths)
    for path in find_articles(paths):
        refuse_to_replace(output, path, what="an article that is read")
    content = export(articles, form, labels=table, unit=offsets)
    _tell(
        [
            f"label {shown(label)!r} of the table is on no span"
            for label in unused_labels(table, (span.label for article in articles for span in article.spans))
        ],
        "more labels",
    )
    with atomic_file(output) as file:
        file.write_bytes(content)
    click.echo(f"{shown(str(output))}: {_counts(articles)}")


def _check_offsets(form: str, offsets: str | None) -> None:
    if offsets is not None and form in WITHOUT_OFFSETS:
        raise click.UsageError(f"--offsets: {form} has tokens instead of offsets")


def _tell(lines: list[str], more: str) -> None:
    for line in lines[:_MAX_LINES]:
        click.echo(line, err=True)
    if len(lines) > _MAX_LINES:
        click.echo(f"... and {len(lines) - _MAX_LINES} {more}", err=True)


def _counts(articles: list[AnnotatedArticle]) -> str:
    labels = Counter(span.label for article in articles for span in article.spans)
    spans = sum(labels.values())
    told = ", ".join(f"{label} {count}" for label, count in labels.most_common())
    return f"{len(articles)} article{'' if len(articles) == 1 else 's'}, {spans} span{'' if spans == 1 else 's'}" + (
        f" ({told})" if told else ""
    )
