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


def refuse_to_replace(output: Path, source: str) -> None:
    """Check that an output is not the article that is read.

    Raises:
        InputError: it is.
    """
    from kpu_nlp.errors import InputError
    from kpu_nlp.messages import shown

    try:
        same = output.samefile(source)
    except (OSError, ValueError):  # one of them is not there, or no file at all
        return
    if same:
        raise InputError(f"{shown(str(output))}: would replace the article that is read; name another output")
