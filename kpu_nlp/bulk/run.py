"""`run_bulk`: a job from what a user asks for: which model, where it runs, on how many processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kpu_nlp.bulk.chunks import Engine
from kpu_nlp.bulk.handlers import CPU_BATCH, GPU_BATCH, Setup
from kpu_nlp.bulk.job import Job, Result, StartProgress, run_job
from kpu_nlp.bulk.limits import ErrorLimit
from kpu_nlp.bulk.local import cpu_engine, custom_engine, torch_engine
from kpu_nlp.bulk.manifest import model_digest
from kpu_nlp.bulk.paths import format_of, job_paths
from kpu_nlp.bulk.ray_cluster import RayCluster
from kpu_nlp.bulk.ray_engine import ray_cpu_engine, ray_custom_engine, ray_torch_engine
from kpu_nlp.errors import InputError, ModelError
from kpu_nlp.messages import shown
from kpu_nlp.reading.records import Fields
from kpu_nlp.schema import Article, Extraction
from kpu_nlp.tagging.engines import DEVICES, cuda_is_available, default_threads
from kpu_nlp.tagging.manifest import read_manifest
from kpu_nlp.tagging.models import find_model
from kpu_nlp.writing.formats import Format

# Records in a shard. Few, so that an interruption costs little and every core has work; on a GPU enough to fill its batches.
CPU_SHARD = 16
GPU_SHARD = 512

# Where the work is done: on processes of this machine, or on Ray.
EngineName = Literal["local", "ray"]

NO_GPU = "No GPU that torch can use was found; the CPU does the work."


@dataclass(frozen=True, slots=True)
class Options:
    """How a job is done.

    Attributes:
        format: of the output; by default what its name ends in.
        fields: how files of records name what is read from them.
        model: a model folder; by default the one that KPU_NLP_MODEL names, else the shipped one.
        device: ``auto``, ``cpu`` or ``cuda``; where no GPU is, the CPU does the work.
        workers: processes, or actors of Ray; by default one for each core, or for each CPU of a cluster. The threads of each
            are its share of the cores; on a cluster it has one.
        batch_size: windows in one call of the encoder.
        fresh: begin anew, whatever an earlier run has done.
        max_errors: how many records may fail; None for any number.
        shard: records in a shard.
        engine: where the work is done.
        ray_address: ``HOST:PORT`` or ``auto`` of a Ray cluster; by default Ray is started on this machine, for this job.
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
    engine: EngineName = "local"
    ray_address: str | None = None


def run_bulk(
    inputs: Sequence[str],
    output: str | Path,
    *,
    options: Options | None = None,
    extract: Callable[[Article], Extraction] | None = None,
    engine: Engine | None = None,
    progress: StartProgress | None = None,
    say: Callable[[str], None] = lambda _: None,
    check: Callable[[], None] = lambda: None,
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
        check: see `run_job`.
    """
    options = options or Options()
    path = Path(output)
    form = options.format or format_of(path)
    parts = str(output).endswith("/")
    if parts and form != "parquet":
        raise InputError(f"{shown(str(output))}: only Parquet is written as a folder of files; leave out the / at the end")
    folder = find_model(options.model)
    manifest = read_manifest(folder)
    with ExitStack() as stack:
        if engine is None:
            cluster = stack.enter_context(_cluster(options)) if options.engine == "ray" else None
            device = "cpu" if extract is not None else _device(options.device, say, cluster)
            engine = _engine(options, folder, device, extract, cluster)
        else:
            device = "cpu" if extract is not None else _device(options.device, say)
        return run_job(
            Job(
                inputs=inputs,
                paths=job_paths(path),
                format=form,
                parts=parts,
                fields=options.fields,
                engine=engine,
                engine_facts={"model": _name(extract) if extract is not None else model_digest(folder), "device": device},
                model={"name": manifest.name, "version": manifest.version},
                shard=options.shard or (GPU_SHARD if device == "cuda" else CPU_SHARD),
                fresh=options.fresh,
                max_errors=options.max_errors,
            ),
            progress=progress,
            check=check,
        )


def _cluster(options: Options) -> RayCluster:
    workers = options.workers or (None if options.ray_address else default_threads())
    return RayCluster(options.ray_address, workers=workers)


def _name(extract: Callable[[Article], Extraction]) -> str:
    return f"{extract.__module__}.{extract.__qualname__}"


def _device(asked: str, say: Callable[[str], None], cluster: RayCluster | None = None) -> str:
    if asked not in DEVICES:
        raise ModelError(f"device '{asked}' is unknown; use one of {', '.join(DEVICES)}")
    if asked == "cpu":
        return "cpu"
    if cluster.gpus() if cluster is not None and cluster.is_remote else cuda_is_available():
        return "cuda"
    if asked == "cuda":
        say(NO_GPU)
    return "cpu"


def _engine(
    options: Options,
    folder: Path,
    device: str,
    extract: Callable[[Article], Extraction] | None,
    cluster: RayCluster | None,
) -> Engine:
    """Return the engine that the options ask for; on Ray where there is a cluster."""
    cores = default_threads()
    workers = options.workers or (None if cluster is not None and cluster.is_remote else cores)
    threads = 1 if workers is None else max(1, cores // workers)
    batch_size = options.batch_size or (GPU_BATCH if device == "cuda" else CPU_BATCH)
    setup = Setup(str(folder.absolute()), threads, batch_size)
    if cluster is not None:
        if extract is not None:
            return ray_custom_engine(cluster, extract, workers=workers)
        return (ray_torch_engine if device == "cuda" else ray_cpu_engine)(cluster, setup, workers=workers)
    if extract is not None:
        return custom_engine(extract, workers=workers or cores)
    return (torch_engine if device == "cuda" else cpu_engine)(setup, workers=workers or cores)
