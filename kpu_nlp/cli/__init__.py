"""The command ``kpu-nlp``: parses, calls one function, prints.

This module and those beside it import click and the standard library at the top; whatever else a command needs is imported
when it runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import errno
import importlib
import sys
from typing import Any

import click

# Each command and where it lives; loaded when it is called, or when its own help is asked for.
COMMANDS: dict[str, tuple[str, str]] = {
    "extract": ("kpu_nlp.cli.extract:extract", "Extract the facts of one article as JSON"),
    "show": ("kpu_nlp.cli.show:show", "Show an article and its facts in a browser"),
    "review": ("kpu_nlp.cli.review:review", "Correct what the model marked, in a browser"),
    "report": ("kpu_nlp.cli.report:report", "Show the results of a bulk job in a browser, counted"),
    "bulk": ("kpu_nlp.cli.bulk:bulk", "Extract from whole archives"),
    "corpus": ("kpu_nlp.cli.corpus:corpus", "Check, count, split, exchange and compare annotated articles"),
    "train": ("kpu_nlp.cli.train:train", "Train a model further with new articles, or afresh"),
    "models": ("kpu_nlp.cli.models:models", "List, show, compare and package models"),
    "evaluate": ("kpu_nlp.cli.evaluate:evaluate", "Score a model on annotated articles"),
    "labels": ("kpu_nlp.cli.info:labels", "List the span labels with definition and example"),
    "schema": ("kpu_nlp.cli.info:schema", "Print the JSON Schema of an extraction"),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when one of them is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command's module and return the command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{attribute} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing one of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error that the user can mend becomes one line and exit code 1."""
        from kpu_nlp.cli.output import never_fail_on_a_letter
        from kpu_nlp.errors import KpuNlpError

        never_fail_on_a_letter()
        try:
            return super().invoke(ctx)
        except KpuNlpError as error:
            raise click.ClickException(" ".join(str(error).split())) from error
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise click.ClickException("no space left to write to; free some, or write to another place") from error


def _print_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from kpu_nlp.version import VERSION

    click.echo(f"kpu-nlp {VERSION}, model {_model_version()}")
    ctx.exit()


def _model_version() -> str:
    """Read name and version from the shipped model's manifest, without the libraries that check it."""
    import json

    from kpu_nlp.installed import SHIPPED_MODEL, data_folders

    for folder in data_folders("models"):
        try:
            manifest = json.loads((folder / SHIPPED_MODEL / "manifest.json").read_text(encoding="utf-8"))
            return f"{manifest['name']} {manifest['version']}"
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return "not installed"


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the versions and exit"
)
def main() -> None:
    """Turn news articles of the Indonesian election commission (KPU) into structured JSON.

    \b
      kpu-nlp extract article.txt
      kpu-nlp extract https://jatim.kpu.go.id/... --format table
      kpu-nlp bulk archive/ --output results.jsonl
    """  # noqa: D301 - click reads the backspace


if __name__ == "__main__":
    sys.exit(main())
