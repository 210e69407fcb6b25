"""What runs the encoder: ONNX Runtime on a CPU, torch on a GPU."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kpu_nlp.errors import MissingExtraError, ModelError
from kpu_nlp.hardware import may_have_gpu
from kpu_nlp.tagging.encoding import SpecialPieces

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

DEVICES = ("auto", "cpu", "cuda")
ONNX_FILE = Path("onnx", "model.onnx")  # in a model folder

# Windows of ever other lengths leave gaps in ONNX Runtime's memory arena; with batches of them it grew by 8 kB an article, over
# 20,000. After so many windows, those of some fifty articles, it gives back what lies unused. More often costs memory rather
# than saving it: after every 16, a process held 14 MB more, since what is given back and taken again leaves gaps of its own.
_WINDOWS_UNTIL_SHRINK = 128

# The fused operator takes several times as long as the addition and the normalisation that it is made of (ONNX Runtime 1.32).
_DISABLED = ["SkipLayerNormFusion"]


class Engine(Protocol):
    """Turns batches of piece ids into label scores."""

    def logits(self, pieces: Ints, mask: Ints) -> Floats:
        """Return the unnormalised label scores of a batch.

        Args:
            pieces: ids with special tokens, padded; shape (batch, length).
            mask: 1 for a piece, 0 for padding; shape (batch, length).

        Returns:
            Shape (batch, length, labels).
        """
        ...


def default_threads() -> int:
    """Return the number of cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


class OnnxEngine:
    """Runs an ONNX file with ONNX Runtime on the CPU, each window by itself and without padding.

    So the scores of a window are the same to the last bit whatever windows are with it in a batch, and however many threads
    there are. It is also the fastest way: activations of one window stay in a core's cache, no padding is computed, and threads
    never wait for each other inside an operator.
    """

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        """Open the session.

        Args:
            path: the file.
            threads: windows that are under way at once, each on its own core; the process's cores by default.

        Raises:
            ModelError: the file is missing or damaged.
        """
        import onnxruntime

        if not path.is_file():
            raise ModelError(f"{path}: missing; the CPU engine needs it: train the model again or name a complete model folder")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=_DISABLED
            )
        except Exception as error:  # onnxruntime raises its own classes, one per cause, without a common base
            raise ModelError(f"{path}: damaged, ONNX Runtime cannot open it; install the model again") from error
        self._takes_mask = any(entry.name == "attention_mask" for entry in self._session.get_inputs())  # as kpu-ner 1.1 does
        self._shrinking = onnxruntime.RunOptions()
        self._shrinking.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self._windows = count(1)
        threads = threads or default_threads()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="kpu-nlp") if threads > 1 else None

    def logits(self, pieces: Ints, mask: Ints) -> Floats:
        """See `Engine.logits`; the scores of padding are zero."""
        windows = [row[:length] for row, length in zip(pieces, mask.sum(axis=1), strict=True)]
        if self._pool is not None and len(windows) > 1:
            found = list(self._pool.map(self._run, windows))
        else:
            found = [self._run(window) for window in windows]
        scores = np.zeros((*pieces.shape, found[0].shape[-1]), dtype=np.float32)
        for row, window in zip(scores, found, strict=True):
            row[: len(window)] = window
        return scores

    def _run(self, window: Ints) -> Floats:
        inputs = {"input_ids": window[None]}
        if self._takes_mask:
            inputs["attention_mask"] = np.ones_like(inputs["input_ids"])
        options = self._shrinking if next(self._windows) % _WINDOWS_UNTIL_SHRINK == 0 else None
        (scores,) = self._session.run(None, inputs, options)
        row: Floats = scores[0]
        return row


class TorchEngine:
    """Runs a ``BertForTokenClassification`` with torch, in bf16 on a GPU and in full precision on a CPU."""

    def __init__(self, model: Any, *, device: str) -> None:
        """Take a loaded model; `TorchEngine.open` loads one from a folder."""
        self._model = model.to(device).eval()
        self._device = device

    @classmethod
    def open(cls, folder: Path, *, device: str) -> TorchEngine:
        """Load the model of a folder, from safetensors only.

        Raises:
            MissingExtraError: torch or transformers is not installed.
            ModelError: the weights are missing or damaged.
        """
        try:
            from transformers import AutoModelForTokenClassification
        except ImportError as error:
            raise MissingExtraError.of("the torch engine", error.name or "torch", "train") from error
        try:
            model = AutoModelForTokenClassification.from_pretrained(folder, use_safetensors=True, trust_remote_code=False)
        except Exception as error:  # safetensors, huggingface_hub and torch each raise their own classes here
            raise ModelError(f"{folder}: the weights cannot be loaded: {str(error).splitlines()[0]}") from error
        return cls(model.float(), device=device)

    def logits(self, pieces: Ints, mask: Ints) -> Floats:
        """See `Engine.logits`."""
        import torch

        with torch.inference_mode(), torch.autocast(self._device, dtype=torch.bfloat16, enabled=self._device == "cuda"):
            output = self._model(
                input_ids=torch.from_numpy(pieces).to(self._device),
                attention_mask=torch.from_numpy(mask).to(self._device),
            )
        scores: Floats = output.logits.float().cpu().numpy()
        return scores


def cuda_is_available() -> bool:
    """Tell whether torch is installed and sees a GPU, without importing torch where no GPU driver is."""
    import importlib.util

    if not may_have_gpu() or importlib.util.find_spec("torch") is None:
        return False
    import torch

    return torch.cuda.is_available()


def open_engine(folder: Path, *, device: str = "auto", threads: int | None = None) -> Engine:
    """Open the engine for a device.

    Args:
        folder: a checked model folder.
        device: ``cpu`` (ONNX Runtime), ``cuda`` (torch), or ``auto``: a GPU where torch sees one, else the CPU.
        threads: CPU threads; the process's cores by default.

    Raises:
        ModelError: the device is unknown or not there, or the model cannot be opened.
        MissingExtraError: ``cuda`` without torch.
    """
    if device not in DEVICES:
        raise ModelError(f"device '{device}' is unknown; use one of {', '.join(DEVICES)}")
    if device == "cpu" or (device == "auto" and not cuda_is_available()):
        return OnnxEngine(folder / ONNX_FILE, threads=threads)
    if not cuda_is_available():
        raise ModelError("device 'cuda': no GPU that torch can use was found; use --device cpu")
    return TorchEngine.open(folder, device="cuda")


def pad_batch(rows: Sequence[Ints], specials: SpecialPieces) -> tuple[Ints, Ints]:
    """Put special tokens around each row and pad all to one length.

    Returns:
        Piece ids and mask, each of shape (rows, longest row + 2).
    """
    length = max(len(row) for row in rows) + 2
    pieces = np.full((len(rows), length), specials.pad, dtype=np.int64)
    mask = np.zeros((len(rows), length), dtype=np.int64)
    for index, row in enumerate(rows):
        pieces[index, 0] = specials.begin
        pieces[index, 1 : len(row) + 1] = row
        pieces[index, len(row) + 1] = specials.end
        mask[index, : len(row) + 2] = 1
    return pieces, mask
