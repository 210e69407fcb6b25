"""How a comparison of two models is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kpu_nlp.training.compare import Comparison, Row
    from kpu_nlp.training.scores import Count
    from kpu_nlp.training.verdict import Verdict

SUMMARY_NAMES = {"entities": "all entities", "themes": "all themes", "themes_overlap": "themes, overlap"}
"""What the rows that sum up labels are called in tables."""


def print_comparison(comparison: Comparison) -> None:
    """Print a table for each set of articles: F1 of both models, the difference in points with its interval, and the spans."""
    from kpu_nlp.training.verdict import SET_NAMES, TEST

    click.echo(f"before: {comparison.before}, after: {comparison.after}; F1 over exact spans, difference in points")
    for part in comparison.sets:
        note = ", decides nothing" if part.name == TEST else ""
        click.echo(f"{SET_NAMES.get(part.name, part.name)} ({part.articles}{note})")
        click.echo(f"{'':16}{'before':>9}{'after':>9}{'difference':>12}{'95 % interval':>20}{'spans':>8}")
        for name, row in part.rows.items():
            if name == "entities":
                click.echo("-" * 74)
            figures = f"{_f1(row.before):>9}{_f1(row.after):>9}{_difference(row)}{_spans(row):8}"
            click.echo(f"{SUMMARY_NAMES.get(name, name):16}{figures}")


def print_verdict(verdict: Verdict) -> None:
    """Print the verdict and what it rests on."""
    click.echo(f"verdict: {verdict.word}")
    for reason in verdict.reasons:
        click.echo(f"  {reason}")


def _f1(count: Count | None) -> str:
    return "-" if count is None else f"{count.f1:.4f}"


def _difference(row: Row) -> str:
    low, high = row.interval
    return f"{100 * row.difference:+12.2f}{f'{100 * low:+.2f} to {100 * high:+.2f}':>20}"


def _spans(row: Row) -> int:
    count = row.after or row.before
    return count.gold if count else 0
