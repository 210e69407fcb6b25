"""``kpu-nlp labels`` and ``kpu-nlp schema``: what the tool marks, and what it prints."""

from __future__ import annotations

import click

from kpu_nlp.cli.output import echo_json


@click.command()
def labels() -> None:
    """List the span labels: what each marks, with an example.

    The last column names the directive theme, where a label is one.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from kpu_nlp.labels import LABELS

    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("Label", "Marks", "Example", "Theme"):
        table.add_column(heading, no_wrap=heading == "Label")
    for label in LABELS:
        table.add_row(label.name, label.definition, Text(label.example), label.theme or "")
    Console().print(table)


@click.command()
def schema() -> None:
    """Print the JSON Schema of an extraction."""
    from kpu_nlp.writing.json_lines import json_schema

    echo_json(json_schema().rstrip("\n"))
