"""`run_bulk`: a job from what a user asks for: which model, where it runs, on how many processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kpu_nlp.bulk.chunks import Engine
from kpu_nlp.bulk.handlers import CPU_BATCH, GPU_BATCH, Setup
from kpu_nlp.bulk.job import Job, Result, StartProgress, run_job
from kpu_nlp.bulk.limits import ErrorLimit
from kpu_nlp.bulk.local import cpu_engine, custom_engine, torch_engine
from kpu_nlp.bulk.manifest import model_digest
from kpu_nlp.bulk.paths import format_of, job_paths
from kpu_nlp.errors import ModelError
from kpu_nlp.reading.records import Fields
from kpu_nlp.schema import Article, Extraction
from kpu_nlp.tagging.engines import DEVICES, cuda_is_available, default_threads
from kpu_nlp.tagging.manifest import read_manifest
from kpu_nlp.tagging.models import find_model
from kpu_nlp.writing.formats import Format

# Records in a shard. Few, so that an interruption costs little and every core has work; on a GPU enough to fill its batches.
CPU_SHARD = 16
GPU_SHARD = 512

NO_GPU = "No GPU that torch can use was found; the CPU does the work."


@dataclass(frozen=True, slots=True)
class Options:
    """How a job is done.

    Attributes:
        format: of the output; by default what its name ends in.
        fields: how files of records name what is read from them.
        model: a model folder; by default the one that KPU_NLP_MODEL names, else the shipped one.
        device: ``auto``, ``cpu`` or ``cuda``; where no GPU is, the CPU does the work.
        workers: processes; by default one for each core. The threads of each are its share of the cores.
        batch_size: windows in one call of the encoder.
        fresh: begin anew, whatever an earlier run has done.
        max_errors: how many records may fail; None for any number.
        shard: records in a shard.
    """

    format: Format | None = None
    fields: Fields = Fields()  # noqa: RUF009 - frozen
    model: Path | None = None
    device: str = "auto"
    workers: int | None = None
    batch_size: int | None = None
    fresh: bool = False
    max_errors: ErrorLimit | None = None
    shard: int | None = None


def run_bulk(
    inputs: Sequence[str],
    output: str | Path,
    *,
    options: Options | None = None,
    extract: Callable[[Article], Extraction] | None = None,
    engine: Engine | None = None,
    progress: StartProgress | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Result:
    """Extract from every article of the inputs; see `run_job` for what is promised and raised.

    Args:
        inputs: files, folders, patterns and addresses; ``-`` is JSON Lines on standard input.
        output: where the extractions go; a folder of Parquet files where it ends in ``/`` and the format is Parquet.
        options: how it is done.
        extract: takes the place of the model's pipeline: a function of a module, since workers import it by its name.
        engine: takes the place of the processes of this machine.
        progress: see `run_job`.
        say: called with a line that the user should read.
    """
    options = options or Options()
    path = Path(output)
    form = options.format or format_of(path)
    folder = find_model(options.model)
    manifest = read_manifest(folder)
    device = _device(options.device, say)
    workers = options.workers or default_threads()
    if extract is not None:
        facts = {"model": f"{extract.__module__}.{extract.__qualname__}", "device": "cpu"}
        engine = engine or custom_engine(extract, workers=workers)
    else:
        facts = {"model": model_digest(folder), "device": device}
    return run_job(
        Job(
            inputs=inputs,
            paths=job_paths(path),
            format=form,
            parts=form == "parquet" and str(output).endswith("/"),
            fields=options.fields,
            engine=engine or _local(str(folder), device, workers, options.batch_size),
            engine_facts=facts,
            model={"name": manifest.name, "version": manifest.version},
            shard=options.shard or (GPU_SHARD if device == "cuda" else CPU_SHARD),
            fresh=options.fresh,
            max_errors=options.max_errors,
        ),
        progress=progress,
    )


def _device(asked: str, say: Callable[[str], None]) -> str:
    if asked not in DEVICES:
        raise ModelError(f"device '{asked}' is unknown; use one of {', '.join(DEVICES)}")
    if asked == "cpu":
        return "cpu"
    if cuda_is_available():
        return "cuda"
    if asked == "cuda":
        say(NO_GPU)
    return "cpu"


def _local(model: str, device: str, workers: int, batch_size: int | None) -> Engine:
    threads = max(1, default_threads() // workers)
    if device == "cuda":
        return torch_engine(Setup(model, threads, batch_size or GPU_BATCH), workers=workers)
    return cpu_engine(Setup(model, threads, batch_size or CPU_BATCH), workers=workers)
