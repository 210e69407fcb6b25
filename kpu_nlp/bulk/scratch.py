"""The folder of a Ray that is started for one job. It ends with the job, or, where that was killed, when the next one starts.

Ray would keep its logs and sockets in ``/tmp/ray`` for good. A job that is killed cannot remove its folder; whoever comes next
knows by the lock in it, which the operating system takes away with the process, that nobody is there any more.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kpu_nlp.bulk.lock import LOCK_FILE, try_lock

_PREFIX = "kpu-"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a new folder below the system's folder for temporary files; those of jobs that were killed are removed.

    Raises:
        OSError: it cannot be made.
    """
    _remove_abandoned(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    descriptor = _locked(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _locked(folder: Path) -> int:
    """Return the descriptor of the lock, which gets its name once it is held: a folder without it is not removed."""
    new = folder / f"{LOCK_FILE}.new"
    descriptor = os.open(new, os.O_RDWR | os.O_CREAT, 0o600)
    try_lock(descriptor)
    new.rename(folder / LOCK_FILE)
    return descriptor


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # in use, gone just now, or another user's
            if not folder.is_symlink() and folder.stat().st_uid == os.getuid():
                _remove_if_abandoned(folder)


def _remove_if_abandoned(folder: Path) -> None:
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_NOFOLLOW)
    try:
        if try_lock(descriptor):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)
