"""A training on several GPUs, or in several processes: which of them this is, and how they wait for one another.

``torchrun`` and ``accelerate launch`` start the same command several times and tell each process its rank. Rank 0 does what
must be done once (checkpoints, scores, the model folder, all that is printed); the others only compute gradients.
"""

from __future__ import annotations

import logging
import os
from typing import Any

logger = logging.getLogger(__name__)


def world_size() -> int:
    """Return how many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_main() -> bool:
    """Tell whether this is the process that writes and prints."""
    return int(os.environ.get("RANK", "0")) == 0


def join(device: str) -> None:
    """Join the other processes, where there are any.

    Args:
        device: ``cpu`` (they talk by gloo) or ``cuda`` (by NCCL).
    """
    if world_size() > 1:
        from accelerate import PartialState

        PartialState(cpu=device == "cpu")


def leave() -> None:
    """Part from the other processes: what follows, rank 0 does alone."""
    if world_size() > 1:
        from accelerate import PartialState

        PartialState().destroy_process_group()


def wait() -> None:
    """Wait until every process is here."""
    if world_size() > 1:
        from accelerate import PartialState

        PartialState().wait_for_everyone()


def from_main(value: Any) -> Any:
    """Return the value that rank 0 passes; what the others pass is not looked at."""
    if world_size() == 1:
        return value
    from accelerate.utils import broadcast_object_list

    return broadcast_object_list([value])[0]


def use_one_gpu(arguments: Any) -> None:
    """Let this process train on one GPU, where transformers' trainer would divide each batch among all that it sees.

    Its DataParallel makes the batches as many times larger, so that the recipe's steps and rates would mean something else, and
    is slower than a process for each GPU.

    Args:
        arguments: ``TrainingArguments``; changed.
    """
    gpus = arguments.n_gpu
    if gpus > 1:
        arguments._n_gpu = 1  # noqa: SLF001 - as the trainer does where a model is divided already
        logger.info(
            "one of %d GPUs is used; for all of them: torchrun --standalone --nproc-per-node %d --no-python kpu-nlp train ...",
            gpus,
            gpus,
        )
