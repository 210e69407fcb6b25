"""How fast a bulk job is, and whether its memory stays flat: ``python benchmarks/bulk.py --articles 2000``.

The articles are made of paragraphs of the corpus's training and dev articles, with a number in each title that no other has.
Memory is the resident set of the job's processes together, read from /proc (Linux).
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import click
from measuring import COMMAND, corpus_texts

from kpu_nlp.bulk.run import CPU_SHARD

_PAUSE = 0.25  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Measured:
    """What one job did; memory in MB."""

    engine: str
    workers: int
    articles_per_second: float
    pages_per_second: float
    seconds: float
    peak: float
    at_tenth: float
    at_end: float


def make_articles(count: int, *, paragraphs: int | None) -> Iterator[str]:
    """Give articles of which each takes its title and its first paragraph from one article, and the others from any.

    Args:
        count: how many.
        paragraphs: of each, the title included; by default as many as the first article has.
    """
    chance = random.Random(0)  # noqa: S311 - the same articles on every run
    texts = corpus_texts()
    bodies = [line for text in texts for line in text[2:]]
    for number in range(count):
        head = chance.choice(texts)
        size = paragraphs or len(head)
        body = chance.sample(bodies, max(0, size - 2))
        yield "\n".join([f"{head[0]} (Rilis {number})", *head[1:2], *body])


def resident(leader: int) -> int:
    """Return the bytes that a process and its descendants hold."""
    parents: dict[int, int] = {}
    sizes: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        parents[int(folder.name)], sizes[int(folder.name)] = int(fields[1]), int(fields[21]) * 4096
    total = 0
    for process, size in sizes.items():
        ancestor = process
        while ancestor not in (leader, 0, 1):
            ancestor = parents.get(ancestor, 0)
        total += size if ancestor == leader else 0
    return total


def measure(source: Path, output: Path, *, count: int, engine: str, workers: int) -> Measured:
    """Run one job and watch its memory, on Ray that of Ray's own processes included."""
    command = [*COMMAND, "bulk", str(source), "--output", str(output)]
    job = subprocess.Popen([*command, "--engine", engine, "--workers", str(workers), "--fresh"])  # noqa: S603
    looks: list[tuple[float, int]] = []
    while job.poll() is None:
        shards = sum(1 for _ in output.parent.glob(f"{output.stem}.parts/*.shard"))
        looks.append((shards * CPU_SHARD / count, resident(job.pid)))
        time.sleep(_PAUSE)
    if job.returncode:
        raise SystemExit(f"the job failed with exit code {job.returncode}")
    manifest = json.loads(output.with_name(f"{output.stem}.manifest.json").read_text(encoding="utf-8"))
    return Measured(
        engine,
        workers,
        manifest["articles_per_second"],
        manifest["pages_per_second"],
        manifest["seconds"],
        max(size for _, size in looks) / 1e6,
        _around(looks, 0.1),
        _around(looks, 0.99),
    )


def _around(looks: list[tuple[float, int]], share: float) -> float:
    """Return the median of what was held while about a share of the articles was done, in MB."""
    near = [size for done, size in looks if abs(done - share) <= max(0.01, share / 10)]
    return statistics.median(near or [size for _, size in looks]) / 1e6


@click.command()
@click.option("--articles", "count", default=2000, show_default=True, help="How many articles to make")
@click.option("--paragraphs", type=int, help="Of each article; by default as many as in the corpus")
@click.option("--workers", multiple=True, type=int, default=(1, 2), show_default=True, help="One job for each")
@click.option(
    "--engine",
    "engines",
    multiple=True,
    type=click.Choice(["local", "ray"]),
    default=("local",),
    show_default=True,
    help="One job for each, with each number of workers",
)
def main(count: int, paragraphs: int | None, workers: tuple[int, ...], engines: tuple[str, ...]) -> None:
    """Measure bulk jobs with different engines and numbers of workers on the same articles."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "articles.jsonl")
        with source.open("w", encoding="utf-8") as file:
            for number, text in enumerate(make_articles(count, paragraphs=paragraphs)):
                file.write(json.dumps({"id": f"r{number}", "text": text}, ensure_ascii=False) + "\n")
        click.echo("engine  workers  articles/s  pages/s  seconds  peak MB  MB at 10 %  MB at 100 %")
        outputs = []
        for engine, many in product(engines, workers):
            output = Path(folder, f"{engine}-{many}.jsonl")
            done = measure(source, output, count=count, engine=engine, workers=many)
            click.echo(
                f"{done.engine:6}  {done.workers:7}  {done.articles_per_second:10.2f}  {done.pages_per_second:7.2f}  "
                f"{done.seconds:7.1f}  {done.peak:7.0f}  {done.at_tenth:10.0f}  {done.at_end:11.0f}"
            )
            outputs.append(output.read_bytes())
        records = {tuple(sorted(output.splitlines())) for output in outputs}
        click.echo(f"The outputs are the same set of records: {'yes' if len(records) == 1 else 'NO'}")
        click.echo(f"The outputs are the same bytes: {'yes' if len(set(outputs)) == 1 else 'NO'}")


if __name__ == "__main__":
    main()
