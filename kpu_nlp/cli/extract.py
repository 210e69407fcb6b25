"""``kpu-nlp extract``: one article in, its facts out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from kpu_nlp.cli.output import echo_json
from kpu_nlp.cli.profile import PROFILE, echo_profile

DEVICE = click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True, help="Where the encoder runs"
)
MODEL = click.option(
    "--model",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A model folder instead of KPU_NLP_MODEL or the shipped model",
)


@click.command()
@click.argument("source", metavar="FILE|-|URL")
@click.option(
    "--published", metavar="DATE", help="When the article was published, e.g. 2022-07-22: dates without a year count from it"
)
@MODEL
@DEVICE
@click.option("--format", "form", type=click.Choice(["json", "table"]), default="json", show_default=True, help="What to print")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write there instead of standard output"
)
@click.option("--force", is_flag=True, help="Read a file that is larger than one article should be")
@PROFILE
def extract(
    source: str,
    published: str | None,
    model: Path | None,
    device: str,
    form: str,
    output: Path | None,
    force: bool,
    with_profile: bool,
) -> None:
    """Extract the facts of one article: a text or HTML file, standard input, or a web page.

    The JSON is indented on a terminal and one line where it is piped.

    \b
      kpu-nlp extract article.txt
      kpu-nlp extract article.html --format table
      cat article.txt | kpu-nlp extract - --published 2022-07-22 > facts.json
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.messages import shown
    from kpu_nlp.stages import READING, WRITING, profiled, stage

    with profiled() as profile:
        # Whatever the user may have to mend comes before spaCy is loaded, which takes a second.
        with stage(READING):
            article = _read(source, published=published, output=output, force=force)
        extraction = run_model(article, model=model, device=device)
        for warning in extraction.warnings:
            click.echo(f"Warning: {shown(warning)}", err=True)
        with stage(WRITING):
            _write(extraction, form=form, output=output)
    if with_profile:
        echo_profile(profile)


def _read(source: str, *, published: str | None, output: Path | None, force: bool) -> Any:
    from kpu_nlp.reading import parse_published, read_article
    from kpu_nlp.writing.atomic import refuse_to_replace

    day = parse_published(published) if published is not None else None
    if output is not None:
        refuse_to_replace(output, source, what="the article that is read")
    return read_article(source, published=day, force=force)


def run_model(article: Any, *, model: Path | None, device: str) -> Any:
    """Return the extraction of an article by the model and on the device that the options name.

    Raises:
        ModelError: the model folder cannot be used; that is found out before spaCy is loaded.
    """
    from kpu_nlp.stages import LOADING, stage

    with stage(LOADING):
        from kpu_nlp.cli.lean import import_pipeline
        from kpu_nlp.tagging.manifest import read_manifest
        from kpu_nlp.tagging.models import find_model

        folder = find_model(model)
        read_manifest(folder)
        pipeline = import_pipeline(device)
        nlp = pipeline.load(folder, device=device)
    return pipeline.extract_article(article, nlp=nlp)


def _write(extraction: Any, *, form: str, output: Path | None) -> None:
    from kpu_nlp.writing.atomic import atomic_write
    from kpu_nlp.writing.json_lines import to_json

    if form == "json":
        content = to_json(extraction, indent=output is None and sys.stdout.isatty())
        if output is None:
            echo_json(content)
            return
        with atomic_write(output) as file:
            file.write(content + "\n")
        return
    from rich.console import Console

    from kpu_nlp.writing.table import render_table

    if output is None:
        render_table(extraction, Console())
        return
    with atomic_write(output) as file:
        render_table(extraction, Console(file=file, width=100))
