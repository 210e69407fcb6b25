"""Keep torch out of a process that runs on the CPU."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType


class _Hidden(importlib.abc.MetaPathFinder):
    """Says of torch that it is not there."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname == "torch":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


@contextmanager
def without_torch() -> Iterator[None]:
    """Hide torch from imports inside the block, unless it is loaded already.

    thinc, which spaCy is built on, imports torch by itself where it finds it: two seconds and 200 MB that extraction
    on a CPU has no use for. Only a process that is wholly ours may do this: a command's, or a worker's of a bulk job.
    The library never does: a program that imports kpu_nlp may want torch.
    """
    if "torch" in sys.modules:
        yield
        return
    finder = _Hidden()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
