"""How commands write: JSON in UTF-8 whatever the locale, text as far as the terminal shows it, never over their own input."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import click


def echo_json(text: str) -> None:
    """Print JSON and a line feed.

    Where a program reads it, in UTF-8 (RFC 8259, section 8.1) and with a plain line feed: the encoding of a pipe follows the
    locale, and on Windows it is one that lacks most letters.
    """
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        click.echo(f"{text}\n".encode(), nl=False)
    else:  # a terminal, or a program that caught standard output in a string
        click.echo(text)


def never_fail_on_a_letter() -> None:
    """Let standard output show a question mark for a letter that its encoding lacks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def open_in_browser(page: Path) -> None:
    """Open a page in the user's browser, or say that there is none."""
    import webbrowser

    if not webbrowser.open(page.resolve().as_uri()):
        click.echo("Warning: no browser could be opened; open the page yourself", err=True)
