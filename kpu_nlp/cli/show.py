"""``kpu-nlp show``: an article and its facts as one page for a browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from kpu_nlp.cli.extract import DEVICE, MODEL, run_model

_UNSAFE = re.compile(r"[^\w.-]+")
_MAX_NAME = 100  # characters; file systems take 255 bytes, and a letter has up to four


@click.command()
@click.argument("source", metavar="FILE|-|URL|EXTRACTION.json")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PAGE.html",
    help="Write there instead of NAME-facts.html in the current folder",
)
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser")
@click.option(
    "--published", metavar="DATE", help="When the article was published, e.g. 2022-07-22: dates without a year count from it"
)
@MODEL
@DEVICE
@click.option("--force", is_flag=True, help="Read a file that is larger than one article should be")
@click.pass_context
def show(
    ctx: click.Context,
    source: str,
    output: Path | None,
    open_page: bool,
    published: str | None,
    model: Path | None,
    device: str,
    force: bool,
) -> None:
    """Show one article in a browser: its text with every span marked, and a card for each fact.

    Takes what extract takes, or the JSON that extract wrote (named *.json, or on standard input). Writes one HTML file that
    needs no other file and no network, and prints its path.

    \b
      kpu-nlp show article.txt --open
      kpu-nlp show facts.json --output page.html
      kpu-nlp extract article.txt | kpu-nlp show -
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.messages import shown
    from kpu_nlp.reading import parse_published
    from kpu_nlp.reading.extraction import read_article_or_extraction
    from kpu_nlp.schema import Article
    from kpu_nlp.writing.atomic import atomic_write, refuse_to_replace

    day = parse_published(published) if published is not None else None
    read = read_article_or_extraction(source, published=day, force=force)
    if not isinstance(read, Article):
        _refuse_reading_options(ctx)
    page = output if output is not None else Path(_default_name(source, read if isinstance(read, Article) else read.article))
    refuse_to_replace(page, source, what="what is read")
    extraction = run_model(read, model=model, device=device) if isinstance(read, Article) else read
    from kpu_nlp.writing.page import render_article

    with atomic_write(page) as file:
        file.write(render_article(extraction))
    for warning in extraction.warnings:
        click.echo(f"Warning: {shown(warning)}", err=True)
    click.echo(shown(str(page)))
    if open_page:
        from kpu_nlp.cli.output import open_in_browser

        open_in_browser(page)


def _refuse_reading_options(ctx: click.Context) -> None:
    for name in ("published", "model", "device"):
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name} is for an article; an extraction is shown as it is", ctx)


def _default_name(source: str, article: Any) -> str:
    """Return the name of the page in the current folder; never that of a saved web page that is read from there."""
    stem = article.id if source == "-" or "://" in source else Path(source).stem
    safe = _UNSAFE.sub("-", stem).strip(".-")[:_MAX_NAME]
    return f"{safe or 'article'}-facts.html"
