"""How long a training will take and how much disk it needs, told before it begins."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpu_nlp.errors import InputError
from kpu_nlp.training.windows import Collator, Row
from kpu_nlp.writing.atomic import folder_above

PROBES = 3  # steps that are measured, after one that warms up
FORWARD_SHARE = 0.3  # of a step's time, where nothing is learnt
EXPORT_SECONDS = 30.0

# Bytes a parameter: a checkpoint holds weights, two moments and the average in full precision. Three of them at most (the
# best, the last, and the one being written), then the fitted weights, and the folder in halves beside its ONNX file.
BYTES_PER_PARAMETER = 3 * 16 + 4 + 2 + 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will take: seconds a step, and seconds for all."""

    per_step: float
    total: float


def measure_step(model: Any, rows: Sequence[Row], collator: Collator, *, batch_size: int, device: str, bf16: bool) -> float:
    """Return the seconds that a step takes, measured on a few batches of different length; the model is not changed."""
    import torch

    starts = [max(0, int((len(rows) - batch_size) * place / PROBES)) for place in range(1, PROBES + 1)]
    model.to(device).train()
    seconds = 0.0
    with torch.random.fork_rng():  # dropout must not move the run's own random numbers
        for index, start in enumerate([starts[0], *starts]):
            batch = {name: value.to(device) for name, value in collator(rows[start : start + batch_size]).items()}
            begin = time.perf_counter()
            with torch.autocast(device, dtype=torch.bfloat16, enabled=bf16):
                loss = model(**batch).loss
            loss.backward()
            if device == "cuda":
                torch.cuda.synchronize()
            if index:
                seconds += time.perf_counter() - begin
    model.zero_grad(set_to_none=True)
    return seconds / PROBES


def estimate(per_step: float, *, steps: int, rows_scored: float, rows_compared: float, batch_size: int) -> Estimate:
    """Return what a run will take.

    Args:
        per_step: what `measure_step` gave.
        steps: the steps that are left.
        rows_scored: windows that are scored between epochs, over the whole run.
        rows_compared: windows that are tagged after the last step.
        batch_size: windows in a step.
    """
    forward = per_step * FORWARD_SHARE / batch_size
    return Estimate(per_step, steps * per_step + forward * (rows_scored + rows_compared) + EXPORT_SECONDS)


def check_room(model: Any, work: Path) -> None:
    """Refuse to begin where the disk has no room for the checkpoints and the model.

    Args:
        model: the loaded model.
        work: the work folder; it need not exist yet.

    Raises:
        InputError: there is less room than the run needs, or the folder cannot be made.
    """
    folder = folder_above(work)
    needed = BYTES_PER_PARAMETER * sum(parameter.numel() for parameter in model.parameters())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise InputError(
            f"{folder}: {_gigabytes(free)} free, and training needs {_gigabytes(needed)} for checkpoints and the model; "
            "free some, or name a --work on another disk"
        )


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
