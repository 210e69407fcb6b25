"""How far a job is: a bar on a terminal, a line every half minute elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from kpu_nlp.messages import minutes

INTERVAL = 30.0  # seconds between two lines

# Called with the records that are done, and how many of these this run has done itself.
Report = Callable[[int, int], None]


@contextmanager
def show_progress(stream: TextIO, count: Callable[[], int] | None) -> Iterator[Report]:
    """Give a function that shows how far the job is.

    Args:
        stream: where to show it.
        count: counts the records of the archive, which may take long and runs beside the job; None where it cannot be known.
    """
    total = _Total(count)
    if stream.isatty():
        with _bar(stream, total) as report:
            yield report
    else:
        yield _Lines(stream, total)


class _Total:
    """The number of records, once it is known."""

    def __init__(self, count: Callable[[], int] | None) -> None:
        self.value: int | None = None
        if count is not None:
            threading.Thread(target=self._find, args=(count,), daemon=True).start()

    def _find(self, count: Callable[[], int]) -> None:
        try:
            self.value = count()
        except Exception:  # the job itself meets the same and tells it
            self.value = None


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.fields['rate']:.1f}/s")


@contextmanager
def _bar(stream: TextIO, total: _Total) -> Iterator[Report]:
    columns = (TextColumn("articles"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    start = time.monotonic()
    # Remaining time is told from the rate of the last minutes.
    with Progress(*columns, console=Console(file=stream), speed_estimate_period=300, transient=True) as bar:
        task = bar.add_task("articles", total=None, rate=0.0)
        known = 0

        def report(done: int, by_this_run: int) -> None:
            nonlocal known
            if known == 0 and done > by_this_run:
                bar.reset(task, completed=done)  # what an earlier run did says nothing of the speed
            known = done
            bar.update(task, completed=done, total=total.value, rate=by_this_run / (time.monotonic() - start))

        yield report


class _Lines:
    def __init__(self, stream: TextIO, total: _Total) -> None:
        self._stream, self._total = stream, total
        self._start = self._last = time.monotonic()

    def __call__(self, done: int, by_this_run: int) -> None:
        now = time.monotonic()
        total = self._total.value
        if now - self._last < INTERVAL or done == total:  # at the end the books tell more
            return
        self._last = now
        rate = by_this_run / (now - self._start)
        of = f" of {total}" if total else ""
        left = f", {minutes((total - done) / rate)} left" if total and rate else ""
        self._stream.write(f"{done}{of} articles, {rate:.1f}/s{left}\n")
        self._stream.flush()
