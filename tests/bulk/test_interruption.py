"""Ctrl-C ends a job, wherever it comes, and how often."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from extractors import quick

from kpu_nlp.bulk.chunks import Chunk, Finished
from kpu_nlp.bulk.run import Options, run_bulk
from kpu_nlp.cli.interruption import Interrupted, interruptible

ROOT = Path(__file__).parents[2]

SLOW_TO_END = """
import time
from kpu_nlp.cli.interruption import interruptible
with interruptible("Kata terakhir."):
    try:
        print("kerja", flush=True)
        time.sleep(100)
    finally:
        print("beres-beres", flush=True)
        time.sleep(100)
"""


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Put back what handles signals: after an interruption it is kept."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Finalized:
    """Something that is collected just when Ctrl-C comes."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.kill(os.getpid(), self.number)


@pytest.mark.usefixtures("shipped_model")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_a_finalizer_ends_the_job_after_the_shard(tmp_path: Path, archive, here, number: int) -> None:
    def engine(chunks: Iterable[Chunk]) -> Iterator[Finished]:
        for finished in here(quick)(chunks):
            if finished.number == 1:
                Finalized(number)  # collected at once
            yield finished

    source = archive(*[f"Kata {number}." for number in range(10)])
    options = Options(shard=2)
    with pytest.raises(Interrupted) as told, interruptible("") as check:
        run_bulk([source], tmp_path / "hasil.jsonl", options=options, extract=quick, engine=engine, check=check)
    assert told.value.signal == number
    assert len(list(tmp_path.glob("hasil.parts/*.shard"))) == 2
    result = run_bulk([source], tmp_path / "hasil.jsonl", options=options, extract=quick, engine=here(quick))
    assert result.books is not None
    assert result.books.lines()[0] == "10 read = 6 written + 4 skipped + 0 failed"


@pytest.mark.parametrize("raised", [None, RuntimeError("dari pustaka lain"), KeyboardInterrupt()])
def test_whatever_becomes_of_the_exception_the_block_is_interrupted(raised: BaseException | None) -> None:
    def work() -> None:
        with interruptible(""):
            try:
                signal.raise_signal(signal.SIGINT)
            except Interrupted:
                if raised is not None:
                    raise raised from None

    with pytest.raises(Interrupted):
        work()


def test_a_signal_that_comes_twice_at_the_same_time_is_one() -> None:
    ended = []

    def work() -> None:
        with interruptible(""):
            try:
                signal.raise_signal(signal.SIGINT)
            finally:
                signal.raise_signal(signal.SIGINT)
                ended.append("beres")

    with pytest.raises(Interrupted):
        work()
    assert ended == ["beres"]


def test_without_a_signal_errors_pass() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ValueError, match="biasa"), interruptible(""):
        raise ValueError("biasa")
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_signal_ends_the_process_at_once() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SLOW_TO_END]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as job:
        assert job.stdout is not None
        try:
            assert job.stdout.readline() == b"kerja\n"
            job.send_signal(signal.SIGINT)
            assert job.stdout.readline() == b"beres-beres\n"
            time.sleep(0.7)
            job.send_signal(signal.SIGINT)
            _, told = job.communicate(timeout=30)
        finally:
            job.kill()
    assert (job.returncode, told) == (130, b"Kata terakhir.\n")
