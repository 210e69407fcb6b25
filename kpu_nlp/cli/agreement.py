"""``kpu-nlp corpus agreement``: how far two annotators agree, and where they do not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kpu_nlp.cli.output import echo_json

if TYPE_CHECKING:
    from kpu_nlp.annotation.agreement import Agreement, SpanAgreement

_PATH = click.Path(exists=True, path_type=Path)


@click.command("agreement")
@click.argument("first", type=_PATH, metavar="A")
@click.argument("second", type=_PATH, metavar="B")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table")
def annotator_agreement(first: Path, second: Path, as_json: bool) -> None:
    """Compare two annotations of the same articles.

    A and B are files, folders of *.txt files, or corpora; articles go together by id, and A is the reference. Prints
    precision, recall and F1 of exact spans per label, Cohen's kappa of the words, and every difference by article and line of
    A.

    \b
      kpu-nlp corpus agreement annotator-1/ annotator-2/
    """  # noqa: D301 - click reads the backspace
    import json

    from kpu_nlp.annotation.agreement import agreement
    from kpu_nlp.messages import shown

    found = agreement(first, second)
    if as_json:
        echo_json(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
        return
    for name, missing in ((second, found.only_first), (first, found.only_second)):
        if missing:
            click.echo(f"{shown(str(name))}: lacks {', '.join(missing[:3])}{' ...' if len(missing) > 3 else ''}", err=True)
    click.echo(_table(found))
    for place in found.disagreements:
        click.echo(f"{place.id}:{place.line}: {place.kind}: {place.first or '-'} / {place.second or '-'}")


def _as_json(found: Agreement) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "articles": found.articles,
        "kappa": _rounded(found.kappa),
        "spans": _scores(found.spans),
        "labels": {label: _scores(counts) for label, counts in found.labels.items()},
        "disagreements": [asdict(place) for place in found.disagreements],
        "only_first": found.only_first,
        "only_second": found.only_second,
    }


def _scores(counts: SpanAgreement) -> dict[str, float | int | None]:
    return {
        "first": counts.first,
        "second": counts.second,
        "both": counts.both,
        "precision": _rounded(counts.precision),
        "recall": _rounded(counts.recall),
        "f1": _rounded(counts.f1),
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _table(found: Agreement) -> str:
    rows = [["", "A", "B", "both", "precision", "recall", "F1"]]
    for label, counts in [*found.labels.items(), ("spans", found.spans)]:
        shares = (counts.precision, counts.recall, counts.f1)
        cells = ["-" if share is None else f"{share:.3f}" for share in shares]
        rows.append([label, str(counts.first), str(counts.second), str(counts.both), *cells])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    kappa = "-" if found.kappa is None else f"{found.kappa:.3f}"
    differences = len(found.disagreements)
    lines.append(
        f"{found.articles} article{'' if found.articles == 1 else 's'}, kappa of the words {kappa}, "
        f"{differences} difference{'' if differences == 1 else 's'}"
    )
    return "\n".join(line.rstrip() for line in lines)
