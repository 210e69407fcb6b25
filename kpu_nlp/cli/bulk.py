"""``kpu-nlp bulk``: a whole archive in, one line of JSON an article out."""

from __future__ import annotations

from pathlib import Path

import click

from kpu_nlp.cli.extract import DEVICE, MODEL

SOME_FAILED = 4


@click.command()
@click.argument("source", type=click.Path(path_type=Path), metavar="DIR|FILE.jsonl")
@click.option("--output", type=click.Path(path_type=Path), required=True, metavar="OUT.jsonl", help="Where the extractions go")
@MODEL
@DEVICE
@click.pass_context
def bulk(ctx: click.Context, source: Path, output: Path, model: Path | None, device: str) -> None:
    """Extract from every article of a folder (*.txt, *.html) or of a JSON Lines file (fields id, text, published).

    An article that fails becomes a line of OUT.errors.jsonl, and the job goes on; the exit code is 4 where some failed.

    \b
      kpu-nlp bulk archive/ --output results.jsonl
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.cli.lean import import_pipeline

    pipeline = import_pipeline(device)
    from kpu_nlp.bulk.jobs import errors_path, run_bulk

    nlp = pipeline.load(model, device=device)
    counts = run_bulk(source, output, extract=lambda article: pipeline.extract_article(article, nlp=nlp))
    click.echo(f"{counts.read} read = {counts.written} written + {counts.failed} failed", err=True)
    if counts.failed:
        click.echo(f"Failures: {errors_path(output)}", err=True)
        ctx.exit(SOME_FAILED)
