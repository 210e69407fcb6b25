"""``kpu-nlp corpus suggest`` and ``label-config``: what an annotator starts from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kpu_nlp.cli.extract import DEVICE, MODEL

if TYPE_CHECKING:
    from kpu_nlp.annotation.suggest import Suggestion


@click.command("suggest")
@click.argument("articles", nargs=-1, required=True, metavar="ARTICLES...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["label-studio", "doccano", "inline"]),
    default="label-studio",
    show_default=True,
    help="Where they are corrected",
)
@click.option(
    "--output", type=click.Path(path_type=Path), required=True, metavar="FILE|DIR", help="Where they go; a folder for inline"
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Keep the N most useful articles")
@MODEL
@DEVICE
@click.option("--overwrite", is_flag=True, help="Replace inline articles of the same ids that say something else")
def suggest_spans(
    articles: tuple[str, ...],
    form: str,
    output: Path,
    limit: int | None,
    model: Path | None,
    device: str,
    overwrite: bool,
) -> None:
    """Annotate articles with the model, so that a person corrects instead of typing.

    ARTICLES are what 'kpu-nlp bulk' reads: text and HTML files, folders of them, patterns, and files of records. The article of
    which the model is least sure comes first, since correcting it teaches most. Inline articles are listed in this order in
    order.tsv.

    \b
      kpu-nlp corpus suggest archive/2024/ --limit 50 --output tasks.json
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.errors import InputError
    from kpu_nlp.messages import shown
    from kpu_nlp.reading.records import read_all
    from kpu_nlp.tagging.manifest import read_manifest
    from kpu_nlp.tagging.models import find_model

    folder = find_model(model)
    read_manifest(folder)
    read, failed = read_all(articles)
    for line in failed:
        click.echo(f"left out: {line}", err=True)
    if not read:
        raise InputError(f"{shown(articles[0])}: no article in it that can be read")

    from kpu_nlp.annotation.suggest import suggest
    from kpu_nlp.tagging.models import open_tagger

    tagger, manifest = open_tagger(folder, device=device)
    suggestions = suggest(read, tagger)[:limit]
    _write(suggestions, form, output, model=f"{manifest.name} {manifest.version}", overwrite=overwrite)
    spans = sum(len(suggestion.article.spans) for suggestion in suggestions)
    click.echo(f"{shown(str(output))}: {len(suggestions)} article{'' if len(suggestions) == 1 else 's'}, {spans} spans")


def _write(suggestions: list[Suggestion], form: str, output: Path, *, model: str, overwrite: bool) -> None:
    from kpu_nlp.annotation.suggest import inline_files, write_doccano, write_label_studio
    from kpu_nlp.writing.atomic import atomic_file, atomic_files

    if form == "inline":
        atomic_files(output, inline_files(suggestions), replace=overwrite)
        return
    content = write_doccano(suggestions) if form == "doccano" else write_label_studio(suggestions, model=model)
    with atomic_file(output) as file:
        file.write_bytes(content)


@click.command("label-config")
@MODEL
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write there instead of standard output"
)
def label_config(model: Path | None, output: Path | None) -> None:
    """Print a Label Studio labelling configuration for the model's labels.

    Paste it into the project's settings (Labeling Interface, Code) before importing tasks.

    \b
      kpu-nlp corpus label-config --output labels.xml
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.annotation.label_config import label_config as make
    from kpu_nlp.tagging.manifest import read_manifest
    from kpu_nlp.tagging.models import find_model
    from kpu_nlp.writing.atomic import atomic_write

    content = make(read_manifest(find_model(model)).labels)
    if output is None:
        click.echo(content)
        return
    with atomic_write(output) as file:
        file.write(content + "\n")
