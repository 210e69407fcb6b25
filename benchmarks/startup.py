"""How long the first answer takes: ``python benchmarks/startup.py``.

Whole processes, from the start of the interpreter to its end, one after the other in turn. What kpu-nlp does is set beside what
any program has to wait for that is built on spaCy, or on torch and transformers.
"""

from __future__ import annotations

import statistics
import sys
from importlib.util import find_spec
from pathlib import Path

import click
from measuring import COMMAND, JSON, MODEL, SAMPLE, Ran, Row, interleaved, model_folder, ratio, run_process, show

PASS, SPACY, TORCH = "python -c pass", 'python -c "import spacy"', 'python -c "import torch, transformers"'
HELP, VERSION, EXTRACT = "kpu-nlp --help", "kpu-nlp --version", f"kpu-nlp extract {SAMPLE.name}"


def commands(model: Path | None) -> dict[str, list[str]]:
    """Return the processes to measure; torch and transformers only where they are installed."""
    found = {
        PASS: [sys.executable, "-c", "pass"],
        HELP: [*COMMAND, "--help"],
        VERSION: [*COMMAND, "--version"],
        EXTRACT: [*COMMAND, "extract", str(SAMPLE), "--device", "cpu", *(["--model", str(model)] if model else [])],
        SPACY: [sys.executable, "-c", "import spacy"],
    }
    if has_torch():
        found[TORCH] = [sys.executable, "-c", "import torch, transformers"]
    return found


def has_torch() -> bool:
    """Tell whether torch and transformers are installed."""
    return find_spec("torch") is not None and find_spec("transformers") is not None


def make_rows(runs: dict[str, list[Ran]]) -> list[Row]:
    """Return the medians of each process, and its time as a multiple of the others' in the same rounds."""
    seconds = {name: [run.seconds for run in found] for name, found in runs.items()}
    return [
        {
            "process": name,
            "seconds": statistics.median(seconds[name]),
            "fastest": min(seconds[name]),
            "times pass": ratio(seconds[name], seconds[PASS]),
            "times spacy": ratio(seconds[name], seconds[SPACY]),
            "times torch": ratio(seconds[name], seconds[TORCH]) if TORCH in seconds else None,
            "peak MB": statistics.median(run.peak for run in found),
        }
        for name, found in runs.items()
    ]


@click.command()
@click.option("--rounds", default=7, show_default=True, type=click.IntRange(min=1), help="How often each process is run")
@MODEL
@JSON
def main(rounds: int, model: Path | None, json_file: Path | None) -> None:
    """Measure wall time and peak memory of whole processes."""
    processes = commands(model)
    for command in processes.values():  # once, so that all files are in the system's cache and all bytecode is written
        run_process(command)
    runs: dict[str, list[Ran]] = {name: [] for name in processes}
    for name in interleaved(tuple(processes), rounds):
        runs[name].append(run_process(processes[name]))
    notes = [
        f"Medians of {rounds} rounds; ratios are medians of those within a round. No peak below this script's own is told."
    ]
    if not has_torch():
        notes.append("torch and transformers are not installed here, and left out.")
    show("Startup", make_rows(runs), model=model_folder(model), notes=notes, json_file=json_file)


if __name__ == "__main__":
    main()
