"""What the benchmarks share: articles, interleaved runs, processes with their peak memory, and how results are shown.

Only the standard library, click and light modules of ours are imported at the top: on Linux a process inherits the peak memory
of the one that starts it, so that a script which measures processes must stay small itself.
"""

from __future__ import annotations

import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from itertools import cycle
from pathlib import Path
from typing import TypeVar

import click

from kpu_nlp.annotation.inline import parse_inline
from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.annotation.splits import split_of
from kpu_nlp.version import VERSION

SAMPLE = Path(__file__).resolve().parents[1] / "corpus" / "samples" / "konsolidasi-kaltim.txt"
COMMAND = (sys.executable, "-c", "from kpu_nlp.cli import main; main(prog_name='kpu-nlp')")
SMALL_NUMBERS = ("avx_vnni", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
LIBRARIES = ("numpy", "onnxruntime", "spacy", "tokenizers", "torch", "transformers")

MODEL = click.option(
    "--model",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="A model folder instead of KPU_NLP_MODEL or the shipped model",
)
JSON = click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the figures there too"
)
ARTICLES = click.option(
    "--articles", "count", default=16, show_default=True, type=click.IntRange(min=0), help="How many articles; 0 for all"
)
ROUNDS = click.option(
    "--rounds", default=3, show_default=True, type=click.IntRange(min=1), help="How often each is run, one after the other"
)
THREADS = click.option(
    "--threads",
    multiple=True,
    type=click.IntRange(min=1),
    default=(1, 2),
    show_default=True,
    help="Run with so many; repeatable",
)

Row = Mapping[str, str | float | int | None]
Way = TypeVar("Way")


def corpus_texts() -> list[list[str]]:
    """Return the paragraphs of each training and dev article; the test articles are left alone."""
    paths = sorted((packaged_corpus() / "articles").glob("*.txt"))
    texts = [parse_inline(path.read_text(encoding="utf-8")).text for path in paths if split_of(path.stem) != "test"]
    return [[line for line in text.split("\n") if line.strip()] for text in texts]


def sample_articles(count: int) -> list[str]:
    """Return so many articles of `corpus_texts`, of every length alike, shuffled the same way each time; 0 for all."""
    texts = sorted(("\n".join(lines) for lines in corpus_texts()), key=len)
    count = min(count or len(texts), len(texts))
    chosen = [texts[(2 * place + 1) * len(texts) // (2 * count)] for place in range(count)]
    random.Random(0).shuffle(chosen)  # noqa: S311 - the same order on every run
    return chosen


def make_article(words: int) -> str:
    """Return an article of about so many words (runs between spaces), made of the corpus's paragraphs."""
    articles = corpus_texts()
    title = articles[0][0]
    body = [line for lines in articles for line in lines[1:]]
    random.Random(0).shuffle(body)  # noqa: S311 - the same article on every run
    lines, found = [title], len(title.split())
    for line in cycle(body):
        if found >= words:
            return "\n".join(lines)
        lines.append(" ".join(line.split()[: words - found]))
        found += len(lines[-1].split())
    raise AssertionError("cycle has no end")


def model_folder(model: Path | None) -> Path:
    """Return the folder of the model to measure: the named one, else that of KPU_NLP_MODEL, else the shipped one."""
    from kpu_nlp.tagging.models import find_model

    return find_model(model)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a process took.

    Attributes:
        seconds: of wall time, the start of the interpreter included.
        peak: the most memory that it held, in MB.
    """

    seconds: float
    peak: float


def run_process(command: Sequence[str]) -> Ran:
    """Run a command; what it prints is thrown away.

    Raises:
        ClickException: it failed.
    """
    with tempfile.TemporaryFile() as talk:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=talk)  # noqa: S603
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            talk.seek(0)
            last = talk.read().decode(errors="replace").strip().rpartition("\n")[2]
            raise click.ClickException(f"{' '.join(command[-2:])}: exit code {process.returncode}: {last}")
    return Ran(seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6)


def interleaved(ways: Sequence[Way], rounds: int) -> Iterator[Way]:
    """Give each way once a round, every round beginning with another, so that what else the machine does meets all alike."""
    for number in range(rounds):
        first = number % len(ways)
        yield from (*ways[first:], *ways[:first])


def timed(ways: Mapping[Way, Callable[[], object]], rounds: int) -> dict[Way, list[float]]:
    """Return the seconds of each way in each round; see `interleaved`."""
    seconds: dict[Way, list[float]] = {name: [] for name in ways}
    for name in interleaved(tuple(ways), rounds):
        begin = time.perf_counter()
        ways[name]()
        seconds[name].append(time.perf_counter() - begin)
    return seconds


def ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """Return the median over the rounds of what the one took, divided by what the other took in the same round."""
    return statistics.median(one / other for one, other in zip(these, those, strict=True))


def environment(model: Path | None = None) -> dict[str, str]:
    """Return what figures depend on: processor, cores, versions, the model, the date."""
    found = {"processor": _processor(), "cores": str(_cores()), "system": platform.platform(terse=True)}
    found |= {"python": platform.python_version(), "kpu-nlp": VERSION}
    if model is not None:
        manifest = json.loads((model / "manifest.json").read_text(encoding="utf-8"))
        size = sum(path.stat().st_size for path in model.rglob("*") if path.is_file())
        found["model"] = f"{manifest['name']} {manifest['version']} ({size / 1e6:.0f} MB)"
    for library in LIBRARIES:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            found[library] = "not installed"
    return found | {"date": datetime.now(UTC).strftime("%Y-%m-%d")}


def _processor() -> str:
    """Return the processor's name and which of the instructions for small numbers it has."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return platform.processor() or platform.machine()
    lines = path.read_text(encoding="utf-8").splitlines()
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in reversed(lines))}
    has = set(facts.get("flags", "").split())
    known = [name for name in SMALL_NUMBERS if name in has]
    return (facts.get("model name") or platform.machine()) + (f" ({' '.join(known)})" if known else "")


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def show(
    title: str, rows: Sequence[Row], *, model: Path | None = None, notes: Sequence[str] = (), json_file: Path | None = None
) -> None:
    """Print the environment and a Markdown table of the rows, and write them as JSON where a file is named.

    Args:
        title: what was measured.
        rows: all with the same columns.
        model: its folder, if one was measured.
        notes: sentences below the table.
        json_file: where to write them too.
    """
    facts = environment(model)
    click.echo(f"{title}\n\n" + ", ".join(f"{name} {value}" for name, value in facts.items()) + "\n")
    click.echo(markdown(rows))
    for note in notes:
        click.echo(f"\n{note}")
    if json_file is not None:
        from kpu_nlp.writing.atomic import atomic_write

        with atomic_write(json_file) as file:
            content = {"title": title, "environment": facts, "rows": [dict(row) for row in rows], "notes": list(notes)}
            file.write(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def markdown(rows: Sequence[Row]) -> str:
    """Return rows as a Markdown table; numbers with three digits, a dash for None."""
    columns = list(rows[0])
    lines = [columns, ["---"] + ["---:" if _is_number(rows, name) else "---" for name in columns[1:]]]
    lines += [[_cell(row[name]) for name in columns] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _is_number(rows: Sequence[Row], name: str) -> bool:
    return all(row[name] is None or isinstance(row[name], int | float) for row in rows)


def _cell(value: str | float | int | None) -> str:
    if value is None:
        return "-"
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else value
    for limit, digits in ((100, 0), (10, 1), (1, 2)):
        if abs(value) >= limit:
            return f"{value:,.{digits}f}"
    return f"{value:.3f}"
