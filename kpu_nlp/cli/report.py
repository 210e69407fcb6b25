"""``kpu-nlp report``: a bulk job's results as one page for a browser."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("results", type=click.Path(path_type=Path), metavar="RESULTS")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="PAGE.html",
    help="Where the page goes",
)
@click.option("--title", metavar="TEXT", help="The page's heading, by default the number of articles")
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser")
def report(results: Path, output: Path, title: str | None, open_page: bool) -> None:
    """Show an archive in a browser: what kpu-nlp bulk found in it, counted.

    Articles and themes over time, themes by office and speaker, who speaks with whom, officials and their roles, venues by
    province, and what is missing. RESULTS are JSON Lines, Parquet (a file or a folder of parts) or SQLite, and the page is the
    same. Every figure leads to the ids of the articles behind it. Needs the extra [report].

    \b
      kpu-nlp bulk archive/ --output results.jsonl
      kpu-nlp report results.jsonl --output report.html
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.errors import MissingExtraError
    from kpu_nlp.messages import shown

    try:
        from kpu_nlp.report.run import write_report
    except ImportError as error:
        package = (error.name or "").partition(".")[0]
        if package not in {"duckdb", "pyarrow", "vl_convert"}:
            raise
        raise MissingExtraError.of("a report", package, "report") from error
    write_report(results, output, title=title)
    click.echo(shown(str(output)))
    if open_page:
        from kpu_nlp.cli.output import open_in_browser

        open_in_browser(output)
