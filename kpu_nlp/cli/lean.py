"""Keep torch out of a command that runs on the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from kpu_nlp.lean import without_torch

__all__ = ["import_pipeline", "torch_only_for", "without_torch"]


@contextmanager
def torch_only_for(device: str) -> Iterator[None]:
    """Hide torch inside the block where the device, as the option ``--device`` names it, has no use for it."""
    from kpu_nlp.hardware import may_have_gpu

    if device == "cuda" or (device == "auto" and may_have_gpu()):
        yield
        return
    with without_torch():
        yield


def import_pipeline(device: str) -> ModuleType:
    """Import `kpu_nlp.pipeline`, without torch where the device needs none."""
    import importlib

    with torch_only_for(device):
        return importlib.import_module("kpu_nlp.pipeline")
