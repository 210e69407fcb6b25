"""How far a training is: a bar with the loss on a terminal, a line every half minute elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kpu_nlp.messages import minutes

INTERVAL = 30.0  # seconds between two lines


class TrainingProgress(Protocol):
    """What a run tells while it goes on."""

    def expected(self, seconds: float, *, steps: int, per_step: float) -> None:
        """Tell how long the run will take.

        Args:
            seconds: all of it, scoring and export included.
            steps: the steps that are left.
            per_step: seconds of one of them, as measured.
        """

    def step(self, done: int, total: int, loss: float | None) -> None:
        """Tell that a step was made; the loss is the mean of the last few, None before it is known."""

    def scored(self, scores: Mapping[str, float]) -> None:
        """Tell the scores on dev, F1 by name."""


@contextmanager
def show_training(stream: TextIO) -> Iterator[TrainingProgress]:
    """Give what shows the progress of a training on a stream."""
    if not stream.isatty():
        yield _Lines(stream)
        return
    columns = (
        TextColumn("steps"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[loss]}"),
        TextColumn("{task.fields[score]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=stream), speed_estimate_period=300, transient=True) as bar:
        yield _Bar(bar)


def _expectation(seconds: float, steps: int, per_step: float) -> str:
    return f"about {minutes(seconds)}: {steps} steps of {per_step:.2g} s, then export, scores and comparison"


def _scores(scores: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {score:.4f}" for name, score in scores.items())


class _Bar:
    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("steps", total=None, loss="", score="")
        self._started = False

    def expected(self, seconds: float, *, steps: int, per_step: float) -> None:
        self._bar.console.print(_expectation(seconds, steps, per_step), highlight=False)

    def step(self, done: int, total: int, loss: float | None) -> None:
        if not self._started:
            self._bar.reset(self._task, completed=done)  # what an earlier run did says nothing of the speed
            self._started = True
        self._bar.update(self._task, completed=done, total=total)
        if loss is not None:
            self._bar.update(self._task, loss=f"loss {loss:.3f}")

    def scored(self, scores: Mapping[str, float]) -> None:
        self._bar.console.print(f"dev F1: {_scores(scores)}", highlight=False)
        self._bar.update(self._task, score=f"F1 {scores['f1']:.3f}")


class _Lines:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._start = self._last = time.monotonic()
        self._first: int | None = None

    def expected(self, seconds: float, *, steps: int, per_step: float) -> None:
        self._tell(_expectation(seconds, steps, per_step))

    def step(self, done: int, total: int, loss: float | None) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first, self._start = done, now
        if now - self._last < INTERVAL:
            return
        self._last = now
        made = done - self._first
        left = f", {minutes((now - self._start) / made * (total - done))} left" if made else ""
        self._tell(f"step {done} of {total}" + ("" if loss is None else f", loss {loss:.4f}") + left)

    def scored(self, scores: Mapping[str, float]) -> None:
        self._tell(f"dev F1: {_scores(scores)}")

    def _tell(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()
