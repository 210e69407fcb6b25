"""What a job shows of its progress, on a terminal and elsewhere."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import pytest

from kpu_nlp.bulk import progress
from kpu_nlp.bulk.progress import show_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def soon(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_lines_come_every_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    counted = []
    with show_progress(stream, lambda: counted.append(1) or 500) as report:
        while not counted:
            pass
        for done in range(0, 500, 10):
            now[0] += 5
            report(done + 10, done + 10)
    assert stream.getvalue().splitlines()[:2] == [
        "60 of 500 articles, 2.0/s, 4 min left",
        "120 of 500 articles, 2.0/s, 3 min left",
    ]
    assert stream.getvalue().count("\n") == 8


def test_a_total_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    stream = io.StringIO()
    with show_progress(stream, None) as report:
        report(7, 7)
    assert stream.getvalue().startswith("7 articles, ")
    assert "left" not in stream.getvalue()


def test_a_count_that_fails_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    stream = io.StringIO()
    with show_progress(stream, lambda: 1 // 0) as report:
        report(7, 7)
    assert stream.getvalue().startswith("7 articles, ")


def test_a_bar_on_a_terminal() -> None:
    stream = Terminal()
    with show_progress(stream, lambda: 40) as report:
        report(20, 4)
        report(30, 14)
        soon(lambda: "30/40" in stream.getvalue())
    assert "30/40" in stream.getvalue()
    assert "/s" in stream.getvalue()
