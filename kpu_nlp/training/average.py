"""The moving average of a run's weights, which is what is scored and kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class WeightAverage:
    """The exponential moving average of a model's weights over the steps of a run, kept beside the checkpoints.

    The average is less bound to the last batches than any single step (Polyak and Juditsky 1992); its decay is corrected for
    the first steps as in Adam, so that the start weighs nothing.
    """

    def __init__(self, model: Any, decay: float) -> None:
        """Average the floating-point parameters of ``model``; with decay 0 the average is the model itself."""
        import torch

        self._model = model
        self._decay = decay
        self._steps = 0
        self._sums = {name: torch.zeros_like(value) for name, value in model.named_parameters()} if decay else {}

    def update(self) -> None:
        """Take the weights after one step into the average."""
        import torch

        self._steps += 1
        with torch.no_grad():
            for name, value in self._model.named_parameters():
                if name in self._sums:
                    # The trainer may have moved the model to a GPU since.
                    self._sums[name] = self._sums[name].to(value.device).lerp_(value, 1 - self._decay)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Give the model its averaged weights for the length of the block."""
        import torch

        if not self._steps or not self._sums:
            yield
            return
        current = {name: value.detach().clone() for name, value in self._model.named_parameters()}
        correction = 1 - self._decay**self._steps
        with torch.no_grad():
            for name, value in self._model.named_parameters():
                value.copy_(self._sums[name].to(value.device) / correction)
        try:
            yield
        finally:
            with torch.no_grad():
                for name, value in self._model.named_parameters():
                    value.copy_(current[name])

    def save(self, path: Path) -> None:
        """Write the average beside a checkpoint."""
        from safetensors.torch import save_file

        if self._sums:
            save_file({name: value.contiguous() for name, value in self._sums.items()}, path, {"steps": str(self._steps)})

    def load(self, path: Path) -> None:
        """Go on with a saved average."""
        from safetensors import safe_open

        if not self._sums:
            return
        with safe_open(path, "pt") as file:
            self._steps = int(file.metadata()["steps"])
            for name in self._sums:
                self._sums[name].copy_(file.get_tensor(name))
