"""``kpu-nlp review``: correct what the model marked, in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kpu_nlp.cli.extract import DEVICE, MODEL

if TYPE_CHECKING:
    from kpu_nlp.review.session import Session


@click.command()
@click.argument("articles", nargs=-1, required=True, metavar="ARTICLES...")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder of the reviewed articles; those that are there already are gone on with",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Port of 127.0.0.1; any that is free by default"
)
@click.option("--no-browser", is_flag=True, help="Only print the page's address")
@MODEL
@DEVICE
def review(articles: tuple[str, ...], output: Path, port: int, no_browser: bool, model: Path | None, device: str) -> None:
    """Correct the model's spans and facts in a browser, on this machine alone.

    ARTICLES are what 'kpu-nlp bulk' reads, and annotated articles. The one of which the model is least sure comes first. Every
    change is saved at once to DIR in the inline format; 'kpu-nlp train --add DIR' trains with it. The address that is printed
    holds a token: whoever has it, and is on this machine, can read and change the articles. Ctrl-C ends the review.

    \b
      kpu-nlp review archive/2024/ --output reviewed/
    """  # noqa: D301 - click reads the backspace
    from kpu_nlp.cli.lean import torch_only_for
    from kpu_nlp.review.articles import read_input_articles
    from kpu_nlp.review.folder import open_folder
    from kpu_nlp.review.listening import listen
    from kpu_nlp.tagging.manifest import read_manifest
    from kpu_nlp.tagging.models import find_model

    # Whatever the user may have to mend comes before spaCy is loaded.
    folder = find_model(model)
    read_manifest(folder)
    _need_extra()
    # The socket first of all that is slow: a port in use is told at once.
    with listen(port) as listening:
        read, failed = read_input_articles(articles)
        for line in failed:
            click.echo(f"left out: {line}", err=True)
        reviewed = open_folder(output)
        with torch_only_for(device):
            from kpu_nlp.pipeline import load
            from kpu_nlp.review.serve import serve
            from kpu_nlp.review.session import Session
        session = Session(read, reviewed, load(folder, device=device), tell=_tell)
        serve(session, listening, ready=lambda address: _ready(address, browser=not no_browser))
    click.echo(_summary(session, output))


def _ready(address: str, *, browser: bool) -> None:
    click.echo(address)
    click.echo("Ctrl-C ends the review; every change is saved at once", err=True)
    if browser:
        _open(address)


def _need_extra() -> None:
    from kpu_nlp.errors import MissingExtraError

    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            "reviewing needs starlette and uvicorn, which are not installed: pip install 'kpu-nlp[review]'"
        ) from error


def _tell(done: int, count: int) -> None:
    if done % 50 == 0 and done < count:
        click.echo(f"read by the model: {done} of {count} articles", err=True)


def _summary(session: Session, output: Path) -> str:
    from kpu_nlp.messages import shown

    states = [one.state for one in session.listed()]
    told = ", ".join(f"{states.count(state)} {state}" for state in ("accepted", "changed", "to do"))
    return f"{shown(str(output))}: {told}"


def _open(address: str) -> None:
    import webbrowser

    if not webbrowser.open(address):
        click.echo("Warning: no browser could be opened; open the address yourself", err=True)
