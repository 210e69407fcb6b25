"""Whether time grows with an article's length and no faster, and how memory does: ``python benchmarks/scaling.py``.

Each article, made of the corpus's paragraphs, is one ``kpu-nlp extract`` as a whole process. ``--words 1000000`` adds one of a
million words, which takes minutes.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
from measuring import COMMAND, JSON, MODEL, Ran, Row, interleaved, make_article, model_folder, run_process, show

SIZES = (100, 1000, 10_000, 100_000)


def make_rows(runs: dict[int, list[Ran]]) -> list[Row]:
    """Return the medians of each size; how much longer is told of what is left after the time of the shortest article."""
    rows: list[Row] = []
    start = min(statistics.median(run.seconds for run in found) for found in runs.values())
    before: tuple[int, float] | None = None
    for words, found in sorted(runs.items()):
        seconds = statistics.median(run.seconds for run in found)
        more = seconds - start
        rows.append(
            {
                "words": words,
                "seconds": seconds,
                "seconds without start": more,
                "words/s without start": round(words / more) if more else None,
                "times as many words": words / before[0] if before else None,
                "times as long without start": more / before[1] if before and before[1] else None,
                "peak MB": statistics.median(run.peak for run in found),
            }
        )
        before = words, more
    return rows


@click.command()
@click.option("--words", "more", multiple=True, type=click.IntRange(min=10), help="A size more; repeatable")
@click.option("--sizes", multiple=True, type=click.IntRange(min=10), default=SIZES, show_default=True, help="The sizes")
@click.option("--rounds", default=1, show_default=True, type=click.IntRange(min=1), help="How often each is run")
@MODEL
@JSON
def main(more: Sequence[int], sizes: Sequence[int], rounds: int, model: Path | None, json_file: Path | None) -> None:
    """Measure seconds and peak memory of one article by its number of words."""
    wanted = sorted({*sizes, *more})
    runs: dict[int, list[Ran]] = {words: [] for words in wanted}
    with tempfile.TemporaryDirectory() as folder:
        commands = {}
        for words in wanted:
            path = Path(folder, f"{words}.txt")
            path.write_text(make_article(words), encoding="utf-8")
            chosen = ["--model", str(model)] if model else []
            commands[words] = [*COMMAND, "extract", str(path), "--force", "--device", "cpu", *chosen]
        run_process(commands[wanted[0]])  # once, so that all files are in the system's cache
        for words in interleaved(wanted, rounds):
            runs[words].append(run_process(commands[words]))
    notes = [f"Medians; each was run {rounds} times. The time of the shortest article is taken for that of the start."]
    show("Scaling", make_rows(runs), model=model_folder(model), notes=notes, json_file=json_file)


if __name__ == "__main__":
    main()
