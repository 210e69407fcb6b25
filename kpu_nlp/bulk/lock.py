"""One job at a time on one output: a lock of the operating system's, which ends with the process, however that ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kpu_nlp.errors import JobError
from kpu_nlp.messages import shown

LOCK_FILE = "lock"


@contextmanager
def job_lock(parts: Path) -> Iterator[None]:
    """Hold the folder of a job for this process; the folder is made where it is missing.

    Raises:
        JobError: another process holds it.
    """
    descriptor = _locked(parts)
    try:
        yield
    finally:
        os.close(descriptor)


def _locked(parts: Path) -> int:
    while True:
        parts.mkdir(exist_ok=True)
        path = parts / LOCK_FILE
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:  # a job that ended just now took its folder away
            continue
        if not try_lock(descriptor):
            os.close(descriptor)
            raise JobError(f"{shown(str(parts))}: another job is at work on this output; wait for it, or name another output")
        if path.exists() and os.path.samestat(path.stat(), os.fstat(descriptor)):
            return descriptor
        os.close(descriptor)  # likewise: the lock of a file that is gone keeps nobody out


if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Lock an open file for this process, unless another process has; tell whether it is locked."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Lock an open file for this process, unless another process has; tell whether it is locked."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
