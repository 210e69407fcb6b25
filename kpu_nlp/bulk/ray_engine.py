"""The engine on Ray: chunks flow through Ray Data, whose actors hold the opened model.

Each actor keeps the model in a worker process of its own, the same that the local engine has. A record that kills it costs this
process and nothing of Ray's, and what stands in the errors file is what the local engine writes there. Ray itself restarts and
repeats nothing, which would have no end with such a record: where an actor is lost (with its node, or to Ray's watch over the
memory), the actors are started anew, and what they had is done record by record.
"""

from __future__ import annotations

import os
import pickle
import sys
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from kpu_nlp.bulk.chunks import Chunk, Engine, Finished, Outcome
from kpu_nlp.bulk.handlers import Handlers, Setup, open_custom, open_extractor, open_linker, open_reader, open_torch_tagger
from kpu_nlp.bulk.memory import peak_memory
from kpu_nlp.bulk.ray_cluster import RayCluster
from kpu_nlp.bulk.tasks import Task, TornChunks, failure, whole
from kpu_nlp.bulk.worker import Answer, Fatal, Lost, Message, Ready, Worker, died_opening, start_worker
from kpu_nlp.errors import JobError
from kpu_nlp.messages import shown
from kpu_nlp.schema import Article, Extraction
from kpu_nlp.stages import add_stages, profiled

# How often actors are started again without an answer in between.
_LOSSES = 5

# Tasks that an actor has at the same time: one at work, one that waits.
_AT_ONCE = 2

# The CPU that Ray reckons for what hardly uses one. Were it a whole one, actors that have all CPUs would leave none for it.
_HARDLY = 0.001

_MAX_REASON = 300

# The one column of the tables that pass through Ray.
_COLUMN = "parcel"


@dataclass(frozen=True, slots=True)
class Stage:
    """A pool of actors that are alike, and the step that each chunk takes there.

    Attributes:
        step: its name.
        open_handlers: what an actor's worker process opens.
        actors: how many.
        cpus, gpus: what Ray reckons for each.
    """

    step: str
    open_handlers: Callable[[], Handlers]
    actors: int
    cpus: float = 1
    gpus: float = 0


def ray_cpu_engine(cluster: RayCluster, setup: Setup, *, workers: int | None) -> Engine:
    """Return the engine whose actors run the whole pipeline on the CPU; by default one for each CPU of the cluster."""
    return _engine(cluster, lambda: [Stage("extract", partial(open_extractor, setup), workers or cluster.cpus())])


def ray_custom_engine(cluster: RayCluster, extract: Callable[[Article], Extraction], *, workers: int | None) -> Engine:
    """Return the engine whose actors call a function of a module, which is sent to them by its name."""
    return _engine(cluster, lambda: [Stage("extract", partial(open_custom, extract), workers or cluster.cpus())])


def ray_torch_engine(cluster: RayCluster, setup: Setup, *, workers: int | None) -> Engine:
    """Return the engine where each GPU of the cluster has an actor that runs the encoder; ``workers`` others link.

    Where there is no GPU, one actor runs it where ``setup`` says.
    """

    def stages() -> list[Stage]:
        linkers, gpus = workers or cluster.cpus(), cluster.gpus()
        return [
            Stage("read", open_reader, max(1, linkers // 4), cpus=_HARDLY),
            Stage("tag", partial(open_torch_tagger, setup), max(1, gpus), cpus=2 * _HARDLY, gpus=min(1, gpus)),
            Stage("link", partial(open_linker, setup), linkers),
        ]

    return _engine(cluster, stages)


def _engine(cluster: RayCluster, stages: Callable[[], Sequence[Stage]]) -> Engine:
    def finished(chunks: Iterable[Chunk]) -> Iterator[Finished]:
        cluster.connect()
        yield from _Run(stages()).finished(chunks)

    return finished


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What passes through Ray.

    Attributes:
        number: that of the task; every task has its own.
        message: what the last stage answered; before the first, an answer with the records.
        peaks: bytes, the most that each actor on the way has held, by the actor's own name.
    """

    number: int
    message: Message
    peaks: Mapping[str, int] = field(default_factory=dict)


@dataclass
class _Run:
    """One stream of chunks through the actors."""

    stages: Sequence[Stage]
    numbers: Iterator[int] = field(default_factory=count)
    under_way: dict[int, Task] = field(default_factory=dict)
    waiting: deque[Task] = field(default_factory=deque)
    suspects: deque[Task] = field(default_factory=deque)  # single records that may have cost an actor
    alone: bool = False  # a suspect is under way
    losses: int = 0  # of actors, since the last answer
    torn: TornChunks = field(default_factory=TornChunks)
    peaks: dict[str, int] = field(default_factory=dict)

    def finished(self, chunks: Iterable[Chunk]) -> Iterator[Finished]:
        """Yield the chunks as they are finished."""
        from ray.exceptions import RayActorError  # noqa: PLC0415 - an extra, and slow to import

        stream = map(whole, chunks)
        with _ray_told():
            while True:
                try:
                    yield from self._through(stream)
                except RayActorError:
                    self.losses += 1
                    if self.losses > _LOSSES:
                        raise
                    yield from self._actor_lost()
                else:
                    return

    def _through(self, stream: Iterator[Task]) -> Iterator[Finished]:
        """Yield the chunks as they are finished, until an actor is lost."""
        most = _AT_ONCE * sum(stage.actors for stage in self.stages) + 1
        with _pipeline(self.stages) as (put, parcels):
            while True:
                # A suspect goes alone, so that it is known what an actor dies of.
                while len(self.under_way) < (1 if self.suspects or self.alone else most):
                    task = self._next(stream)
                    if task is None:
                        break
                    number = next(self.numbers)
                    self.under_way[number] = task
                    put(_Parcel(number, Answer(task.payload, 0)))
                if not self.under_way:
                    return
                yield from self._hear(next(parcels))

    def _next(self, stream: Iterator[Task]) -> Task | None:
        self.alone = bool(self.suspects)
        for queue in (self.suspects, self.waiting):
            if queue:
                return queue.popleft()
        return next(stream, None)

    def _hear(self, parcel: _Parcel) -> Iterator[Finished]:
        self.losses = 0
        self.peaks.update(parcel.peaks)
        task = self.under_way.pop(parcel.number)
        match parcel.message:
            case Fatal(error):
                raise error
            case Answer(outcomes, _, seconds):
                add_stages(seconds)
                yield from self._done(task, outcomes)
            case Lost() if task.place is None:
                self.waiting.extend(self.torn.tear(task))
            case Lost(reason):
                yield from self._done(task, failure(task, reason))

    def _actor_lost(self) -> Iterator[Finished]:
        """Do what was under way once more, record by record; a record that was alone under way has failed."""
        lost = list(self.under_way.values())
        self.under_way.clear()
        if len(lost) == 1 and lost[0].place is not None:
            yield from self._done(lost[0], failure(lost[0], "its Ray actor died"))
            return
        for task in lost:
            self.suspects.extend(self.torn.tear(task) if task.place is None else [task])

    def _done(self, task: Task, outcomes: Sequence[Outcome]) -> Iterator[Finished]:
        all_outcomes = self.torn.join(task, outcomes)
        if all_outcomes is not None:
            yield Finished(task.chunk.number, all_outcomes, sum(self.peaks.values()))


@contextmanager
def _pipeline(stages: Sequence[Stage]) -> Iterator[tuple[Callable[[_Parcel], None], Iterator[_Parcel]]]:
    """Start the actors; give what puts a parcel in, and what comes out, in any order. They end with the block."""
    import ray  # noqa: PLC0415 - an extra, and slow to import
    import ray.data  # noqa: PLC0415
    from ray.util.queue import Queue  # noqa: PLC0415
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy  # noqa: PLC0415

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    with _settings():
        queue = Queue(actor_options={"num_cpus": 0, "scheduling_strategy": here})
        # Ray Data would have all inputs at its start; a task that yields them as they come makes a stream of them. It stays on
        # this node, and is not tried again: what it has taken from the queue would be missing.
        table = ray.data.from_items([{_COLUMN: b""}]).map_batches(
            _feed, fn_args=(queue,), batch_size=None, num_cpus=0, max_retries=0, scheduling_strategy=here
        )
        for stage in stages:
            table = table.map_batches(
                _Actor,
                fn_constructor_args=(pickle.dumps(stage), str(Path.cwd()), tuple(sys.path)),
                batch_size=1,
                compute=ray.data.ActorPoolStrategy(size=stage.actors, max_tasks_in_flight_per_actor=_AT_ONCE),
                num_cpus=stage.cpus,
                num_gpus=stage.gpus,
                max_restarts=0,  # Ray Data's own default is without end
                max_task_retries=0,
            )
        batches = iter(table.iter_batches(batch_size=None, prefetch_batches=0))
        try:
            with closing(_unpacked(batches)) as parcels:
                yield lambda parcel: queue.put(pickle.dumps(parcel)), parcels
        finally:
            close = getattr(batches, "close", None)
            if close:
                close()
            with suppress(Exception):  # whatever keeps it from ending in good order, it ends with the connection
                queue.shutdown(force=True)


@contextmanager
def _settings() -> Iterator[None]:
    """Make Ray Data's settings inside the block those of a job: every parcel on its own, and no bars beside the job's."""
    from ray.data import DataContext  # noqa: PLC0415

    with warnings.catch_warnings():
        # Ray Data warns of its own old settings where they are copied, and of what Ray 2.64 will change.
        warnings.simplefilter("ignore", DeprecationWarning)
        settings = DataContext.get_current().copy()
        settings.target_max_block_size = 1  # byte, or Ray Data would keep parcels until it has 128 MB of them
        settings.enable_progress_bars = False
        settings.print_on_execution_start = False
        with DataContext.current(settings):
            yield


@contextmanager
def _ray_told() -> Iterator[None]:
    """Turn what Ray raises inside the block into a line that says how to go on."""
    from ray.exceptions import RayError  # noqa: PLC0415

    try:
        yield
    except RayError as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        reason = shown(lines[-1].strip())[:_MAX_REASON]
        raise JobError(f"Ray gave up ({reason}); what is done is kept: give the same command again to go on") from error


def _unpacked(batches: Iterator[Mapping[str, Any]]) -> Generator[_Parcel, None, None]:
    for batch in batches:
        for packed in batch[_COLUMN]:
            yield pickle.loads(packed)  # noqa: S301 - our own actors packed it


def _feed(_batch: Mapping[str, Any], queue: Any) -> Iterator[dict[str, list[bytes]]]:
    """Give what comes into the queue; runs in a task of Ray's."""
    while True:
        yield {_COLUMN: [queue.get()]}


class _Actor:
    """What an actor of a stage does with a parcel."""

    def __init__(self, stage: bytes, folder: str, path: Sequence[str]) -> None:
        """Take the stage, and where the job's own process finds files and modules, so that names mean the same here.

        Args:
            stage: a pickled `Stage`; what it names is imported once the path is set.
            folder: where the job was started.
            path: the job's ``sys.path``.
        """
        with suppress(OSError):  # a node that lacks it can still work on what needs no files
            os.chdir(folder)
        sys.path.extend(entry for entry in path if entry not in sys.path)
        self._stage: Stage = pickle.loads(stage)  # noqa: S301 - the job itself packed it
        self._name = uuid.uuid4().hex
        self._worker: Worker | None = None

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[bytes]]:
        """Take the stage's step with each parcel; what is lost or fatal already goes through untouched."""
        return {_COLUMN: [pickle.dumps(self._passed(pickle.loads(packed))) for packed in batch[_COLUMN]]}  # noqa: S301

    def _passed(self, parcel: _Parcel) -> _Parcel:
        if not isinstance(parcel.message, Answer):
            return parcel
        with profiled() as profile:
            profile.add(parcel.message.seconds)
            message = self._answer(parcel.message.payload)
        if isinstance(message, Answer):
            profile.add(message.seconds)
            message = replace(message, seconds=profile.seconds)
        peak = peak_memory() + (message.memory if isinstance(message, Answer) else 0)
        return _Parcel(parcel.number, message, {**parcel.peaks, self._name: peak})

    def _answer(self, payload: Any) -> Message:
        if self._worker is None:
            self._worker = _started(self._stage)
            opened = self._worker.receive()
            if opened is None:
                return Fatal(died_opening(self._buried(self._worker)))
            if not isinstance(opened, Ready):
                return opened
            add_stages(opened.seconds)
        worker = self._worker
        worker.send(self._stage.step, payload)
        message = worker.receive()
        return Lost(f"worker died ({self._buried(worker)})") if message is None else message

    def _buried(self, worker: Worker) -> str:
        self._worker = None
        return worker.bury()


def _started(stage: Stage) -> Worker:
    """Start an actor's worker process, without what the actor's own process runs.

    Multiprocessing would import the main module of this process there, which is Ray's: half a minute on a small machine.
    """
    main = sys.modules["__main__"]
    file = main.__dict__.pop("__file__", None)
    try:
        return start_worker(stage.step, stage.open_handlers)
    finally:
        if file is not None:
            main.__file__ = file
