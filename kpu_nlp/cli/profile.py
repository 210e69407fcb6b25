"""The option ``--profile``: where the time of a command went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kpu_nlp.stages import Profile

PROFILE = click.option("--profile", "with_profile", is_flag=True, help="Tell on standard error where the time went")

_OTHER = "everything else"


def echo_profile(profile: Profile, *, articles: int | None = None) -> None:
    """Print a profile as a small table on standard error.

    Args:
        profile: what was measured.
        articles: how many were extracted from by how many processes together; None for one, by this process alone, where what
            is in no stage is told too.
    """
    seconds = dict(profile.seconds)
    if articles is None:
        seconds[_OTHER] = max(0.0, profile.elapsed() - sum(seconds.values()))
    total = sum(seconds.values()) or 1.0
    width = max(map(len, seconds), default=0)
    per_article = "" if articles is None else "  ms/article"
    click.echo(f"{'stage':<{width}}  seconds  share{per_article}", err=True)
    for name, took in seconds.items():
        each = "" if articles is None else f"  {1000 * took / max(1, articles):10.2f}"
        click.echo(f"{name:<{width}}  {took:7.3f}  {took / total:5.1%}{each}", err=True)
