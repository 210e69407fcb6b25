"""Ctrl-C and SIGTERM in a job that goes on when it is started again."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

# Seconds in which a second signal is the same Ctrl-C: a wrapper passes on what the terminal has sent to the whole group.
_SAME = 0.5

_SHOW_CURSOR = b"\x1b[?25h"  # a progress bar hides it


class Interrupted(KeyboardInterrupt):
    """The user or the system wants the job to end; whatever is under way may be left as it is.

    A KeyboardInterrupt, because libraries in C look for just that when a signal comes while they wait: Ray makes a SystemError
    of any other exception, or drops it.
    """

    def __init__(self, number: int) -> None:
        self.signal = number


@contextmanager
def interruptible(last_words: str) -> Iterator[Callable[[], None]]:
    """Turn SIGINT (Ctrl-C) and SIGTERM into `Interrupted` inside the block; a second one ends the process at once.

    The exception can get lost where the signal happens to come (Python drops those of finalizers), or come out as another. So
    the block always ends with `Interrupted` once there was a signal, and is given a function that raises it again, to be called
    between two steps of the work. After a signal the handlers stay.

    Args:
        last_words: what a second signal puts on standard error before the process ends, with exit code 128 + signal.

    Raises:
        Interrupted: at the end of the block; after it, `end_process` is what is left to do.
    """
    process = os.getpid()
    first: list[tuple[int, float]] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        if os.getpid() != process:  # forked just now, and about to become another program
            return
        now = time.monotonic()
        if not first:
            first.append((number, now))
            raise Interrupted(number)
        if now - first[0][1] > _SAME:
            end_process(last_words, first[0][0])

    def check() -> None:
        if first:
            raise Interrupted(first[0][0])

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield check
    except BaseException:
        check()
        raise
    finally:
        if not first:
            for number, handler in before.items():
                signal.signal(number, handler)
    check()


def end_process(last_words: str, number: int) -> NoReturn:
    """End the process as interrupted, with exit code 128 + signal.

    At once, without Python's own end: there Ray's threads can crash, and a further signal would become the exit code.
    """
    # Not by way of sys.stderr: the signal may have come in the middle of a line there.
    in_between = b"\n" + _SHOW_CURSOR if sys.stderr is not None and sys.stderr.isatty() else b""
    with suppress(OSError):  # nobody reads any more
        os.write(2, in_between + f"{last_words}\n".encode())
    os._exit(128 + number)
